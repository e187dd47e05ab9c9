import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { checkArguments, UsageError } from "./arguments.js";
import {
  DEFAULT_CREDENTIALS,
  type RecordedRequest,
  type SeedCluster,
  SimulatorOptionError,
  type SimulatorOptions,
  startSimulator,
  type WorkPlan,
} from "../simulator/index.js";
import { DELETE_SERVER_STAGES, EMPTY_CLUSTER_STAGES, OFFLINE_OBPROXY_STAGES } from "../simulator/graphs.js";

/** What the command reads and writes: `process`, or what a test hands in. */
export interface SimulateIo {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  readonly env: Readonly<Record<string, string | undefined>>;
  once(signal: "SIGINT" | "SIGTERM", listener: () => void): unknown;
}

export const SIMULATE_HELP = `Usage: cdktf-obproxy simulate [options]

Runs an OCP on this machine that answers as documented, to try things against. It forgets everything when it ends.

  --port <n>         port on 127.0.0.1, 0 for any free one (8080)
  --version <v>      version of OCP, 3.1.1 to 4.4.x (4.2.2)
  --tick <ms>        length of a tick of the task engine (1000)
  --seed <file>      JSON: {"clusters": [{"id": 27, "name": "orders", "obproxies": [1, 2, 3]}]}
  --username <name>  (the environment's OCP_USERNAME, else "${DEFAULT_CREDENTIALS.username}")
  --password <word>  (the environment's OCP_PASSWORD, else "${DEFAULT_CREDENTIALS.password}")
  --fail <subtask>[:<times>]
                     a subtask that fails in the next task that has it: once, so that a retry succeeds, or as often as
                     this; with "always" in every task. May be given for several: --fail "Unreserve host:2"
  --help

Without --seed there are two clusters: 27 "orders" with the OBProxies 1, 2 and 3, and 28 "reports" with none.`;

const SAMPLE_CLUSTERS: readonly SeedCluster[] = [
  { id: 27, name: "orders", obproxies: [1, 2, 3] },
  { id: 28, name: "reports" },
];

const DEFAULT_PORT = 8080;
const WRONG_USAGE = 2;

/**
 * `cdktf-obproxy simulate`: runs until it is told to stop.
 *
 * @param args what follows `simulate` on the command line
 * @returns the exit code: 0, 1 where the port cannot be had, 2 where the command line is wrong
 */
export async function simulate(args: readonly string[], io: SimulateIo): Promise<number> {
  try {
    const settings = await readSettings(args, io.env);
    if (settings === "help") {
      io.stdout.write(`${SIMULATE_HELP}\n`);
      return 0;
    }
    await run(settings, io);
    return 0;
  } catch (error) {
    const taken = portInUse(error);
    const text = taken === undefined ? messageOf(error) : `port ${taken} is in use; try --port 0`;
    io.stderr.write(`cdktf-obproxy simulate: ${text}\n`);
    if (error instanceof UsageError || error instanceof SimulatorOptionError) {
      io.stderr.write("Try `cdktf-obproxy simulate --help`.\n");
      return WRONG_USAGE;
    }
    return 1;
  }
}

interface Settings {
  readonly options: SimulatorOptions;
  /** What goes wrong in coming tasks. */
  readonly plans: readonly WorkPlan[];
}

async function run({ options, plans }: Settings, io: SimulateIo): Promise<void> {
  // Before anything else, so that a signal that comes early ends in good order too.
  const stopped = new Promise<void>((resolve) => {
    io.once("SIGINT", resolve);
    io.once("SIGTERM", resolve);
  });
  const simulator = await startSimulator({
    ...options,
    onRequest: (request) => {
      io.stdout.write(`${requestLine(request)}\n`);
    },
  });
  for (const plan of plans) simulator.planWork(plan);
  const { username, password } = options.credentials ?? DEFAULT_CREDENTIALS;
  // Only the default password is shown: output ends up in logs.
  const [shown, hint] =
    password === DEFAULT_CREDENTIALS.password
      ? [` OCP_PASSWORD=${password}`, ""]
      : ["", ", and the password that it was given"];
  io.stdout.write(
    `OCP ${simulator.version} at ${simulator.url}; export OCP_URL=${simulator.url} OCP_USERNAME=${username}${shown}${hint}\n`,
  );
  await stopped;
  await simulator.stop();
}

