import { Lazy, TerraformLocal, Token } from "cdktf";
import { PLURALS, settingsRecordName } from "../contract/names.js";
import { label, type ObjectKind } from "../contract/object.js";
import { Carrier } from "./carrier.js";
import type { BlockLocals } from "./carrier-block.js";
import { namesCheck } from "./carrier-form.js";
import { type Declaration, lastSettings } from "./declaration.js";
import type { Declarations } from "./declarations.js";
import { SettingsRecord, settingsForPeople } from "./settings-record.js";
import { terraformText } from "./terraform-text.js";

/** Locals of one provider, and its record of settings, that are only there where something that is declared needs them. */
export class RareLocals {
  constructor(private readonly declarations: Declarations) {}

  addFor(declaration: Declaration): void {
    const { kind } = declaration;
    if (isUnknown(declaration)) this.add(pathsId(kind), () => this.mapOf(kind, isUnknown, pathOf));
    if (isUnreachable(declaration)) this.addNamesCheck(kind);
    if (hasLastSettings(declaration)) this.addSettings(kind);
  }

  /** Their names. */
  of(kind: ObjectKind): BlockLocals {
    const named = (id: string): string | undefined => (this.has(id) ? this.named(id) : undefined);
    return { paths: named(pathsId(kind)), names: named(namesId(kind)), settings: named(settingsId(kind)) };
  }

  private addNamesCheck(kind: ObjectKind): void {
    const { carrier } = this.declarations;
    const declared = this.declarations.blockName(kind);
    const block = this.declarations.blockAddress(kind);
    const check = namesCheck(carrier, { block, declared, paths: this.named(namesId(kind)) });
    if (check === undefined) return;
    this.add(namesId(kind), () => this.mapOf(kind, isUnreachable, pathOf));
    this.add(`${namesId(kind)}_unchanged`, () => check);
  }

  private addSettings(kind: ObjectKind): void {
    const { alias, all, carrier, provider } = this.declarations;
    if (carrier === Carrier.TERRAFORM_DATA) {
      this.add(settingsId(kind), () => this.mapOf(kind, hasLastSettings, lastSettings));
    } else if (!this.has("settings")) {
      new SettingsRecord(provider, "settings", settingsRecordName(alias), () =>
        Object.fromEntries(
          all.filter(hasLastSettings).map((each) => [label(each.kind, each.key), settingsForPeople(each)]),
        ),
      );
    }
  }

  private add(id: string, produce: () => unknown): void {
    if (this.has(id)) return;
    const local = new TerraformLocal(this.declarations.provider, id, Lazy.anyValue({ produce }));
    local.overrideLogicalId(this.named(id));
  }

  private has(id: string): boolean {
    return this.declarations.provider.node.tryFindChild(id) !== undefined;
  }

  private named(id: string): string {
    return `${this.declarations.alias}_${id}`;
  }

  private mapOf<T>(
    kind: ObjectKind,
    filter: (declaration: Declaration) => boolean,
    map: (declaration: Declaration) => T,
  ): Record<string, T> {
    const wanted = this.declarations.of(kind).filter(filter);
    return Object.fromEntries(wanted.map((each) => [each.key, map(each)]));
  }
}

const pathsId = (kind: ObjectKind): string => `${PLURALS[kind]}_paths`;
const namesId = (kind: ObjectKind): string => `${PLURALS[kind]}_names`;
const settingsId = (kind: ObjectKind): string => `${PLURALS[kind]}_settings`;

/** Today's name does not reach the hook: it is itself known to Terraform alone, or whose name it is. */
function isUnreachable({ clusterId, clusterName }: Declaration): boolean {
  return Token.isUnresolved(clusterId) || Token.isUnresolved(clusterName);
}

/** Ids or a name that only Terraform knows, and can check. */
function isUnknown({ clusterName, isToken }: Declaration): boolean {
  return isToken || Token.isUnresolved(clusterName);
}

function pathOf({ construct }: Declaration): string {
  return terraformText(construct.node.path);
}

function hasLastSettings(declaration: Declaration): boolean {
  return Object.keys(lastSettings(declaration)).length > 0;
}
