/** What is not tried is not left out without a word: see thorough.ts. */
module.exports = class {
  onRunComplete(contexts) {
    const kinds = [...contexts].map(({ config }) => config.displayName?.name);
    if (process.env.THOROUGH === "1" || !(kinds.includes("process") || kinds.includes("e2e"))) return;
    console.log(
      "\nOf combinations, of what is random and of tables whose rows cost seconds a part was tried; THOROUGH=1 tries all, as CI does.",
    );
  }
};
