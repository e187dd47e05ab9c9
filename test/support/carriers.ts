import { basename } from "node:path";
import { Carrier } from "../../src/index.js";

/** Every promise holds for both. */
export const carriers = [Carrier.NULL_RESOURCE, Carrier.TERRAFORM_DATA] as const;

type AnyCarrier = (typeof carriers)[number];

const areBothTried = process.env["CARRIERS"] === "both";

/**
 * Cases that hold for both carriers. Half of the test files try them with one and half with the other; all with both where
 * `CARRIERS` is `both`, as in CI.
 *
 * @param name with `%s` for the carrier
 */
export function withEachCarrier(name: string, cases: (carrier: AnyCarrier) => void): void {
  const file = basename(expect.getState().testPath ?? "");
  const one = carriers[file.length % carriers.length] as AnyCarrier;
  describe.each(areBothTried ? carriers : [one])(name, cases);
}
