import { TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { AppRegistry } from "./app-registry.js";
import * as errors from "./errors.js";
import { OcpProvider } from "./ocp-provider.js";

/** The provider that was given, or the only one of the stack; always of the same stack. */
export function providerFor(at: Construct, given: OcpProvider | undefined): OcpProvider {
  const stack = TerraformStack.of(at);
  if (given !== undefined) {
    if (!(given instanceof OcpProvider)) throw errors.notAnOcpProvider(at, given);
    if (TerraformStack.of(given) !== stack) throw errors.inAnotherStack(at, "ocp", given);
    return given;
  }
  const providers = AppRegistry.of(at)
    .providersOf(stack)
    .map((each) => each.provider)
    .filter((each) => each instanceof OcpProvider);
  const [only, ...more] = providers;
  if (only === undefined) throw errors.noProvider(at);
  if (more.length > 0) throw errors.severalProviders(at, providers);
  return only;
}
