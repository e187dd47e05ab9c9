const Sequencer = require("@jest/test-sequencer").default;

/** What lasts for minutes, and what lasts for more than a quarter of one. */
const LONG = [
  /\/(chaos\/chaos|e2e\/(docs|declared|foretold|names)|model\/model)\.test\.ts$/,
  /\/(e2e|hook\/evidence|hook\/(field|histories\.property|pace|recordings|traps)|ocp\/(fuzz|mask)|report\/page)\b.*\.test\.ts$/,
];

/** A fresh clone knows no durations, and Jest goes by the size of files: what lasts long would begin last, and go on alone. */
module.exports = class extends Sequencer {
  async sort(tests) {
    const sorted = await super.sort(tests);
    const rank = ({ duration, path }) => {
      const found = duration === undefined ? LONG.findIndex((pattern) => pattern.test(path)) : -1;
      return found < 0 ? LONG.length : found;
    };
    return sorted.sort((one, other) => rank(one) - rank(other));
  }
};
