// The walls between the rooms of src: which may import from which, types included. docs/architecture.md has the picture, and
// `.dependency-cruiser.cjs` holds them.

/** What each room may import from, beside itself and Node.js. */
exports.MAY_IMPORT = {
  contract: [],
  simulator: [],
  ocp: ["contract"],
  hook: ["contract", "ocp"],
  constructs: ["contract"],
  generate: ["contract", "hook", "ocp"],
  report: ["contract", "ocp"],
  cli: ["contract", "generate", "hook", "ocp", "report", "simulator"],
};

/** Doors in the walls, each with its reason. */
exports.DOORS = [
  {
    from: "report",
    to: "cli",
    files: ["^src/report/", "^src/cli/(preflight/|arguments\\.ts$)"],
    reason: "the report reads stacks and states with preflight's readers, which stand among the commands",
  },
];

/** Files that still need each other, each group with its reason. No file may join a circle that is not named here. */
exports.CIRCLES = [
  {
    files: "^src/cli/preflight/",
    reason: "scene, looking and judging of preflight share their types in each other's files",
  },
  {
    files: "^src/hook/decide/(digest|memory)\\.ts$",
    reason: "an answer becomes part of the memory that says what it is about",
  },
];
