const { DOORS, ENTRANCES, INNER, MAY_IMPORT } = require("./scripts/walls.cjs");

const walls = Object.entries(MAY_IMPORT).flatMap(([room, others]) => {
  const doors = DOORS.filter(({ from }) => from === room);
  const own = `^src/(${[room, ...others].join("|")})/|^src/needs\\.json$`;
  const rule = (name, from, to) => ({
    name: `wall-of-${room}${name}`,
    comment: `src/${room} imports from ${others.join(", ") || "no other room"}: see scripts/walls.cjs.`,
    severity: "error",
    from,
    to: { path: "^src/", pathNot: to },
  });
  const exempt = doors.map(({ files: [from] }) => from);
  return [
    rule("", { path: `^src/${room}/`, ...(exempt.length === 0 ? {} : { pathNot: exempt }) }, own),
    ...doors.map(({ files: [from, to] }, index) => rule(`-door-${index + 1}`, { path: from }, `${own}|${to}`)),
  ];
});

const entrances = Object.entries(ENTRANCES).map(([room, { entrance, reason }]) => ({
  name: `entrance-of-${room}`,
  comment: reason,
  severity: "error",
  from: { path: "^src/", pathNot: `^src/${room}/` },
  to: { path: `^src/${room}/`, pathNot: entrance },
}));

const inner = INNER.flatMap(({ name, from, to, core, reason }) => {
  const rule = { comment: reason, severity: "error", from: { path: from } };
  const itself = core ? [{ ...rule, name: `${name}-by-itself`, to: { dependencyTypes: ["core"] } }] : [];
  return [{ ...rule, name, to: { path: to } }, ...itself];
});

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    ...walls,
    ...entrances,
    ...inner,
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
      from: { path: "^src/", pathNot: "^src/constructs/" },
      to: { path: "node_modules/", pathNot: "node_modules/undici/" },
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
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|coverage|cdktf\\.out)/" },
  },
};
