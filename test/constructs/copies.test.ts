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
