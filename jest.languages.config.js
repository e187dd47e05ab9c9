const { projects, testTimeout } = require("./jest.config.js");

const [{ moduleNameMapper, modulePathIgnorePatterns, roots, testEnvironment, transform }] = projects;

/**
 * The package in other languages, and that for CDKTN. They need more than Node.js and Terraform: Python, Go and their
 * registries. `npm run test:languages` makes first what they try.
 *
 * @type {import("jest").Config}
 */
module.exports = {
  ...{ moduleNameMapper, modulePathIgnorePatterns, roots, testEnvironment, testTimeout, transform },
  setupFiles: ["<rootDir>/test/support/terraform-asked-once.js"],
  displayName: "languages",
  // Most of the time they wait for other programs.
  maxWorkers: 2,
  globals: { KIND_OF_TEST: "languages" },
  testRegex: ["/test/languages/.*\\.test\\.ts$"],
};
