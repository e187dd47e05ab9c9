import { decode, encode, ExtData, ExtensionCodec } from "@msgpack/msgpack";
import { UNKNOWN, type Known, type NullResource, type Triggers } from "./null-resource.js";

/** `DynamicValue` of the plugin protocol: msgpack on the wire, JSON in old state files. */
export interface DynamicValue {
  readonly msgpack?: Uint8Array;
  readonly json?: Uint8Array;
}

/** An unknown value is extension type 0, or 12 where Terraform can say something about it, such as "not null". */
const UNKNOWN_TYPE = 0;
const REFINED_UNKNOWN_TYPE = 12;
const codec = new ExtensionCodec();
for (const type of [UNKNOWN_TYPE, REFINED_UNKNOWN_TYPE]) {
  codec.register({ type, encode: () => null, decode: () => UNKNOWN });
}

export function encodeResource(resource: NullResource | null): DynamicValue {
  if (resource === null) return { msgpack: encode(null) };
  return { msgpack: encode({ id: wire(resource.id), triggers: wireTriggers(resource.triggers) }) };
}

export function decodeResource(value: DynamicValue | undefined): NullResource | null {
  if (value?.msgpack !== undefined && value.msgpack.length > 0) {
    return parseResource(decode(value.msgpack, { extensionCodec: codec }));
  }

  return parseResourceJson(value?.json ?? Buffer.from("null"));
}

export function parseResourceJson(json: Uint8Array): NullResource | null {
  return parseResource(JSON.parse(Buffer.from(json).toString("utf8")));
}

function parseResource(value: unknown): NullResource | null {
  if (value === null) return null;
  if (!isRecord(value)) throw new TypeError(`expected a null_resource object, got ${typeof value}`);
  return { id: parseString("id", value["id"]), triggers: parseTriggers(value["triggers"]) };
}

function parseTriggers(value: unknown): Triggers | typeof UNKNOWN {
  if (value === undefined || value === null) return null;
  if (value === UNKNOWN) return UNKNOWN;
  if (!isRecord(value)) throw new TypeError(`expected triggers to be a map, got ${typeof value}`);
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, parseString(key, entry)]));
}

function parseString(name: string, value: unknown): Known<string> {
  if (value === undefined || value === null) return null;
  if (value === UNKNOWN || typeof value === "string") return value;
  throw new TypeError(`expected ${name} to be a string, got ${typeof value}`);
}

function wireTriggers(triggers: NullResource["triggers"]): unknown {
  if (triggers === null || triggers === UNKNOWN) return wire(triggers);
  return Object.fromEntries(Object.entries(triggers).map(([key, value]) => [key, wire(value)]));
}

/** The library offers only objects to its codec, not symbols; so an unknown is put in by hand. */
function wire(value: Known<string>): unknown {
  return value === UNKNOWN ? new ExtData(UNKNOWN_TYPE, new Uint8Array([0])) : value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
