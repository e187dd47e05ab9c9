import { listOf, type Reader, string, wrong, WrongMember } from "../../contract/json.js";
import { isId, type OcpId } from "../../contract/object.js";
import { compareIds } from "../../ocp/ids.js";

/** Of what other hooks have said or written down. */

export const id: Reader<OcpId> = (value, at) => {
  const text = string(value, at);
  if (!isId(text)) throw wrong(at, text, "an id");
  return text;
};

/** By number, none twice. */
export const sortedIds: Reader<readonly OcpId[]> = (value, at) => {
  const ids = listOf(id)(value, at);
  if (ids.some((each, index) => index > 0 && compareIds(ids[index - 1] ?? "", each) >= 0)) {
    throw wrong(at, value, "sorted");
  }
  return ids;
};

/** Undefined: something in it is not as it has to be. */
export function readWhole<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof WrongMember) return undefined;
    throw error;
  }
}
