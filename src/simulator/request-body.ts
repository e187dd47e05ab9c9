import type { ApiErrors } from "./api-error.js";
import { type Id, readLong } from "./ids.js";

/** The body of `POST …/servers/delete`. Unknown members are ignored, ids may be strings (seen in ocp-express). */
export function readDeleteServers(
  body: Buffer,
  errors: ApiErrors,
): { readonly ids: readonly Id[]; readonly skipHost: readonly Id[] } {
  if (body.length === 0) throw errors.malformedJson("Required request body is missing");

  const json = parse(body.toString("utf8"), errors);
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw errors.malformedJson("JSON parse error: Cannot deserialize the request body");
  }

  const ids = readIds(json, "obproxyServerIds", errors);
  if (ids === undefined || ids.length === 0) throw errors.emptyField("obproxyServerIds", ids ?? null);

  return { ids, skipHost: readIds(json, "skipHostOperationServerIds", errors) ?? [] };
}

function parse(text: string, errors: ApiErrors): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw errors.malformedJson(`JSON parse error: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function readIds(json: object, member: string, errors: ApiErrors): readonly Id[] | undefined {
  const value: unknown = Object.entries(json).find(([name]) => name === member)?.[1];
  if (value === undefined || value === null) return undefined;

  if (!Array.isArray(value)) {
    throw errors.malformedJson(
      `JSON parse error: Cannot deserialize value of type \`java.util.ArrayList<java.lang.Long>\` (through reference chain: ["${member}"])`,
    );
  }
  return value.map((item: unknown) => {
    const id = typeof item === "number" || typeof item === "string" ? readLong(String(item)) : undefined;
    if (id === undefined) {
      throw errors.malformedJson(
        `JSON parse error: Cannot deserialize value of type \`java.lang.Long\` (through reference chain: ["${member}"])`,
      );
    }
    return id;
  });
}
