import { Token } from "cdktf";
import type { Construct } from "constructs";
import { TODAY } from "../contract/names.js";
import type { ObjectKind } from "../contract/object.js";
import type { ClusterSettings, ObproxySettings } from "../contract/settings-file.js";
import * as errors from "./errors.js";

/** One object of OCP as one construct declares it. */
export interface Declaration {
  readonly construct: Construct;
  readonly kind: ObjectKind;
  /** `"27"` or `"27/3"`; holds tokens where an id is one. */
  readonly key: string;
  /** An id is a token: no settings, no `moved`, no sentinel, because the key is only known to Terraform. */
  readonly isToken: boolean;
  readonly clusterId: string;
  readonly obproxyId?: string;
  readonly clusterName: string;
  readonly settings: OwnSettings;
}

/** What a construct says to the hook about its objects, as the settings file has it: only what is not the default. */
export type OwnSettings = Omit<ClusterSettings & ObproxySettings, "path" | "clusterName">;

/** Of each property that the hook has to know: checks it, and gives what it says; undefined: that is the default. */
export type SettingsOf<Props> = {
  readonly [K in keyof Props & keyof OwnSettings]-?: (
    at: Construct,
    property: string,
    value: unknown,
  ) => OwnSettings[K];
};

/** @param openId the property with an id that only Terraform knows: the hook could not find settings of such an object */
export function ownSettings<Props extends object>(
  at: Construct,
  props: Props,
  settings: SettingsOf<Props>,
  openId: string | undefined,
): OwnSettings {
  const names = Object.keys(settings) as (keyof Props & keyof OwnSettings)[];
  const said = names.map((name) => [name, settings[name](at, name, props[name])] as const);
  const unusable = names.find((name) => (props[name] ?? false) !== false);
  if (openId !== undefined && unusable !== undefined) throw errors.settingNeedsKnownId(at, unusable, openId);
  return Object.fromEntries(said.filter(([, value]) => value !== undefined));
}

/** An id as Terraform writes it. A template literal would lose the token that a number may be. */
export function idText(id: number): string {
  return Token.isUnresolved(id) ? Token.asString(id) : String(id);
}

/** What the hook needs to know of the last deploy's declaration, as texts, for Terraform's map of them. */
export function lastSettings({ settings: { skipHostOperation, timeouts } }: Declaration): Record<string, string> {
  return {
    ...(skipHostOperation === true ? { [TODAY.skipHostOperation]: "true" } : {}),
    ...(timeouts?.delete === undefined ? {} : { [TODAY.deleteTimeout]: timeouts.delete }),
  };
}
