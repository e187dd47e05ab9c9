import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { notInUnitTests } from "./kind.js";
import { startNullProvider } from "./null-provider/server.js";
import { nullProviderSource, type NullProviderSource } from "./null-provider/source.js";
import { run, start, type Finished, type Running } from "./process.js";
import { terraformProgram } from "./program.js";
import { temporaryDirectory } from "./temporary.js";

const CDKTF = join(__dirname, "cdktf.cjs");

export type Environment = Readonly<Record<string, string>>;

/** Terraform and the CDKTF command line, cut off from the settings of the person who runs the tests. */
export interface Terraform {
  readonly nullProvider: NullProviderSource["kind"];
  terraform(directory: string, args: readonly string[], env?: Environment): Promise<Finished>;
  startTerraform(directory: string, args: readonly string[], env?: Environment): Running;
  /** A program for Node.js that starts Terraform itself. */
  node(directory: string, args: readonly string[], env?: Environment): Promise<Finished>;
  /** Lines of a shell, to their end or to the first that fails. */
  shell(directory: string, script: string, env?: Environment): Promise<Finished>;
  /** `cdktf` of node_modules in a project directory. */
  cdktf(projectDirectory: string, args: readonly string[], env?: Environment): Promise<Finished>;
  startCdktf(projectDirectory: string, args: readonly string[], env?: Environment): Running;
  /** Ends the stand-in and removes what was written for all runs. */
  stop(): Promise<void>;
}

/** One per test file: `beforeAll` starts it, `afterAll` stops it. Any number of runs may use it at once. */
export async function startTerraform(): Promise<Terraform> {
  notInUnitTests("Terraform");
  const program = terraformProgram();
  const source = await nullProviderSource();
  const directory = temporaryDirectory();
  const standIn = source.kind === "stand-in" ? await startNullProvider() : undefined;
  const fixed: Environment = {
    ...commonEnvironment(directory.path),
    TERRAFORM_BINARY_NAME: program,
    TF_CLI_CONFIG_FILE: writeCliConfig(directory.path, source),
    ...(standIn && { TF_REATTACH_PROVIDERS: standIn.reattach }),
  };
  const options = (cwd: string, env: Environment = {}) => ({
    cwd,
    env: { ...scrubbed(process.env), ...fixed, ...env },
  });
  return {
    nullProvider: source.kind,
    terraform: (cwd, args, env) => run(program, args, options(cwd, env)),
    startTerraform: (cwd, args, env) => start(program, args, options(cwd, env)),
    node: (cwd, args, env) => run(process.execPath, args, options(cwd, env)),
    shell: (cwd, script, env) => run("bash", ["-euo", "pipefail", "-c", script], options(cwd, env)),
    cdktf: (cwd, args, env) => run(process.execPath, [CDKTF, ...args, ...unlocked(args)], options(cwd, env)),
    startCdktf: (cwd, args, env) =>
      start(process.execPath, [CDKTF, ...args, ...unlocked(args)], { ...options(cwd, env), job: true }),
    stop: async () => {
      await standIn?.stop();
      directory.remove();
    },
  };
}

/** Without this flag the two ask the registry for checksums, even when the provider comes from elsewhere. */
function unlocked(args: readonly string[]): readonly string[] {
  return args[0] === "deploy" || args[0] === "destroy" ? ["--skip-provider-lock"] : [];
}

function commonEnvironment(directory: string): Environment {
  const home = join(directory, "home");
  mkdirSync(home);
  const runtime = join(directory, "run");
  mkdirSync(runtime, { mode: 0o700 });
  return {
    HOME: home,
    XDG_RUNTIME_DIR: runtime,
    TMPDIR: directory,
    CI: "1",
    NO_COLOR: "1",
    FORCE_COLOR: "0",
    CHECKPOINT_DISABLE: "1",
    TF_IN_AUTOMATION: "1",
    DISABLE_VERSION_CHECK: "1",
    // A run of Terraform is short: it ends before it is worth tidying up, which takes a quarter of its processor time.
    GOGC: "400",
    CDKTF_DISABLE_PLUGIN_CACHE_ENV: "1",
    CDKTF_HOME: join(home, ".cdktf"),
  };
}

/** Terraform may take providers from the mirror and from nowhere else. */
function writeCliConfig(directory: string, source: NullProviderSource): string {
  const mirror = source.kind === "real" ? source.mirror : join(directory, "empty-mirror");
  mkdirSync(mirror, { recursive: true });
  const path = join(directory, "terraform.tfrc");
  writeFileSync(
    path,
    [
      "disable_checkpoint = true",
      `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n  }\n}`,
      "",
    ].join("\n"),
  );
  return path;
}

const PERSONAL =
  /^(TF_|OCP_|OBPROXY_|CDKTF_|TERRAFORM_|SENTRY_|NODE_OPTIONS$|XDG_|npm_|(https?|all|no)_proxy$|JEST_|NODE_ENV$)/i;

function scrubbed(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !PERSONAL.test(name)));
}
