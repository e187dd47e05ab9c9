import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { run } from "../process.js";
import { terraformProgram } from "../program.js";
import { REPOSITORY } from "../repository.js";
import { temporaryDirectory } from "../temporary.js";

/** Which null provider the tests use. A mirror is a directory from which Terraform installs the real one. */
export type NullProviderSource =
  { readonly kind: "real"; readonly version: string; readonly mirror: string } | { readonly kind: "stand-in" };

const CACHE = join(REPOSITORY, "node_modules/.cache/cdktf-obproxy");
const VERDICT = join(CACHE, "null-provider.json");
const LOCK = join(CACHE, "null-provider.lock");
const INSTALL_TIMEOUT_MS = 60_000;

/**
 * Finds out whether Terraform can install and start the real null provider, be it from the registry or from a mirror that the
 * person's own CLI configuration names. The first test file of a run tries it and says in one line what came of it.
 * What was installed is kept for later runs below `node_modules/.cache`.
 */
export async function nullProviderSource(): Promise<NullProviderSource> {
  mkdirSync(CACHE, { recursive: true });
  for (;;) {
    const source = verdictOfThisRun() ?? (await tryUnderLock());
    if (source) return source;
    await pause(100);
  }
}

/** Undefined: another process is trying just now. */
async function tryUnderLock(): Promise<NullProviderSource | undefined> {
  if (!takeLock()) return undefined;
  try {
    const version = pinnedVersion();
    const source = keptMirror(version) ?? (await install(version));
    rememberVerdict(source);
    process.stderr.write(`\n${announcement(source)}\n`);
    return source;
  } finally {
    rmSync(LOCK, { recursive: true, force: true });
  }
}

function announcement(source: NullProviderSource): string {
  return source.kind === "real"
    ? `Terraform in these tests uses the real null provider ${source.version}.`
    : "Terraform in these tests uses a stand-in for the null provider, because it cannot install the real one here.";
}

/** `@cdktf/provider-null` synthesizes a requirement of exactly this version. */
function pinnedVersion(): string {
  const manifest = readJson(join(REPOSITORY, "node_modules/@cdktf/provider-null/package.json"));
  const version = member(member(member(manifest, "cdktf"), "provider"), "version");
  if (typeof version !== "string") throw new Error("@cdktf/provider-null names no version of the null provider");
  return version;
}

async function install(version: string): Promise<NullProviderSource> {
  const directory = temporaryDirectory();
  try {
    writeFileSync(join(directory.path, "main.tf.json"), requirement(version));
    const installed = await canInstallAndStart(directory.path);
    return installed ? keepMirror(join(directory.path, ".terraform/providers"), version) : { kind: "stand-in" };
  } finally {
    directory.remove();
  }
}

function requirement(version: string): string {
  return JSON.stringify({ terraform: { required_providers: { null: { source: "hashicorp/null", version } } } });
}

async function canInstallAndStart(directory: string): Promise<boolean> {
  const env = { ...process.env, CHECKPOINT_DISABLE: "1", TF_IN_AUTOMATION: "1", ...existingConfig(directory) };
  const succeeds = (...args: string[]) =>
    run(terraformProgram(), args, { cwd: directory, env, timeoutMs: INSTALL_TIMEOUT_MS }).then(
      ({ code }) => code === 0,
      () => false,
    );
  return (await succeeds("init", "-input=false", "-no-color")) && (await succeeds("providers", "schema", "-json"));
}

/** The environment of some machines names a configuration file that nobody has written. */
function existingConfig(directory: string): { readonly TF_CLI_CONFIG_FILE?: string } {
  const named = process.env["TF_CLI_CONFIG_FILE"];
  if (named === undefined || existsSync(named)) return {};
  const empty = join(directory, "empty.tfrc");
  writeFileSync(empty, "");
  return { TF_CLI_CONFIG_FILE: empty };
}

function keepMirror(providers: string, version: string): NullProviderSource {
  const mirror = mirrorPath(version);
  const unfinished = `${mirror}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  cpSync(providers, unfinished, { recursive: true, dereference: true });
  renameSync(unfinished, mirror);
  return { kind: "real", version, mirror };
}

function keptMirror(version: string): NullProviderSource | undefined {
  const mirror = mirrorPath(version);
  return existsSync(mirror) ? { kind: "real", version, mirror } : undefined;
}

function mirrorPath(version: string): string {
  return join(CACHE, `null-${version}-${process.platform}-${process.arch}`);
}

function rememberVerdict(source: NullProviderSource): void {
  writeFileSync(`${VERDICT}.unfinished`, JSON.stringify({ run: runId(), kind: source.kind }));
  renameSync(`${VERDICT}.unfinished`, VERDICT);
}

function verdictOfThisRun(): NullProviderSource | undefined {
  if (!existsSync(VERDICT)) return undefined;
  const verdict = readJson(VERDICT);
  if (member(verdict, "run") !== runId()) return undefined;
  return member(verdict, "kind") === "real" ? keptMirror(pinnedVersion()) : { kind: "stand-in" };
}

/** Test files run in worker processes or in that of jest itself; its start tells it from an earlier one with its id. */
function runId(): string {
  const isWorker = process.argv[1]?.includes("processChild") === true;
  const today = new Date().toISOString().slice(0, 10);
  return `${today} ${isWorker ? process.ppid : process.pid}`;
}

/** A lock that has outlived every attempt was left behind by a process that was killed. */
function takeLock(): boolean {
  try {
    mkdirSync(LOCK);
    return true;
  } catch {
    const age = Date.now() - (statSync(LOCK, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > 2 * INSTALL_TIMEOUT_MS) rmSync(LOCK, { recursive: true, force: true });
    return false;
  }
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
