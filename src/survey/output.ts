import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CannotLook, messageOf } from "./cannot-look.js";
import { textAt } from "./json.js";

/** Where an app was synthesized to. */
export interface Output {
  readonly directory: string;
  /** What names it. */
  readonly from: string;
}

export const CONFIGURATION = "cdktf.json";

/**
 * Where cdktf puts what it synthesizes: its option, the variables that it and the app itself read, its configuration, its
 * default.
 *
 * @throws CannotLook
 */
export function outputOf(option: string | undefined, env: NodeJS.ProcessEnv, cwd: string): Output {
  if (option !== undefined) return { directory: option, from: "--output" };
  for (const variable of ["CDKTF_OUTDIR", "CDKTF_OUTPUT"]) {
    const directory = env[variable];
    if (directory !== undefined && directory !== "") return { directory, from: variable };
  }
  const configured = textAt(configurationIn(cwd), "output");
  if (configured !== undefined && configured !== "") {
    return { directory: configured, from: `"output" in ${CONFIGURATION}` };
  }
  return { directory: "cdktf.out", from: "cdktf's default" };
}

/** Undefined: there is none. @throws CannotLook */
export function configurationIn(cwd: string): unknown {
  const path = join(cwd, CONFIGURATION);
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, "utf8")) as unknown;
  } catch (error) {
    throw new CannotLook(`${CONFIGURATION} cannot be read: ${messageOf(error)}`, "mend it, or give --output");
  }
}
