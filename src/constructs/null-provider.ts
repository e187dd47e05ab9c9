import { TerraformProvider, type TerraformStack } from "cdktf";
import type { Construct } from "constructs";

/**
 * Gives the stack a provider for null_resource, unless it has one. This is done at synth and not before, because two
 * of them without an `alias` are an error in Terraform, and the app's own may be declared after ours.
 */
export function ensureNullProvider(stack: TerraformStack, scope: Construct): void {
  const isDefaultNullProvider = (construct: unknown): boolean =>
    TerraformProvider.isTerraformProvider(construct) &&
    construct.terraformResourceType === RESOURCE_TYPE &&
    construct.alias === undefined;
  if (stack.node.findAll().some(isDefaultNullProvider)) return;
  const NullProvider = ofPackage() ?? OwnNullProvider;
  new NullProvider(scope, "null");
}

const RESOURCE_TYPE = "null";

type NullProviderClass = new (scope: Construct, id: string) => TerraformProvider;

/**
 * Loaded no earlier than it is needed: whoever uses `terraform_data` alone needs no such package, and not every language
 * of CDKTF has it.
 */
function ofPackage(): NullProviderClass | undefined {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- an `import` would load it at once, and for all
    const { NullProvider } = require("@cdktf/provider-null/lib/provider/index.js") as {
      readonly NullProvider: NullProviderClass;
    };
    return NullProvider;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}

/** What `NullProvider` of `@cdktf/provider-null` writes, where there is no such package. */
class OwnNullProvider extends TerraformProvider {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      terraformResourceType: RESOURCE_TYPE,
      terraformProviderSource: "null",
      terraformGeneratorMetadata: {
        providerName: "null",
        providerVersion: "3.2.4",
        providerVersionConstraint: "~> 3.0",
      },
    });
  }
}
