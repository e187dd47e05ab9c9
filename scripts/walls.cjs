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
  survey: ["contract", "hook", "ocp"],
  preflight: ["contract", "hook", "ocp", "survey"],
  report: ["contract", "ocp", "survey"],
  cli: ["contract", "generate", "hook", "ocp", "preflight", "report", "simulator", "survey"],
};

/** The one file of a room that other rooms may import. */
exports.ENTRANCES = {
  preflight: {
    entrance: "^src/preflight/preflight\\.ts$",
    reason: "Who wants a preflight looks, and gets a report; how it judges is its own.",
  },
};

/** Doors in the walls, each with its reason. */
exports.DOORS = [
  {
    from: "preflight",
    to: "report",
    files: ["^src/preflight/look/look\\.ts$", "^src/report/events\\.ts$"],
    reason: "what earlier runs have deleted is read from their events, which are read in one place",
  },
];

/** Files that still need each other, each group with its reason. No file may join a circle that is not named here. */
exports.CIRCLES = [
  {
    files: "^src/hook/decide/(digest|memory)\\.ts$",
    reason: "an answer becomes part of the memory that says what it is about",
  },
];
