import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { devNull } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { EVENTS_VARIABLE } from "../../src/contract/events.js";
import { CA_FILE, ENV, HOOK_FILE, SETTINGS_FILE } from "../../src/contract/names.js";
import type { HookSettings, OtherProvider } from "../../src/contract/settings-file.js";
import { hook } from "../../src/hook/hook.js";
import { resolveSettings, type Settings } from "../../src/hook/settings.js";
import { settingsFile } from "../fixtures/settings.js";
import { keepCompiled, takeCompiled } from "../support/compiled.js";
import { notInUnitTests } from "../support/kind.js";
import { temporaryDirectory } from "../support/temporary.js";
import { isThorough } from "../support/thorough.js";
import { DEFAULT_CREDENTIALS, type Simulator } from "../../src/simulator/index.js";

/** How fast the simulators of these tests run; the hook is told the same. */
export const TICK_MS = 20;

export interface HookRun {
  readonly code: number | null;
  /** Lines of both streams in the order they came. */
  readonly lines: readonly string[];
  readonly output: string;
}

export interface HookCall {
  readonly kind: "cluster" | "obproxy";
  readonly clusterId: number | string;
  readonly obproxyId?: number | string;
  /** The trigger. Default `"orders"`. */
  readonly clusterName?: string;
  readonly settings?: DeepPartial<HookSettings>;
  /** The settings file as it stands, in place of `settings`. */
  readonly settingsText?: string;
  /** Where the hook runs; two names are two machines, with a home and a temporary directory each. Default one machine. */
  readonly machine?: string;
  /** Where the hook lies; two runs with one name find what the first has left there. Default one of its own for each run. */
  readonly place?: string;
  /** PEM text of the file beside the hook. */
  readonly ca?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What a shell does before it becomes the hook, such as `ulimit`. */
  readonly under?: string;
}

export type DeepPartial<T> = {
  readonly [K in keyof T]?: T[K] extends readonly unknown[] ? T[K] : T[K] extends object ? DeepPartial<T[K]> : T[K];
};

export interface StartedHook {
  readonly done: Promise<HookRun>;
  /** Default SIGKILL, as Terraform does on the first Ctrl-C. */
  readonly kill: (signal?: NodeJS.Signals) => void;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Printed so far. */
  readonly lines: readonly string[];
}

/** The directories of a machine that a hook may write to. */
export interface Machine {
  readonly home: string;
  readonly state: string;
  readonly temporary: string;
  readonly runtime: string;
}

/** The program as it is published. */
export const BUILT_HOOK = join(__dirname, "../../dist/hook", HOOK_FILE);

