import { App, LocalBackend, TerraformStack } from "cdktf";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { HOOK_FILE } from "../../src/contract/names.js";
import { keepCompiled, takeCompiled } from "./compiled.js";
import { run, succeeded, type Finished, type Running } from "./process.js";
import { terraformProgram } from "./program.js";
import { REPOSITORY } from "./repository.js";
import { temporaryDirectory, type TemporaryDirectory } from "./temporary.js";
import type { Environment, Terraform } from "./terraform.js";
import { parsePlan, parseState, type Plan, type StateResource } from "./terraform-json.js";

/** Declares what a stack holds. */
export type Build = (stack: TerraformStack) => void;

interface Place {
  readonly directory: TemporaryDirectory;
  readonly stack: string;
  /** Of the local backend, below the directory. */
  readonly state: string;
  /** Where the state is kept instead. */
  readonly backend?: Build;
  /** By the directory of a stack: what `terraform init` has read there. */
  readonly initialized: Map<string, string>;
}

export interface SynthOptions {
  /** `cdktf synth --hcl`; default JSON. */
  readonly hclOutput?: boolean;
}

/** Of `cdk.tf.json`. */
interface Synthesized {
  readonly terraform?: object;
  readonly data?: object;
  readonly resource?: object;
  readonly module?: object;
}

/** The command line of this package. */
const PROGRAM = join(REPOSITORY, "dist/cli/main.js");
const HOOK = join(REPOSITORY, "dist/hook", HOOK_FILE);

/** Runs of plain `terraform` on what is synthesized in this process. The state outlives every synth. */
export class Project {
  /** What the hooks find in their environment. What they leave for their next run is of this project alone. */
  readonly env: Environment;
  /** Since the last synth. */
  private initialized = false;

  constructor(
    private readonly terraform: Terraform,
    env: Environment = {},
    private readonly place: Place = {
      directory: temporaryDirectory(),
      stack: "stack",
      state: "terraform.tfstate",
      initialized: new Map(),
    },
  ) {
    this.env = { ...env, TMPDIR: this.path };
  }

  get path(): string {
    return this.place.directory.path;
  }

  get outPath(): string {
    return join(this.path, "out");
  }

  get stackPath(): string {
    return join(this.outPath, "stacks", this.place.stack);
  }

  /** Replaces the app by another one. */
  synth(build: Build, { hclOutput = false }: SynthOptions = {}): void {
    // An option of `App` alone does not reach its stacks.
    if (hclOutput) process.env["SYNTH_HCL_OUTPUT"] = "true";
    try {
      const app = new App({ outdir: this.outPath });
      build(this.addStack(app));
      app.synth();
    } finally {
      Reflect.deleteProperty(process.env, "SYNTH_HCL_OUTPUT");
    }
    this.initialized = false;
    for (const place of this.hookPlaces()) takeCompiled(HOOK, place);
  }

  /** A stack of this project, with a state of its own that outlives every synth. */
  addStack(app: App): TerraformStack {
    const stack = new TerraformStack(app, this.place.stack);
    if (this.place.backend === undefined) new LocalBackend(stack, { path: join(this.path, this.place.state) });
    else this.place.backend(stack);
    return stack;
  }

  /** Another stack of the same app, which the app has to add; see {@link addStack}. */
  another(stack: string): Project {
    return new Project(this.terraform, this.env, { ...this.place, stack, state: `${stack}.tfstate` });
  }

  /** Synthesizes where an app is given, then applies. Rejects where Terraform fails. */
  async deploy(build?: Build): Promise<string> {
    if (build) this.synth(build);
    return succeeded(await this.apply());
  }

  async apply(...options: string[]): Promise<Finished> {
    return this.run(["apply", "-auto-approve", "-no-color", ...options]);
  }

  /** A failed destroy is an answer too. */
  async destroy(options: readonly string[] = [], env: Environment = {}): Promise<Finished> {
    return this.run(["destroy", "-auto-approve", "-no-color", ...options], env);
  }

  /** For tests that watch or interrupt it. */
  async startDestroy(env: Environment = {}, options: readonly string[] = []): Promise<Running> {
    await this.init();
    const args = ["destroy", "-auto-approve", "-no-color", "-input=false", ...options];
    return this.terraform.startTerraform(this.stackPath, args, { ...this.env, ...env });
  }

  async plan(...options: string[]): Promise<Plan> {
    return parsePlan(await this.planJson(...options));
  }

  async planJson(...options: string[]): Promise<string> {
    const file = join(this.path, "plan.bin");
    succeeded(await this.run(["plan", "-no-color", `-out=${file}`, ...options]));
    return succeeded(await this.run(["show", "-json", file]));
  }

  async state(): Promise<readonly StateResource[]> {
    return parseState(await this.stateJson());
  }

  async addresses(): Promise<readonly string[]> {
    return (await this.state()).map((resource) => resource.address).sort();
  }

  async stateJson(): Promise<string> {
    return succeeded(await this.run(["show", "-json"]));
  }

  /** Any other subcommand. Where `init` fails already, that is the answer. */
  async run(args: readonly string[], env: Environment = {}): Promise<Finished> {
    const failed = await this.tryInit();
    if (failed) return failed;
    const [command = "", ...options] = args;
    const all = ["apply", "destroy", "plan"].includes(command) ? [command, "-input=false", ...options] : args;
    const finished = await this.terraform.terraform(this.stackPath, all, { ...this.env, ...env });
    for (const place of this.hookPlaces()) keepCompiled(HOOK, place);
    return finished;
  }

