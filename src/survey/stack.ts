import { existsSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { replacementFlaws } from "../contract/block-needs.js";
import { HookFailure } from "../hook/tell/failure.js";
import { CA_FILE, ENV, SETTINGS_FILE } from "../contract/names.js";
import { KINDS } from "../contract/object.js";
import { readSettings, type Settings } from "../hook/settings.js";
import { readConfiguration } from "./find-stacks.js";
import { at, entriesAt, listAt, textAt } from "./json.js";
import { needsOf, wavesOf } from "./waves.js";

/** What one synthesized stack says about objects of OCP. */
export interface Stack {
  readonly name: string;
  readonly directory: string;
  /** The directory as the user writes it: relative, unless it was given otherwise. */
  readonly shown: string;
  /** Names of stacks that are deployed before this one, and destroyed after it, directly or by way of others. */
  readonly dependencies: readonly string[];
  readonly providers: readonly Provider[];
  /** Every block of the types that carry hooks, by address. */
  readonly blocks: ReadonlyMap<string, Block>;
  /** `from` → `to`. */
  readonly moves: ReadonlyMap<string, string>;
  /** Where a local backend keeps its state; absent: it is elsewhere. */
  readonly stateFile?: string;
}

/** An `OcpProvider`, as it travels with the stack. */
export interface Provider {
  readonly alias: string;
  /** Where its hook and settings lie. */
  readonly directory: string;
  /** Undefined: they cannot be used, and {@link flaws} says why. */
  readonly settings: Settings | undefined;
  readonly flaws: readonly Flaw[];
  /** Objects that are declared with ids that only Terraform knows. */
  readonly unknownKeys: number;
}

export interface Flaw {
  /** Default `hook-files`. */
  readonly code?: "block-changed";
  readonly message: string;
  readonly next: string;
}

export interface Block {
  readonly address: string;
  /** The alias of the provider whose hook it carries; undefined: it carries none. */
  readonly provider: string | undefined;
  /** Keeps Terraform from going back from terraform_data: see `CarrierBarrier`. */
  readonly isBarrier: boolean;
  /** In which step of a destroy its instances go, counted from 1; 0 without a hook. */
  readonly wave: number;
  /** The blocks with hooks that it needs, directly or by way of others: their instances go after its own. */
  readonly needs: ReadonlySet<string>;
}

interface Hook {
  readonly block: unknown;
  /** What is not named is not compared. */
  readonly calledFor: { readonly stack: string | undefined; readonly provider: string | undefined };
  /** `null_resource.ocp_obproxies` */
  readonly address: string;
  readonly alias: string;
  /** The file that Terraform would start. */
  readonly file: string;
}

const CARRIERS = ["null_resource", "terraform_data"];
const AGAIN = "synthesize again (cdktf synth), and keep the output directory together until the destroy is over";

export interface StackOptions {
  readonly dependencies?: readonly string[];
  /** Default: the directory itself. */
  readonly shown?: string;
  /** Of the hooks. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Reads a directory with a `cdk.tf.json`. @throws CannotLook */
export function readStack(directory: string, options: StackOptions = {}): Stack {
  const { dependencies = [], shown = directory, env = {} } = options;
  const configuration = readConfiguration(directory);
  const hooks = hooksOf(configuration, directory);
  const needs = needsOf(
    configuration,
    hooks.map(({ address }) => address),
  );
  const waves = wavesOf(needs);
  const blocks = carrierBlocks(configuration).map(([address, block]): [string, Block] => [
    address,
    {
      address,
      provider: hooks.find((hook) => hook.address === address)?.alias,
      isBarrier: at(block, "count") === 0 && at(block, "lifecycle", "prevent_destroy") === true,
      wave: waves.get(address) ?? 0,
      needs: needs.get(address) ?? new Set(),
    },
  ]);
  const stateFile = stateFileOf(configuration, directory);
  return {
    ...(stateFile === undefined ? {} : { stateFile }),
    name: textAt(configuration, "//", "metadata", "stackName") ?? basename(directory),
    directory,
    shown,
    dependencies,
    providers: providersOf(configuration, hooks, env),
    blocks: new Map(blocks),
    moves: new Map(
      listAt(configuration, "moved").map((move) => [textAt(move, "from") ?? "", textAt(move, "to") ?? ""]),
    ),
  };
}

function carrierBlocks(configuration: unknown): readonly (readonly [string, unknown])[] {
  return CARRIERS.flatMap((type) =>
    entriesAt(configuration, "resource", type).map(([name, block]) => [`${type}.${name}`, block] as const),
  );
}

/** The blocks whose hooks delete objects of OCP. Others, such as a first look, stand for none. */
function hooksOf(configuration: unknown, directory: string): readonly Hook[] {
  return carrierBlocks(configuration).flatMap(([address, block]) =>
    listAt(block, "provisioner").flatMap((provisioner): Hook[] => {
      const hook = at(provisioner, "local-exec");
      const isOurs =
        KINDS.some((kind) => kind === textAt(hook, "environment", ENV.kind)) && at(hook, "when") === "destroy";
      const program = listAt(hook, "interpreter").map(String)[1];
      if (!isOurs || program === undefined) return [];
      const calledFor = {
        stack: textAt(hook, "environment", ENV.stack)?.replace(/([$%])\1(?=\{)/g, "$1"),
        provider: textAt(hook, "environment", ENV.provider),
      };
      const file = join(directory, program.replace("${path.module}/", ""));
      return [{ address, alias: aliasOf(address), block, calledFor, file }];
    }),
  );
}

/** `null_resource.ocp_obproxies["27/3"]` → `ocp`, also for an address whose block is gone. */
export function aliasOf(address: string): string {
  return /^\w+\.(\w+?)_(?:obproxies|obproxy_clusters)(?:_kept)?(?:\[|$)/.exec(address)?.[1] ?? "";
}

function providersOf(configuration: unknown, hooks: readonly Hook[], env: NodeJS.ProcessEnv): readonly Provider[] {
  const aliases = [...new Set(hooks.map(({ alias }) => alias))];
  return aliases.map((alias) => {
    const own = hooks.filter((hook) => hook.alias === alias);
    const directory = dirname(own[0]?.file ?? "");
    const settingsFile = join(directory, SETTINGS_FILE);
    const { settings, flaw } = existsSync(settingsFile) ? trySettings(settingsFile, env) : {};
    const strange = settings === undefined ? [] : strangers(own, settings);
    const needed = [
      ...own.map(({ file }) => file),
      settingsFile,
      ...(settings?.provider.hasCaFile === true ? [join(directory, CA_FILE)] : []),
    ];
    return {
      alias,
      directory,
      // What a hook would refuse to go by nobody else goes by either: it may name another OCP.
      settings: strange.length === 0 ? settings : undefined,
      flaws: [
        ...missingFiles(alias, needed),
        ...(flaw === undefined ? [] : [flaw]),
        ...strange,
        ...own.flatMap(({ address, block }) => changes(address, block)),
      ],
      unknownKeys: ["obproxies", "obproxy_clusters"].flatMap((plural) =>
        entriesAt(configuration, "locals", `${alias}_${plural}`).filter(([key]) => key.includes("${")),
      ).length,
    };
  });
}

/** What is synthesized together is lost together, and told of once. An empty program does nothing, and ends well. */
function missingFiles(alias: string, needed: readonly string[]): readonly Flaw[] {
  const size = (file: string): number | undefined => statSync(file, { throwIfNoEntry: false })?.size;
  const all = [...new Set(needed)];
  return [
    { how: "missing", files: all.filter((file) => size(file) === undefined) },
    { how: "empty", files: all.filter((file) => size(file) === 0) },
  ].flatMap(({ files, how }): readonly Flaw[] => {
    if (files.length === 0) return [];
    const are = files.length === 1 ? `the file ${files.join()} is` : `the files ${files.join(", ")} are`;
    return [{ message: `${are} ${how}, without which no hook of the provider ${alias} can run`, next: AGAIN }];
  });
}

/** The settings that lie beside a hook are not those that it is called for. */
function strangers(hooks: readonly Hook[], settings: Settings): readonly Flaw[] {
  const found = `the stack ${settings.stack} (provider ${settings.provider.alias})`;
  const wanted = new Set(
    hooks.map(
      ({ calledFor: { provider = settings.provider.alias, stack = settings.stack } }) =>
        `the stack ${stack} (provider ${provider})`,
    ),
  );
  return [...wanted]
    .filter((each) => each !== found)
    .map((each) => ({
      message: `the settings beside the hook are those of ${found}, but the hook is called for ${each}, and would refuse`,
      next: "synthesize again (cdktf synth) into a directory that shares no files with other stacks",
    }));
}

/** What somebody has made of a block since the constructs wrote it. */
function changes(address: string, block: unknown): readonly Flaw[] {
  const [type = ""] = address.split(".");
  return replacementFlaws(type, block).map((flaw) => ({
    code: "block-changed",
    message: `a plan may replace, that is delete, what the block ${address} stands for: ${flaw}`,
    next: "see what changes the synthesized configuration, and leave the blocks of the OcpProvider out of it; synthesize again (cdktf synth)",
  }));
}

function trySettings(path: string, env: NodeJS.ProcessEnv): { readonly settings?: Settings; readonly flaw?: Flaw } {
  try {
    return { settings: readSettings(path, env) };
  } catch (error) {
    if (!(error instanceof HookFailure)) throw error;
    return { flaw: { message: error.message, next: AGAIN } };
  }
}

/** Undefined: another backend. */
function stateFileOf(configuration: unknown, directory: string): string | undefined {
  const path = at(configuration, "terraform", "backend", "local", "path");
  return typeof path === "string" ? resolve(directory, path) : undefined;
}
