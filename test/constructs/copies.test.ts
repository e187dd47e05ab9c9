import * as cdktf from "cdktf";
import * as constructs from "constructs";
import type * as library from "../../src/index.js";
import { orders, testApp, testStack } from "./support/app.js";

/** The library as another package of the app loads it from its own `node_modules`. */
function anotherCopy(): typeof library {
  let copy: typeof library | undefined;
  jest.isolateModules(() => {
    jest.doMock("cdktf", () => cdktf);
    jest.doMock("constructs", () => constructs);
    copy = jest.requireActual<typeof library>("../../src/index.js");
  });
  return copy!;
}

test.each(["ocp", "cluster"] as const)(
  "a second copy that is given %s of the first is told of as such, and not as a wrong value",
  (property) => {
    const stack = testStack();
    const { [property]: given } = orders(stack);
    const { Obproxy } = anotherCopy();
    const foreign = property === "ocp" ? { clusterId: 27, clusterName: "orders" } : {};
    expect(() => new Obproxy(stack, "more", { ...foreign, [property]: given, obproxyIds: [9] })).toThrow(
      "stack/more: the app loads two copies of cdktf-obproxy",
    );
  },
);

test("a second copy of the library in one app is refused: neither would spare what the other declares", () => {
  const app = testApp();
  const first = testStack(app, "first");
  orders(first);
  const second = testStack(app, "second");
  const { OcpProvider } = anotherCopy();
  expect(() => new OcpProvider(second, "ocp")).toThrow(
    "second/ocp: the app loads two copies of cdktf-obproxy, and the destroy hooks of one would not spare what is declared with the other.",
  );
});