  /** The built `cdktf-obproxy preflight`, as a process, on the whole app. */
  async preflight(options: readonly string[] = [], env: Environment = {}): Promise<Finished> {
    await this.init();
    return this.terraform.node(this.path, [PROGRAM, "preflight", this.outPath, ...options], { ...this.env, ...env });
  }

  /** Every file below the project: what was synthesized and what Terraform wrote. */
  files(): readonly string[] {
    return filesBelow(this.path);
  }

  remove(): void {
    this.place.directory.remove();
  }

  /** Where hooks of this stack lie. */
  private hookPlaces(): readonly string[] {
    const assets = join(this.stackPath, "assets");
    const names = existsSync(assets) ? readdirSync(assets) : [];
    return names.map((name) => join(assets, name, "v1")).filter((place) => existsSync(join(place, HOOK_FILE)));
  }

  private async init(): Promise<void> {
    const failed = await this.tryInit();
    if (failed) succeeded(failed);
  }

  private async tryInit(): Promise<Finished | undefined> {
    if (this.initialized) return undefined;
    const read = this.whatInitReads();
    if (read !== this.place.initialized.get(this.stackPath)) {
      const finished = await this.terraform.terraform(this.stackPath, ["init", "-input=false", "-no-color"]);
      if (finished.code !== 0) return finished;
      this.place.initialized.set(this.stackPath, read);
    }
    this.initialized = true;
    return undefined;
  }

  /** All of it where it is not JSON, or where modules are read too. */
  private whatInitReads(): string {
    const hcl = join(this.stackPath, "cdk.tf");
    if (existsSync(hcl)) return readFileSync(hcl, "utf8");
    const text = readFileSync(join(this.stackPath, "cdk.tf.json"), "utf8");
    const { data = {}, module, resource = {}, terraform } = JSON.parse(text) as Synthesized;
    return module === undefined ? JSON.stringify([terraform, Object.keys(data), Object.keys(resource)]) : text;
  }
}

export interface CliProjectOptions {
  /** What `cdktf` runs to synthesize. */
  readonly app: string;
  /** As `cdktf.json` names it; default `typescript`. */
  readonly language?: string;
  /** Path below the project → text. */
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Environment;
}

/** A project as a user has it: `cdktf.json`, a program, `node_modules`; run by the `cdktf` command line. */
export class CliProject {
  private readonly directory = temporaryDirectory();
  private readonly env: Environment;

  constructor(
    private readonly terraform: Terraform,
    { app, language = "typescript", files = {}, env = {} }: CliProjectOptions,
  ) {
    this.env = { TMPDIR: this.path, ...env };
    const config = { language, app, projectId: "cdktf-obproxy-test", sendCrashReports: "false" };
    // Without a manifest of its own it would be part of whatever package a directory above it holds.
    const all = { "package.json": "{}", "cdktf.json": JSON.stringify(config), ...files };
    for (const [name, text] of Object.entries(all)) writeFileSync(join(this.path, name), text);
    for (const name of ["cdktf", "constructs", "@cdktf/provider-null"]) {
      this.link(name, join(REPOSITORY, "node_modules", name));
    }
  }

  get path(): string {
    return this.directory.path;
  }

  get modulesPath(): string {
    return join(this.path, "node_modules");
  }

  /** Puts a package into the project's `node_modules`. */
  link(name: string, target: string): void {
    const path = join(this.modulesPath, name);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(target, path, "junction");
  }

  cdktf(...args: string[]): Promise<Finished> {
    return this.terraform.cdktf(this.path, args, this.env);
  }

  /** `cdktf` and what it starts, as a job of their own: see {@link Running.signalAll}. */
  startCdktf(...args: string[]): Running {
    return this.terraform.startCdktf(this.path, args, this.env);
  }

  /** Another program, in the project's directory and with its environment. */
  run(command: string, ...args: string[]): Promise<Finished> {
    const env = { ...process.env, TERRAFORM_BINARY_NAME: terraformProgram(), ...this.env };
    return run(command, args, { cwd: this.path, env });
  }

  /** Plain `terraform` on what `cdktf` synthesized for a stack. */
  inStack(stack: string, ...args: string[]): Promise<Finished> {
    return this.terraform.terraform(join(this.path, "cdktf.out/stacks", stack), args, this.env);
  }

  async planDestroy(stack: string): Promise<Plan> {
    const file = join(this.path, "plan.bin");
    succeeded(await this.inStack(stack, "plan", "-destroy", "-input=false", `-out=${file}`));
    return parsePlan(succeeded(await this.inStack(stack, "show", "-json", file)));
  }

  async addresses(stack: string): Promise<readonly string[]> {
    const state = parseState(succeeded(await this.inStack(stack, "show", "-json")));
    return state.map((resource) => resource.address).sort();
  }

  remove(): void {
    this.directory.remove();
  }
}

function filesBelow(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .map((name) => join(directory, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
}

/** The files that hold a text. */
export function filesWith(paths: readonly string[], text: string): readonly string[] {
  return paths.filter((path) => readFileSync(path).includes(text));
}
