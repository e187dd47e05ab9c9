import { count } from "../contract/count.js";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type Difference, compare, declaredOf, declaredUnder } from "../generate/compare.js";
import { type Inventory, readInventory } from "../generate/inventory.js";
import { type Origin, typescriptFor, undeclarable } from "../generate/typescript.js";
import { connectionFrom, userOf } from "../hook/connection.js";
import type { ProviderSettings } from "../contract/settings-file.js";
import { HookFailure } from "../hook/tell/failure.js";
import { callFailed } from "../hook/tell/failures.js";
import { createOcpClient } from "../ocp/client.js";
import { OcpConfigError, OcpError } from "../ocp/errors.js";
import { maskSecrets, secretsOf } from "../ocp/mask.js";
import { oneLine } from "../ocp/text.js";
import { checkArguments, UsageError } from "./arguments.js";
import { type CommandIo, runCommand } from "./command.js";
import { CannotLook, messageOf } from "../survey/cannot-look.js";
import { NoAnswer, readOnly, type ReadOnlyApi } from "../survey/read-only-api.js";
import { oneStackAt } from "./stacks.js";

export const GENERATE_HELP = `Usage: cdktf-obproxy generate [cluster name or id …] [options]
       cdktf-obproxy generate --check <directory> [cluster name or id …] [options]

Prints a stack in TypeScript that declares OBProxy clusters of OCP with all their OBProxies, so that nobody types their
ids: all clusters, or those that are named. It only reads from OCP (GET). URL and credentials come from the environment,
as for a destroy: OCP_URL, OCP_USERNAME and OCP_PASSWORD, or OCP_ACCESS_KEY_ID and OCP_ACCESS_KEY_SECRET.

  --check <directory>     print no code, but what OCP holds that the synthesized stack in this directory
                          (cdktf.out/stacks/<stack>) does not declare, and the other way round
  --class-name <name>     of the stack (ObproxyStack)
  --carrier <carrier>     null_resource, or terraform_data, which needs no download (null_resource)
  --language <language>   typescript, the only one so far
  --url <url>             of OCP (the environment's OCP_URL)
  --env-prefix <prefix>   of the environment variables (OCP)
  --ca-file <file>        PEM file of the authority that signed OCP's certificate
  --insecure-skip-verify  accept any certificate
  --help

For example: cdktf-obproxy generate orders 28 --carrier terraform_data > obproxies.ts
In main.ts: import { ObproxyStack } from "./obproxies"; new ObproxyStack(app, "proxies");

Exit code: 0 printed whole, or --check found no difference; 1 something is missing in what was printed (it says what),
or there are differences; 2 OCP cannot be asked, or the command line is wrong.`;

/**
 * `cdktf-obproxy generate`
 *
 * @param args what follows `generate` on the command line
 * @returns the exit code; see {@link GENERATE_HELP}
 */
export function generate(args: readonly string[], io: CommandIo): Promise<number> {
  const command = { name: "generate", help: GENERATE_HELP, io };
  return runCommand(
    command,
    () => readOptions(args),
    (options) => (options.check === undefined ? print(options, io) : check(options.check, options, io)),
  );
}

interface Options {
  /** Names and ids of clusters; empty: all. */
  readonly wanted: readonly string[];
  readonly className: string;
  readonly carrier: Origin["carrier"];
  readonly check: string | undefined;
  readonly provider: ProviderSettings;
  readonly caFile: string | undefined;
}

async function print({ caFile, carrier, className, provider, wanted }: Options, io: CommandIo): Promise<number> {
  const ca = caFile === undefined ? undefined : readCa(resolve(io.cwd, caFile));
  return withOcp(provider, ca, io.cwd, io, async (api) => {
    const inventory = await readInventory(api, wanted);
    refuseUnknown(inventory);
    const version = (await api.version())?.text;
    const { clusters } = inventory;
    const gaps = [...inventory.gaps, ...undeclarable(clusters)];
    const { envPrefix } = provider;
    io.stdout.write(typescriptFor(clusters, { url: api.baseUrl, version, className, carrier, envPrefix, gaps }));
    const proxies = clusters.reduce((sum, { obproxies = [] }) => sum + obproxies.length, 0);
    const told = `${count(clusters.length, "OBProxy cluster")} and ${count(proxies, "OBProxy", "OBProxies")}`;
    io.stderr.write(`cdktf-obproxy generate: ${told} of OCP at ${api.baseUrl}\n`);
    for (const gap of gaps) io.stderr.write(`  NOT WHOLE: ${oneLine(gap)}\n`);
    return gaps.length === 0 ? 0 : 1;
  });
}

function refuseUnknown({ known, unknown }: Pick<Inventory, "known" | "unknown">): void {
  if (unknown.length === 0) return;
  const knows = known.length === 0 ? "; it knows none at all" : `; it knows ${known.join(", ")}`;
  throw new CannotLook(
    `OCP knows no OBProxy cluster with the name or id ${unknown.map((word) => JSON.stringify(word)).join(", ")}${knows}`,
    "see OCP's console for the names, or leave them out to print all clusters",
  );
}

