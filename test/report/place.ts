import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join, relative } from "node:path";
import { App, TerraformStack } from "cdktf";
import { report } from "../../src/cli/report.js";
import type { Happening, HookEvent } from "../../src/contract/events.js";
import { Carrier, Obproxy, ObproxyCluster, type ObproxyProps, OcpProvider } from "../../src/index.js";
import type { JsonReport } from "../../src/report/json.js";
import { temporaryDirectory } from "../support/temporary.js";

export const STACK = "proxies";
/** It is nowhere. */
const OCP = "http://ocp.example.com";
/** No process has it: Linux counts to 4194304 at most. */
const NOBODY = 2 ** 30;
const START = Date.UTC(2026, 10, 26, 7, 12, 3);

export interface PlaceOptions {
  /** Of cluster 27. Default 1, 2 and 3. */
  readonly obproxyIds?: readonly number[];
  readonly url?: string;
  readonly obproxies?: Partial<ObproxyProps>;
}

export interface Told {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A synthesized stack with cluster 27 and its OBProxies, a state, and what hooks have written down. */
export class Place {
  private readonly directory = temporaryDirectory();
  readonly ids: readonly number[];

  constructor({ obproxyIds = [1, 2, 3], obproxies = {}, url = OCP }: PlaceOptions = {}) {
    this.ids = obproxyIds;
    for (const [name, content] of synthesized({ obproxyIds, obproxies, url })) {
      const path = join(this.path, "cdktf.out", name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    }
    this.holds([]);
    mkdirSync(join(this.path, "state"));
  }

  get path(): string {
    return this.directory.path;
  }

  get hooks(): string {
    return join(this.path, "cdktf.out/stacks", STACK, "assets/ocp_obproxy_hook/v1");
  }

  get keys(): readonly string[] {
    return ["27", ...this.ids.map((id) => `27/${id}`)];
  }

  get eventsFile(): string {
    return join(this.path, "events.jsonl");
  }

  /** What the state knows after the run. */
  holds(keys: readonly string[], { alias = "ocp", tainted = false } = {}): void {
    const resources = keys.map((key) => {
      const [cluster = "", obproxy] = key.split("/");
      const triggers = {
        cluster_id: cluster,
        cluster_name: "orders",
        ...(obproxy === undefined ? {} : { obproxy_id: obproxy }),
      };
      return {
        mode: "managed",
        type: "terraform_data",
        name: `${alias}_${obproxy === undefined ? "obproxy_clusters" : "obproxies"}`,
        instances: [
          {
            index_key: key,
            ...(tainted && { status: "tainted" }),
            attributes: { triggers_replace: { value: triggers, type: "dynamic" } },
          },
        ],
      };
    });
    writeFileSync(join(this.path, "state.json"), JSON.stringify({ version: 4, resources }));
  }

  wrote(text: string): void {
    writeFileSync(this.eventsFile, text);
  }

  /** The command as it stands, in this process. */
  async report(
    args: readonly string[] = [],
    env: NodeJS.ProcessEnv = {},
    state: readonly string[] = ["--state", "state.json"],
  ): Promise<Told> {
    let out = "";
    let err = "";
    const code = await report([...state, ...args], {
      stdout: { write: (text) => (out += text) },
      stderr: { write: (text) => (err += text) },
      env: { OBPROXY_EVENTS: this.eventsFile, ...env },
      cwd: this.path,
      pause: () => Promise.resolve(),
      now: () => START + 600_000,
    });
    return { code, out, err };
  }

  /** Without an OCP that could be asked. */
  alone(...args: readonly string[]): Promise<Told> {
    return this.report(["--no-ocp", ...args]);
  }

  async json(...args: readonly string[]): Promise<JsonReport> {
    return JSON.parse((await this.report(["--json", "--no-ocp", ...args])).out) as JsonReport;
  }

  remove(): void {
    this.directory.remove();
  }
}

type Output = ReadonlyMap<string, Buffer>;
/** By what was declared: most tests are about the same app, and its synth would take longer than the rest of a test. */
const outputs = new Map<string, Output>();

function synthesized(options: Required<PlaceOptions>): Output {
  const key = JSON.stringify(options);
  const output = outputs.get(key) ?? synth(options);
  outputs.set(key, output);
  return output;
}

function synth({ obproxyIds, obproxies, url }: Required<PlaceOptions>): Output {
  const directory = temporaryDirectory();
  try {
    const app = new App({ outdir: directory.path });
    const stack = new TerraformStack(app, STACK);
    const ocp = new OcpProvider(stack, "ocp", { url, carrier: Carrier.TERRAFORM_DATA });
    const cluster = new ObproxyCluster(stack, "orders", { ocp, clusterId: 27, clusterName: "orders" });
    new Obproxy(stack, "orders-proxies", { cluster, obproxyIds: [...obproxyIds], ...obproxies });
    app.synth();
    const files = readdirSync(directory.path, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
    const paths = files.map(({ parentPath, name }) => join(parentPath, name));
    return new Map(paths.map((path) => [relative(directory.path, path), readFileSync(path)]));
  } finally {
    directory.remove();
  }
}

export interface RunOptions {
  readonly name?: string;
  readonly stack?: string;
  /** Seconds after the first of all runs. */
  readonly after?: number;
  /** Default: another machine's, whose processes say nothing here. */
  readonly here?: boolean;
  /** Default: that of a place without one of its own. */
  readonly ocp?: string;
}

/** What the hooks of one run of Terraform write down, in order. Each event is half a second after the one before. */
export class Run {
  readonly events: HookEvent[] = [];
  private at: number;
  private readonly pids = new Map<string, number>();
  private readonly ocp: string;
  private readonly whose: { readonly run: string; readonly stack: string };

  constructor(
    private readonly hook: string,
    { after = 0, here = false, name = "1-1", ocp = OCP, stack = STACK }: RunOptions = {},
  ) {
    this.ocp = ocp;
    this.at = START + after * 1000;
    this.whose = { run: `${here ? hostname() : "runner-7"}-${name}`, stack };
  }

  add(object: string, happening: Happening, pid?: number): this {
    const own = this.pids.get(object) ?? pid ?? NOBODY + this.pids.size;
    this.pids.set(object, own);
    this.at += 500;
    this.events.push({
      ...{ v: 1, at: new Date(this.at).toISOString(), ...this.whose, pid: own, provider: "ocp", object },
      ...happening,
    });
    return this;
  }

  wait(seconds: number): this {
    this.at += seconds * 1000;
    return this;
  }

  start(...keys: readonly string[]): this {
    for (const key of keys) {
      this.add(key, { event: "started", hook: this.hook, ocp: this.ocp, path: `proxies/${key}` });
      this.add(key, { event: "looked", is: "there" });
    }
    return this;
  }

  /** The first of the objects sends one call for all of them, and all follow the task. */
  send(task: string, keys: readonly string[]): this {
    const [first = ""] = keys;
    this.add(first, { event: "sent", task, with: keys });
    for (const key of keys) this.task(key, task, "RUNNING", 0);
    return this;
  }

  task(key: string, task: string, status: string, done: number): this {
    const name = key.includes("/") ? "Delete obproxy server" : "Offline obproxy";
    return this.add(key, { event: "task", task, name, status, done, total: SUBTASKS.length, ours: true });
  }

  /** The subtasks of a task until one of them fails, or to the end. */
  work(key: string, task: string, { failing }: { readonly failing?: string } = {}): this {
    for (const [index, name] of SUBTASKS.entries()) {
      const subtask = { task, subtask: `${task}${index}`, name, attempt: 1 };
      this.add(key, { event: "subtask", ...subtask, status: "RUNNING" }).wait(3);
      this.add(key, { event: "subtask", ...subtask, status: name === failing ? "FAILED" : "SUCCESSFUL" });
      if (name === failing) return this;
    }
    return this;
  }

  /** All of the objects, by one task. `steps`: how often each hook has seen the task move. Default once. */
  deletes(task: string, keys: readonly string[], { steps = 0 }: { readonly steps?: number } = {}): this {
    this.start(...keys)
      .send(task, keys)
      .work(keys[0] ?? "", task);
    for (let step = 0; step < steps; step += 1) for (const key of keys) this.task(key, task, "RUNNING", step);
    for (const key of keys) {
      this.task(key, task, "SUCCESSFUL", SUBTASKS.length);
      this.add(key, { event: "deleted", task });
    }
    return this;
  }

  /** None of them: their task fails in its second subtask. */
  fails(task: string, keys: readonly string[], failure: Partial<Failure> = {}): this {
    this.start(...keys)
      .send(task, keys)
      .work(keys[0] ?? "", task, { failing: "Stop obproxy" });
    for (const key of keys) {
      this.task(key, task, "FAILED", 1);
      this.add(key, { ...failureOf(task), ...failure });
    }
    return this;
  }

  toString(): string {
    return this.events.map((event) => `${JSON.stringify(event)}\n`).join("");
  }
}

export const SUBTASKS = ["Prepare delete obproxy", "Stop obproxy", "Finish node"];

type Failure = Extract<Happening, { event: "failed" }>;

/** As the hook words it. */
export function failureOf(task: string): Failure {
  return {
    event: "failed",
    what: `OCP's task ${task} "Delete obproxy server" FAILED`,
    details: [
      "log: Set obproxy 10.0.0.3:2883 offline",
      `failed: subtask ${task}1 "Stop obproxy"`,
      'OCP says: "connect to agent 10.0.0.3:62888 timed out" (trace id 7d3f)',
    ],
    next: `mend the cause and retry task ${task} at http://ocp.example.com (Task Center); then run destroy again: it goes on from where things stand`,
  };
}
