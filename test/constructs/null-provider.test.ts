import { NullProvider } from "@cdktf/provider-null/lib/provider/index.js";
import { Carrier, OcpProvider } from "../../src/index.js";
import { orders, synthesize, testStack } from "./support/app.js";

test("a stack without a provider for null_resource gets one", () => {
  const stack = testStack();
  orders(stack);
  expect(synthesize(stack).configuration.provider).toEqual({ null: [{}] });
});

test("several OcpProviders share it", () => {
  const stack = testStack();
  new OcpProvider(stack, "a", { alias: "a" });
  new OcpProvider(stack, "b", { alias: "b" });
  expect(synthesize(stack).configuration.provider).toEqual({ null: [{}] });
});

test("the app's own is used, declared before", () => {
  const stack = testStack();
  new NullProvider(stack, "own");
  orders(stack);
  expect(synthesize(stack).configuration.provider).toEqual({ null: [{}] });
});

test("the app's own is used, declared after", () => {
  const stack = testStack();
  orders(stack);
  new NullProvider(stack, "own");
  expect(synthesize(stack).configuration.provider).toEqual({ null: [{}] });
});

test("one with an alias does not serve blocks that name none", () => {
  const stack = testStack();
  orders(stack);
  new NullProvider(stack, "own", { alias: "other" });
  expect(synthesize(stack).configuration.provider!["null"]).toEqual(expect.arrayContaining([{}, { alias: "other" }]));
});

test("terraform_data needs none", () => {
  const stack = testStack();
  orders(stack, { carrier: Carrier.TERRAFORM_DATA });
  expect(synthesize(stack).configuration.provider).toBeUndefined();
});

describe("without the package of the null provider, as in languages that lack it", () => {
  const missing = (code: string) => () => {
    throw Object.assign(new Error("Cannot find module '@cdktf/provider-null/lib/provider/index.js'"), { code });
  };
  const PACKAGE = "@cdktf/provider-null/lib/provider/index.js";
  afterEach(() => {
    jest.dontMock(PACKAGE);
    jest.resetModules();
  });

  const written = (): Readonly<Record<string, unknown>> => {
    const stack = testStack();
    orders(stack);
    const { configuration, file } = synthesize(stack);
    const { terraform } = JSON.parse(file("cdk.tf.json")) as { terraform: unknown };
    return { provider: configuration.provider, terraform };
  };

  test("a stack gets the very same provider", () => {
    const withPackage = written();
    jest.doMock(PACKAGE, missing("MODULE_NOT_FOUND"));
    const without = written();
    expect(without).toEqual(withPackage);
  });

  test("a package that is there and broken is not passed over", () => {
    jest.doMock(PACKAGE, missing("ERR_BROKEN"));
    expect(written).toThrow("Cannot find module");
  });
});
