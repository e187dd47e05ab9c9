/** Set in jest.config.js; not there where tests' parts are used by a program. */
const { KIND_OF_TEST: kind } = globalThis as { readonly KIND_OF_TEST?: string };

/** Keeps the list of jest.config.js true: `npm run test:unit` needs no build, no Terraform, and less than a minute. */
export function notInUnitTests(what: string): void {
  if (kind === "unit") throw new Error(`This test starts ${what}: name it in jest.config.js, NOT_UNIT.`);
}
