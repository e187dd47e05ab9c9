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

/** Walls inside a room, and before the package's front door. `core`: no module of Node.js either. */
exports.INNER = [
  {
    name: "what-decides-does-nothing",
    from: "^src/hook/decide/",
    to: "^src/hook/(act|observe|patience|tell|together)/",
    core: true,
    reason: "A decision is a function of what was seen; whoever reads or writes something hands it over.",
  },
  {
    name: "what-only-looks-cannot-delete",
    from: "^src/(preflight|generate|report)/",
    to: "^src/hook/((act|patience|together)/|(hook|main|reconcile|teardown)\\.ts$)",
    reason: "Before and after a destroy nothing is changed, and nobody is met.",
  },
  {
    name: "the-front-door",
    from: "^src/index\\.ts$",
    to: "^src/(?!constructs/)",
    reason: "What users import is constructs alone.",
  },
];
