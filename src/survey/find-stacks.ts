import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { CannotLook, messageOf } from "./cannot-look.js";
import { entriesAt, isObject, listAt, textAt } from "./json.js";

/** Where a synthesized stack lies, and what it has to be deployed after. */
export interface StackPlace {
  readonly directory: string;
  /** Directly or by way of others. */
  readonly dependencies: readonly string[];
}

/** The stacks of a synthesized app, or the one stack, at a path. @throws CannotLook */
export function findStacks(path: string): readonly StackPlace[] {
  if (existsSync(join(path, "cdk.tf.json"))) return [{ directory: path, dependencies: dependenciesOf(path) }];
  const manifest = join(path, "manifest.json");
  if (existsSync(manifest)) return stacksOf(path, readJson(manifest));
  if (existsSync(join(path, "cdk.tf"))) {
    throw new CannotLook(`${path} holds HCL, which preflight does not read`, "synthesize without --hcl");
  }

  const what = statSync(path, { throwIfNoEntry: false })?.isDirectory()
    ? `${path} is neither a synthesized app (manifest.json) nor a stack (cdk.tf.json)`
    : `there is no directory ${path}`;
  throw new CannotLook(what, "run cdktf synth first, or name the stack's directory (cdktf.out/stacks/<stack>)");
}

function stacksOf(path: string, manifest: unknown): readonly StackPlace[] {
  const stacks = entriesAt(manifest, "stacks");
  if (stacks.length === 0) throw new CannotLook(`${path}/manifest.json names no stacks`, "run cdktf synth first");
  return stacks.map(([name, stack]) => ({
    directory: join(path, textAt(stack, "workingDirectory") ?? join("stacks", name)),
    dependencies: dependenciesIn(manifest, name),
  }));
}

/** Of a stack that was named by its own directory: `<app>/stacks/<name>`. */
function dependenciesOf(directory: string): readonly string[] {
  const manifest = join(directory, "..", "..", "manifest.json");
  if (!existsSync(manifest)) return [];
  return dependenciesIn(readJson(manifest), basename(directory));
}

function dependenciesIn(manifest: unknown, stack: string): readonly string[] {
  const direct = (name: string): string[] => listAt(manifest, "stacks", name, "dependencies").map(String);
  const found = new Set(direct(stack));
  for (const name of found) for (const next of direct(name)) found.add(next);
  return [...found];
}

/** What Terraform would be given. @throws CannotLook */
export function readConfiguration(directory: string): unknown {
  const file = join(directory, "cdk.tf.json");
  if (!existsSync(file)) {
    const hcl = existsSync(join(directory, "cdk.tf"));
    throw new CannotLook(
      hcl ? `${directory} holds HCL, which preflight does not read` : `there is no ${file}`,
      hcl ? "synthesize without --hcl" : "run cdktf synth first",
    );
  }
  const configuration = readJson(file);
  if (!isObject(configuration)) {
    throw new CannotLook(`${file} holds no configuration of Terraform`, "run cdktf synth again");
  }
  return configuration;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as unknown;
  } catch (error) {
    throw new CannotLook(`${file} cannot be read: ${messageOf(error)}`, "run cdktf synth again");
  }
}