/** Whether it was built from the sources as they are. */
function isUpToDate(): boolean {
  const builtAt = statSync(BUILT_HOOK, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = ["src", "scripts"].map((name) => join(__dirname, "../..", name));
  const files = sources.flatMap((directory) =>
    readdirSync(directory, { recursive: true, encoding: "utf8" }).map((name) => join(directory, name)),
  );
  return files.every((path) => statSync(path).mtimeMs <= builtAt);
}

/** Runs the hook, of the sources as they are, beside a settings file: as Terraform would, or, see the options, in this process. */
export class HookRunner {
  readonly directory = temporaryDirectory().path;
  private readonly program = join(this.directory, HOOK_FILE);
  /** What was built, if anything. */
  private readonly source: string | undefined;
  /** Where nothing hangs on what else a process is, one is not started for each run. */
  private readonly mayRunHere: boolean;
  private runs = 0;

  /**
   * `built`: the program as it is published, or nothing, also where the sources are newer; `program`: this file;
   * `asProcesses`: what is called by {@link run} too, which otherwise runs in this process, but for CI.
   */
  constructor({
    built = false,
    program,
    asProcesses = false,
  }: { readonly built?: boolean; readonly program?: string; readonly asProcesses?: boolean } = {}) {
    notInUnitTests("a hook process");
    this.mayRunHere = !isThorough && !built && !asProcesses && program === undefined;
    this.source = built || (program === undefined && isUpToDate()) ? BUILT_HOOK : program;
    if (this.source !== undefined) {
      copyFileSync(this.source, this.program);
      return;
    }
    buildSync({
      entryPoints: [join(__dirname, "../../src/hook/main.ts")],
      outfile: this.program,
      bundle: true,
      platform: "node",
      target: "node20.18",
      format: "cjs",
    });
  }

  dispose(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Calls the hook for an object of `simulator`; resolves when it has ended. */
  async run(simulator: Simulator | undefined, call: HookCall): Promise<HookRun> {
    if (!this.mayRunHere || call.under !== undefined) return this.start(simulator, call).done;
    const { place, env } = this.prepare(simulator, call);
    const lines: string[] = [];
    // Hooks tell their events apart by their processes.
    const code = await hook({ [EVENTS_VARIABLE]: devNull, ...env }, place, (line) => lines.push(line));
    return { code, lines, output: lines.map((line) => `${line}\n`).join("") };
  }

  /** Made when it is first named. */
  machine(name = "m"): Machine {
    const home = join(this.directory, name);
    const machine = { home, state: join(home, "state"), temporary: join(home, "tmp"), runtime: join(home, "run") };
    for (const path of Object.values(machine)) mkdirSync(path, { recursive: true, mode: 0o700 });
    return machine;
  }

  /** What a hook finds where it runs. */
  private prepare(
    simulator: Simulator | undefined,
    call: HookCall,
  ): { readonly place: string; readonly env: Readonly<Record<string, string>> } {
    this.runs += 1;
    const { home, state, temporary, runtime } = this.machine(call.machine);
    const place = join(this.directory, call.place ?? `run-${this.runs}`);
    mkdirSync(place, { recursive: true });
    const { ca, settingsText = JSON.stringify(settingsWith(call.settings)) } = call;
    putWhole(join(place, HOOK_FILE), (path) => {
      copyFileSync(this.program, path);
    });
    if (call.place === undefined) takeCompiled(this.source ?? "", place);
    for (const [name, text] of [
      [CA_FILE, ca],
      [SETTINGS_FILE, settingsText],
    ] as const) {
      if (text === undefined) continue;
      putWhole(join(place, name), (path) => {
        writeFileSync(path, text);
      });
    }
    const env: Record<string, string | undefined> = {
      PATH: process.env["PATH"],
      HOME: home,
      XDG_STATE_HOME: state,
      TMPDIR: temporary,
      XDG_RUNTIME_DIR: runtime,
      [ENV.kind]: call.kind,
      [ENV.clusterId]: String(call.clusterId),
      [ENV.obproxyId]: call.obproxyId === undefined ? undefined : String(call.obproxyId),
      [ENV.clusterName]: call.clusterName ?? "orders",
      [ENV.tickMs]: String(TICK_MS),
      OCP_URL: simulator?.url,
      OCP_USERNAME: DEFAULT_CREDENTIALS.username,
      OCP_PASSWORD: DEFAULT_CREDENTIALS.password,
      ...call.env,
    };
    const given = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return { place, env: Object.fromEntries(given) };
  }

  start(simulator: Simulator | undefined, call: HookCall): StartedHook {
    const { place, env } = this.prepare(simulator, call);
    const command = [process.execPath, join(place, HOOK_FILE), "delete something"];
    const [program = "", ...args] =
      call.under === undefined ? command : ["sh", "-c", `${call.under} && exec "$@"`, "sh", ...command];
    const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const lines: string[] = [];
    const take = (chunk: string): void => {
      output += chunk;
      lines.splice(0, lines.length, ...output.split("\n").filter((line) => line !== ""));
    };
    child.stdout.setEncoding("utf8").on("data", take);
    child.stderr.setEncoding("utf8").on("data", take);
    const done = new Promise<HookRun>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => {
        if (code === 0) keepCompiled(this.source ?? "", place);
        resolve({ code, lines, output });
      });
    });
    const signal = (name: NodeJS.Signals): void => void child.kill(name);
    return {
      done,
      kill: (name: NodeJS.Signals = "SIGKILL") => {
        signal(name);
      },
      signal,
      lines,
    };
  }
}

/** Another hook that runs at the same place finds the file that was there or the new one, never a part. */
function putWhole(path: string, put: (path: string) => void): void {
  put(`${path}.part`);
  renameSync(`${path}.part`, path);
}

/** What a hook reads, with defaults as the constructs write them; `env`: of the hook. */
export function settingsWith(change: DeepPartial<HookSettings> = {}, env: NodeJS.ProcessEnv = {}): Settings {
  const { provider, ...rest } = change;
  return resolveSettings(settingsFile(rest as Partial<HookSettings>, provider), env, "/");
}

/** Another provider of the same OCP, as long as nothing else is said. */
export function other(change: Partial<OtherProvider> = {}): OtherProvider {
  return {
    path: "other/ocp",
    stack: "other",
    alias: "ocp",
    envPrefix: "OCP",
    clusters: {},
    obproxies: {},
    tokens: [],
    ...change,
  };
}
