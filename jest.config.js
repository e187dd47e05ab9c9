const { accessSync, constants, mkdirSync } = require("node:fs");
const { tmpdir } = require("node:os");

// On a machine without a temporary directory that can be written to.
try {
  accessSync(tmpdir(), constants.W_OK);
} catch {
  process.env.TMPDIR = `${__dirname}/node_modules/.cache/tmp`;
  mkdirSync(process.env.TMPDIR, { recursive: true });
}

/** @type {import("jest").Config} */
module.exports = {
  testEnvironment: "node",
  roots: ["<rootDir>/test"],
  // On a machine that others keep busy.
  testTimeout: 30_000,
  testMatch: ["**/*.test.ts"],
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      { jsc: { target: "es2022", parser: { syntax: "typescript" } }, module: { type: "commonjs" } },
    ],
  },
  moduleNameMapper: { "^(\\.{1,2}/.*)\\.js$": "$1" },
  modulePathIgnorePatterns: ["<rootDir>/dist/", "<rootDir>/cdktf.out/", "<rootDir>/.demo/"],
};
