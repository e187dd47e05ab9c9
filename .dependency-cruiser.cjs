/** The walls between the rooms of src: which may import from which, types included. docs/architecture.md has the picture. */

/** What each room may import from, beside itself, Node.js and (where it says so) npm's packages. */
const MAY_IMPORT = {
  simulator: [],
  ocp: ["needs.json"],
  hook: ["ocp", "needs.json"],
  constructs: ["hook"],
  cli: ["hook", "ocp", "simulator", "needs.json"],
};

const walls = Object.entries(MAY_IMPORT).map(([room, others]) => ({
  name: `wall-of-${room}`,
  comment: `src/${room} imports from ${others.length === 0 ? "no other room" : others.join(", ")} and from no other room.`,
  severity: "error",
  from: { path: `^src/${room}/` },
  to: { path: "^src/", pathNot: `^src/(${[room, ...others].join("|")})(/|$)` },
}));

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    ...walls,
    {
      name: "no-circle",
      comment: "Two files that need each other are one file, or three.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "src-stands-alone",
      comment: "What is published needs no test, benchmark or script.",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^(test|bench|scripts)/" },
    },
    {
      name: "no-package-in-the-bundles",
      comment: "Hook and command line are bundled; of npm's packages they hold undici and nothing else.",
      severity: "error",
      from: { path: "^src/(hook|ocp|cli|simulator)/" },
      to: {
        dependencyTypes: ["npm", "npm-dev", "npm-peer", "npm-no-pkg", "npm-unknown"],
        pathNot: "node_modules/undici/",
      },
    },
    {
      name: "can-be-found",
      comment: "An import that leads nowhere.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|coverage|cdktf\\.out)/" },
  },
};