async function readSettings(args: readonly string[], env: SimulateIo["env"]): Promise<"help" | Settings> {
  const flags = parseFlags(args);
  if (flags.help === true) return "help";

  const plans = (flags.fail ?? []).map(failing);
  const options = {
    port: flags.port === undefined ? DEFAULT_PORT : wholeNumber("--port", flags.port, 0),
    tickMs: flags.tick === undefined ? 1000 : wholeNumber("--tick", flags.tick, 1),
    ...(flags.version === undefined ? {} : { version: knownVersion(flags.version) }),
    credentials: {
      username: flags.username ?? (env["OCP_USERNAME"] || DEFAULT_CREDENTIALS.username),
      password: flags.password ?? (env["OCP_PASSWORD"] || DEFAULT_CREDENTIALS.password),
    },
    clusters: flags.seed === undefined ? SAMPLE_CLUSTERS : await readSeed(flags.seed),
  };
  return { options, plans };
}

const SUBTASKS: readonly string[] = [
  ...new Set([...OFFLINE_OBPROXY_STAGES, ...DELETE_SERVER_STAGES, ...EMPTY_CLUSTER_STAGES].map(({ name }) => name)),
];

/** `Unreserve host`, `Unreserve host:2`, `Unreserve host:always` */
function failing(text: string): WorkPlan {
  const [, name = "", times = "1"] = /^([^:]*)(?::([^:]*))?$/.exec(text) ?? [];
  const subtaskName = SUBTASKS.find((known) => known.toLowerCase() === name.trim().toLowerCase());
  if (subtaskName === undefined) {
    throw new UsageError(
      `\`--fail\` takes the name of a subtask of a deletion, not ${JSON.stringify(text)}: ${SUBTASKS.join(", ")}.`,
    );
  }
  if (times === "always") return { subtaskName, fail: "always" };
  return { subtaskName, fail: wholeNumber("--fail", times, 1), tasks: 1 };
}

const OPTIONS = {
  port: { type: "string" },
  version: { type: "string" },
  tick: { type: "string" },
  seed: { type: "string" },
  username: { type: "string" },
  password: { type: "string" },
  fail: { type: "string", multiple: true },
  help: { type: "boolean", short: "h" },
} as const;

function parseFlags(args: readonly string[]) {
  checkArguments(args, OPTIONS, { positionals: false });
  return parseArgs({ args: [...args], options: OPTIONS }).values;
}

/** What is not a version at all is the simulator's own to refuse. */
function knownVersion(text: string): string {
  const [, major, minor, patch] = /^(\d+)\.(\d+)\.(\d+)/.exec(text) ?? [];
  if (patch === undefined) return text;
  const rank = Number(major) * 1_000_000 + Number(minor) * 1000 + Number(patch);
  if (rank < 3_001_001 || rank >= 4_005_000) {
    throw new UsageError(`\`--version\` must be from 3.1.1 to 4.4.x, whose answers are known, not "${text}".`);
  }

  return text;
}

function wholeNumber(flag: string, text: string, least: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least) {
    throw new UsageError(`\`${flag}\` must be a whole number from ${least} on, not "${text}".`);
  }

  return value;
}

async function readSeed(file: string): Promise<readonly SeedCluster[]> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw new UsageError(`\`--seed\` ${file}: ${messageOf(error)}`);
  }
  const clusters: unknown = isRecord(content) ? content["clusters"] : content;
  if (!Array.isArray(clusters) || !clusters.every(isSeedCluster)) {
    throw new UsageError(
      `\`--seed\` ${file}: expected {"clusters": [{"id": 27, "name": "orders", "obproxies": [1, 2, 3]}]}.`,
    );
  }
  return clusters;
}

function isSeedCluster(value: unknown): value is SeedCluster {
  return (
    isRecord(value) &&
    isId(value["id"]) &&
    typeof value["name"] === "string" &&
    (value["details"] === undefined || isRecord(value["details"])) &&
    (value["obproxies"] === undefined ||
      (Array.isArray(value["obproxies"]) &&
        value["obproxies"].every((obproxy: unknown) => isId(obproxy) || (isRecord(obproxy) && isId(obproxy["id"])))))
  );
}

function isId(value: unknown): value is number | string {
  return typeof value === "number" || typeof value === "string";
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function requestLine(request: RecordedRequest): string {
  const query = new URLSearchParams(request.query).toString();
  const target = query === "" ? request.path : `${request.path}?${query}`;
  return `${request.method} ${target} → ${request.cut ? "connection broken" : (request.status ?? "")}`;
}

/** Undefined: the error is another one. */
function portInUse(error: unknown): string | undefined {
  return isRecord(error) && error["code"] === "EADDRINUSE" ? String(error["port"]) : undefined;
}

function messageOf(error: unknown): string {
  // Not by `instanceof`: errors of Node's own modules come from another realm under Jest.
  return typeof error === "object" && error !== null && "message" in error ? String(error.message) : String(error);
}
