import type { Construct } from "constructs";
import { DataBlock } from "./data-block.js";
import type { Declaration } from "./declaration.js";

/**
 * A null_resource cannot hold the settings of the last deploy, so an object that leaves the code is deleted without those
 * of its own. This block, which is only there where something has such settings, is updated by the same plan, and that
 * shows which are lost.
 */
export class SettingsRecord extends DataBlock {
  constructor(
    scope: Construct,
    id: string,
    name: string,
    private readonly produce: () => Readonly<Record<string, string>>,
  ) {
    super(scope, id, name);
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return { input: this.produce() };
  }

  protected override synthesizeHclAttributes(): Record<string, unknown> {
    return { input: { value: this.produce(), isBlock: false, type: "map", storageClassType: "stringMap" } };
  }
}

/** `skipHostOperation, timeouts.delete 2h; not known to a hook once this has left the code` */
export function settingsForPeople({ settings: { skipHostOperation, timeouts } }: Declaration): string {
  const lost = [
    ...(skipHostOperation === true ? ["skipHostOperation"] : []),
    ...(timeouts?.delete === undefined ? [] : [`timeouts.delete ${timeouts.delete}`]),
  ];
  return `${lost.join(", ")}: lost when it leaves the code; destroy it while it is declared (-target)`;
}
