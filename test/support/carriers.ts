import { Carrier } from "../../src/index.js";

/** Every promise holds for both. */
export const carriers = [Carrier.NULL_RESOURCE, Carrier.TERRAFORM_DATA] as const;

const areBothTried = process.env["CARRIERS"] === "both";

/** `test` of Jest, as far as {@link withEachCarrier} hands it on. */
export type CarrierTest = Pick<jest.It, "each"> & ((name: string, run: () => unknown, timeoutMs?: number) => void);

/**
 * Cases that hold for both carriers. Each is tried with one of them, by turns; with both where `CARRIERS` is `both`, as
 * in CI. Cases are told apart by their order, so each carrier has to have the same ones.
 *
 * @param name with `%s` for the carrier
 */
export function withEachCarrier(
  name: string,
  cases: (carrier: (typeof carriers)[number], test: CarrierTest) => void,
): void {
  describe.each(carriers)(name, (carrier) => {
    let turn = carriers.indexOf(carrier);
    const isTried = (): boolean => {
      turn += 1;
      return areBothTried || turn % carriers.length === 0;
    };
    const one = (...given: Parameters<CarrierTest>): void => {
      if (isTried()) test(...(given as Parameters<jest.It>));
    };
    const each = (rows: readonly unknown[]): unknown => {
      const tried = rows.filter(isTried);
      return tried.length === 0 ? () => undefined : test.each(tried);
    };
    cases(carrier, Object.assign(one, { each: each as jest.Each }));
  });
}
