const { accessSync, constants, mkdirSync } = require("node:fs");
const { availableParallelism, tmpdir } = require("node:os");

// On a machine without a temporary directory that can be written to.
try {
  accessSync(tmpdir(), constants.W_OK);
} catch {
  process.env.TMPDIR = `${__dirname}/node_modules/.cache/tmp`;
  mkdirSync(process.env.TMPDIR, { recursive: true });
}

// With it Node.js reads the authorities of a whole system at every start, for longer than a hook takes.
delete process.env.NODE_EXTRA_CA_CERTS;

/**
 * Which tests are no unit tests. Those that start a hook or Terraform and are missing here fail, and say so
 * (test/support/kind.ts).
 */
const NOT_UNIT = {
  /** Hooks as processes of their own, long searches, and what asks the compiler. */
  process: [
    "/test/api/.*\\.test\\.ts$",
    "/test/report/size\\.test\\.ts$",
    "/test/hook/(built|events|field|pace|recordings|runs|seed-cases|started|strangers|together|traps)\\.test\\.ts$",
    "/test/hook/attack/(?!busy-ocp|time-limits).*\\.test\\.ts$",
    "/test/chaos/.*\\.test\\.ts$",
    "/test/hook/evidence/.*\\.test\\.ts$",
    "/test/model/(model|simulator)\\.test\\.ts$",
    "/test/cli/generate\\.test\\.ts$",
    "/test/ocp/(fuzz|harmless-url|mask|recordings)\\.test\\.ts$",
    "\\.property\\.test\\.ts$",
  ],
  /** Real Terraform, and a real browser. */
  e2e: [
    "/test/e2e/.*\\.test\\.ts$",
    "/test/preflight/(preflight|evidence|field)\\.test\\.ts$",
    "/test/report/page\\.test\\.ts$",
    "/test/support/null-provider/server\\.test\\.ts$",
  ],
};

const project = (displayName, { setupFiles = [], ...which }) => ({
  displayName,
  ...which,
  globals: { KIND_OF_TEST: displayName },
  roots: ["<rootDir>/test"],
  testEnvironment: "node",
  setupFiles: ["<rootDir>/test/support/no-stacks-of-tokens.js", ...setupFiles],
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      { jsc: { target: "es2022", parser: { syntax: "typescript" } }, module: { type: "commonjs" } },
    ],
  },
  moduleNameMapper: { "^(\\.{1,2}/.*)\\.js$": "$1" },
  modulePathIgnorePatterns: ["<rootDir>/dist/", "<rootDir>/build/", "<rootDir>/cdktf.out/", "<rootDir>/.demo/"],
});

/** What unit tests alone have to reach in each room, in percent. */
const floor = (lines, branches) => ({ lines, branches });

/** @type {import("jest").Config} */
module.exports = {
  collectCoverageFrom: ["src/**/*.ts"],
  coverageReporters: ["text-summary", "html", "json-summary"],
  coverageThreshold: {
    "./src/cli/": floor(93, 84),
    "./src/constructs/": floor(97, 92),
    "./src/contract/": floor(99, 98),
    "./src/generate/": floor(99, 98),
    "./src/hook/": floor(89, 80),
    "./src/ocp/": floor(94, 86),
    "./src/preflight/": floor(88, 80),
    "./src/report/": floor(97, 81),
    "./src/simulator/": floor(95, 90),
    "./src/survey/": floor(85, 64),
  },
  // More than twice as many as there are processors: its workers mostly wait, for hooks, for Terraform, for ticks.
  maxWorkers: Math.ceil(availableParallelism() * 2.5),
  // A worker that has grown takes as long to start a process as that process takes.
  workerIdleMemoryLimit: "250MB",
  reporters: ["default", "<rootDir>/test/support/says-what-is-left.js"],
  testSequencer: "<rootDir>/test/support/long-first.js",
  // Only what hangs is to meet it, also on a slow machine that others keep busy.
  testTimeout: 180_000,
  projects: [
    project("unit", {
      testMatch: ["**/*.test.ts"],
      testPathIgnorePatterns: ["/node_modules/", "/test/languages/", ...NOT_UNIT.process, ...NOT_UNIT.e2e],
      globalSetup: "<rootDir>/test/support/hook-for-synth.js",
      setupFiles: ["<rootDir>/test/support/no-terraform.js"],
    }),
    project("process", { testRegex: NOT_UNIT.process }),
    project("e2e", { testRegex: NOT_UNIT.e2e, setupFiles: ["<rootDir>/test/support/terraform-asked-once.js"] }),
  ],
};
