import { Carrier } from "../../src/index.js";
import { some } from "./thorough.js";

/** Every promise holds for both. */
export const carriers = [Carrier.NULL_RESOURCE, Carrier.TERRAFORM_DATA] as const;

/**
 * Cases that hold for both carriers, tried with {@link some}.
 *
 * @param name with `%s` for the carrier
 */
export function withEachCarrier(name: string, cases: (carrier: (typeof carriers)[number]) => void): void {
  describe.each(some(carriers))(name, cases);
}
