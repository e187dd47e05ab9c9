import { TRIGGERS } from "../contract/names.js";
import { Carrier } from "./carrier.js";
import { type NamesChecked, namesUnchanged } from "./checks.js";

export interface CarrierForm {
  readonly providerName: string;
  /** The attribute that holds the triggers. */
  readonly attribute: string;
  /** Keeps an object from ever being replaced: its triggers stay those of the first deploy. */
  readonly ignoreChanges: readonly string[];
  /** Whatever `ignore_changes` may name: Terraform refuses what is none. */
  readonly attributes: readonly string[];
  /**
   * An attribute that is updated in place, and so holds the last deploy's declaration; undefined: the carrier has none,
   * and what the triggers hold is all that the state remembers.
   */
  readonly today?: string;
}

/** All that the library knows of the difference between the carriers. */
export const FORMS: Readonly<Record<Carrier, CarrierForm>> = {
  [Carrier.NULL_RESOURCE]: {
    providerName: "null",
    attribute: TRIGGERS.null_resource,
    // The ids are the key, so they cannot change; the name can, and must not replace anything.
    ignoreChanges: ['triggers["cluster_name"]'],
    attributes: ["id", "triggers"],
  },
  [Carrier.TERRAFORM_DATA]: {
    providerName: "terraform",
    // Whole: a `moved` from null_resource fills this attribute alone, and without the name in it the same switch
    // planned a replacement, and with it a real delete, of every object.
    attribute: TRIGGERS.terraform_data,
    ignoreChanges: ["triggers_replace"],
    attributes: ["id", "input", "output", "triggers_replace"],
    today: "input",
  },
};

/** What a sentinel has to follow, so that it is replaced with its object. */
export function replacedWith(carrier: Carrier, address: string): string {
  // The id of what is updated in place stays; that of what is replaced becomes unknown.
  return FORMS[carrier].today === undefined ? address : `${address}.id`;
}

/** See {@link namesUnchanged}; undefined for a carrier that follows the name. */
export function namesCheck(
  carrier: Carrier,
  names: Pick<NamesChecked, "block" | "declared" | "paths">,
): string | undefined {
  const { attribute, today } = FORMS[carrier];
  return today === undefined ? namesUnchanged({ ...names, attribute: `${attribute}.cluster_name` }) : undefined;
}
