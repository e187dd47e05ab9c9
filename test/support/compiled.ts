import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

interface Compiled {
  readonly name: string;
  readonly bytes: Buffer;
}

/** By the program: what V8 has made of it, so that not each place begins as if the hook had never run. */
const compiled = new Map<string, Compiled>();

export function takeCompiled(program: string, place: string): void {
  const kept = compiled.get(program);
  if (kept !== undefined) writeFileSync(join(place, kept.name), kept.bytes, { mode: 0o600 });
}

export function keepCompiled(program: string, place: string): void {
  if (compiled.has(program) || !existsSync(place)) return;
  const name = readdirSync(place).find((each) => each.endsWith(".compiled"));
  if (name !== undefined) compiled.set(program, { name, bytes: readFileSync(join(place, name)) });
}