/** Each provider of the stack is compared with its own OCP. */
async function check(directory: string, options: Options, io: CommandIo): Promise<number> {
  const { wanted } = options;
  const { name, providers } = oneStackAt(directory, io);
  if (providers.length === 0) throw new CannotLook(`the stack ${name} declares nothing of OCP`, "name another stack");
  const told: string[] = [];
  const known: string[] = [];
  let unknown = wanted;
  let differs = false;
  for (const { directory: place, flaws, settings } of providers) {
    if (settings === undefined) {
      throw new CannotLook(flaws[0]?.message ?? "no settings", flaws[0]?.next ?? "cdktf synth");
    }
    const same = providers.flatMap(({ settings: other }) =>
      other !== undefined && other.address === settings.address ? [other] : [],
    );
    const named = declaredUnder(wanted, same);
    const isOther = await withOcp(settings.provider, undefined, place, io, async (api) => {
      const inventory = await readInventory(api, [...wanted, ...named.ids]);
      const { clusters, gaps } = inventory;
      known.push(...inventory.known);
      unknown = unknown.filter((word) => inventory.unknown.includes(word) && !named.known.has(word));
      const ids = new Set([...named.ids, ...clusters.map(({ id }) => id)]);
      const difference = compare(clusters, wanted.length === 0 ? same : declaredOf(same, ids));
      told.push(`stack ${oneLine(name)}, provider ${settings.provider.alias}, OCP at ${api.baseUrl}`);
      told.push(...linesOf(difference, gaps).map((line) => `  ${oneLine(line)}`));
      const { missing, renamed, undeclared } = difference;
      return missing.length + renamed.length + undeclared.length + gaps.length > 0;
    });
    differs ||= isOther;
  }
  refuseUnknown({ known: [...new Set(known)], unknown });
  for (const line of told) io.stdout.write(`${line}\n`);
  return differs ? 1 : 0;
}

function linesOf({ missing, renamed, undeclared, unknown }: Difference, gaps: readonly string[]): string[] {
  const lines = [
    ...undeclared.map((what) => `only in OCP:    ${what}`),
    ...missing.map((what) => `only declared:  ${what}`),
    ...renamed.map((what) => `other name:     ${what}`),
    ...gaps.map((what) => `not known:      ${what}`),
    ...unknown.map((path) => `not compared:   ${path} is declared by ids that only Terraform knows`),
  ];
  return lines.length === 0 ? ["no difference: OCP holds what the stack declares, and nothing else"] : lines;
}

/** Opens a connection that can only ask, and tells what fails in the hook's words. @throws CannotLook */
async function withOcp<T>(
  provider: ProviderSettings,
  ca: string | undefined,
  directory: string,
  { env, pause }: CommandIo,
  use: (api: ReadOnlyApi) => Promise<T>,
): Promise<T> {
  const secrets: string[] = [];
  const cannot = (what: string, next: string, cause: unknown): CannotLook =>
    new CannotLook(maskSecrets(what, secrets), maskSecrets(next, secrets), { cause });
  let api: ReadOnlyApi | undefined;
  let user: string | undefined;
  try {
    const connection = connectionFrom(provider, env, directory);
    secrets.push(...secretsOf(connection.credentials));
    user = userOf(connection);
    const { baseUrl, credentials, insecureSkipVerify } = connection;
    const trusted = ca ?? connection.ca;
    const options = {
      baseUrl,
      credentials,
      insecureSkipVerify,
      env,
      ...(trusted === undefined ? {} : { ca: trusted }),
    };
    api = readOnly(createOcpClient(options), pause ?? ((milliseconds) => sleep(milliseconds)));
    return await use(api);
  } catch (error) {
    const cause = error instanceof NoAnswer ? error.cause : error;
    if (cause instanceof HookFailure) throw cannot(cause.message, cause.next, error);
    if (cause instanceof OcpConfigError) throw cannot(cause.message, "correct it", error);
    if (!(cause instanceof OcpError)) throw error;
    const { envPrefix } = provider;
    const told = callFailed(cause, { envPrefix, accepted: false, sent: "no", taskId: undefined });
    const asked = user === undefined ? "" : ` (asked as ${JSON.stringify(user)} at ${api?.baseUrl ?? "?"})`;
    throw cannot(`${told.message}${asked}`, `${told.remedy}; then try again`, error);
  } finally {
    await api?.close();
  }
}

function readCa(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(`\`--ca-file\` cannot be read: ${messageOf(error)}.`);
  }
}

function readOptions(args: readonly string[]): "help" | Options {
  checkArguments(args, OPTIONS, { positionals: true });
  const { positionals, values } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
  if (values.help === true) return "help";
  const { check, url } = values;
  const className = values["class-name"] ?? "ObproxyStack";
  if (!/^[A-Za-z_$][\w$]*$/.test(className)) {
    throw new UsageError(`\`--class-name\` must be the name of a class, not ${JSON.stringify(className)}.`);
  }

  const language = values.language ?? "typescript";
  const carrier = values.carrier ?? "null_resource";
  if (carrier !== "null_resource" && carrier !== "terraform_data") {
    throw new UsageError(`\`--carrier\` must be null_resource or terraform_data, not ${JSON.stringify(carrier)}.`);
  }

  if (language !== "typescript") {
    throw new UsageError(`\`--language\` must be typescript, not ${JSON.stringify(language)}.`);
  }

  return {
    // As the names of clusters are read.
    wanted: positionals.map((word) => word.normalize()),
    className,
    carrier,
    check,
    caFile: values["ca-file"],
    provider: {
      alias: "ocp",
      ...(url === undefined ? {} : { url }),
      envPrefix: values["env-prefix"] ?? "OCP",
      hasCaFile: false,
      insecureSkipVerify: values["insecure-skip-verify"] === true,
      timeouts: {},
      taskRetries: 0,
      waitFor: "task",
    },
  };
}

const OPTIONS = {
  check: { type: "string" },
  "class-name": { type: "string" },
  carrier: { type: "string" },
  language: { type: "string" },
  url: { type: "string" },
  "env-prefix": { type: "string" },
  "ca-file": { type: "string" },
  "insecure-skip-verify": { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;
