import type { TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { dependentsOf, graphOf } from "../contract/dependency-cycles.js";
import { DataBlock } from "./data-block.js";
import { firstLookHook, type HookCall } from "./destroy-hook.js";

export interface FirstLookConfig {
  /** The frozen name of the block. */
  readonly name: string;
  readonly hook: HookCall;
  readonly stack: TerraformStack;
  /** Addresses of the blocks with the objects. */
  readonly objects: readonly string[];
  /** Whether the construct with this path is part of an `OcpProvider`; asked when the block is written. */
  readonly isOurs: (path: string) => boolean;
}

/**
 * Waits for everything in the stack that waits for the objects, such as a DNS record in front of them, so that it is the
 * first to go. Its hook looks whether OCP can delete them at all; where it fails, Terraform takes nothing of that. There
 * is such a block only where something stands in front of the objects: else their own hooks come first, and would say the
 * same. Nothing waits for it, so that it is in no cycle, and nothing replaces it.
 */
export class FirstLook extends DataBlock {
  /** Those whose configuration is being asked for by one of these: it is asked for without them. */
  private static readonly asked = new WeakSet<TerraformStack>();

  constructor(
    scope: Construct,
    private readonly config: FirstLookConfig,
  ) {
    super(scope, "first_look", config.name, { provisioners: [firstLookHook(config.hook)] });
  }

  override toTerraform(): unknown {
    return this.behindAll(() => super.toTerraform());
  }

  override toHclTerraform(): unknown {
    return this.behindAll(() => super.toHclTerraform());
  }

  private behindAll(write: () => unknown): unknown {
    const inFront = this.inFront();
    if (inFront.length === 0) return {};
    const { dependsOn } = this;
    Object.assign(this, { dependsOn: inFront });
    try {
      return write();
    } finally {
      Object.assign(this, { dependsOn });
    }
  }

  /** Addresses of the resources and modules. Nothing of ours, and nothing that is only read, has to be waited for. */
  private inFront(): string[] {
    const { isOurs, objects, stack } = this.config;
    if (FirstLook.asked.has(stack)) return [];
    FirstLook.asked.add(stack);
    try {
      const graph = graphOf(stack.toTerraform());
      return dependentsOf(graph, objects)
        .filter((address) => !/^(data|local)\./.test(address))
        .filter((address) => !isOurs(graph.paths.get(address) ?? ""))
        .sort();
    } finally {
      FirstLook.asked.delete(stack);
    }
  }
}
