declare const KIND_OF_TEST: string;

/** Keeps the list of jest.config.js true: `npm run test:unit` needs no build, no Terraform, and half a minute. */
export function notInUnitTests(what: string): void {
  if (KIND_OF_TEST === "unit") throw new Error(`This test starts ${what}: name it in jest.config.js, NOT_UNIT.`);
}
