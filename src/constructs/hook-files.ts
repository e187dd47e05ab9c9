import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { App, AssetType, TerraformAsset, type TerraformStack } from "cdktf";
import { CA_FILE, HOOK_ASSET_VERSION, HOOK_FILE, hookAsset, SETTINGS_FILE } from "../contract/names.js";
import { bundledIntoTheApp, hookNotBuilt } from "./errors.js";

/** Undefined in a bundle of ES modules. */
const HERE = typeof __dirname === "string" ? __dirname : undefined;

/** From `src/constructs` and from `dist/constructs` alike. */
const HOOK_SOURCE = join(HERE ?? "", "..", "..", "dist", "hook", HOOK_FILE);

/** The directory that travels with the stack: the hook, its settings, and perhaps a certificate. */
export class HookFiles {
  private source: string | undefined;

  constructor(
    private readonly stack: TerraformStack,
    private readonly alias: string,
  ) {}

  /**
   * From the stack's directory: `assets/ocp_obproxy_hook/v1`. It hangs on the alias, like the addresses, and not on
   * where the provider stands in the tree, so the asset is a child of the stack itself.
   */
  get directory(): string {
    const id = hookAsset(this.alias);
    const existing = this.stack.node.tryFindChild(id);
    if (existing instanceof TerraformAsset) return existing.path;
    this.source = emptyDirectory(App.of(this.stack).outdir);
    removeAfterSynth(this.source);
    return new TerraformAsset(this.stack, id, {
      path: this.source,
      type: AssetType.DIRECTORY,
      assetHash: HOOK_ASSET_VERSION,
    }).path;
  }

  /** Has to be called during synth, before cdktf copies assets, each time that the app is synthesized. */
  write(settings: string, ca: string | undefined): void {
    if (HERE === undefined || basename(HERE) !== "constructs") throw bundledIntoTheApp();
    if (!existsSync(HOOK_SOURCE)) throw hookNotBuilt(HOOK_SOURCE);
    if (this.directory === "" || this.source === undefined) return;
    if (!existsSync(this.source)) {
      mkdirSync(this.source, { recursive: true });
      removeAfterSynth(this.source);
    }
    // Not copied: the mode of a store that nobody may write to would go with it, and the next write would fail.
    const hook = readFileSync(HOOK_SOURCE);
    // Node.js runs an empty program, and ends well: every destroy would.
    if (hook.length === 0) throw hookNotBuilt(HOOK_SOURCE, "is empty");
    writeFileSync(join(this.source, HOOK_FILE), hook);
    writeFileSync(join(this.source, SETTINGS_FILE), settings);
    if (ca !== undefined) writeFileSync(join(this.source, CA_FILE), ca);
  }
}

/** Below the output, where synth writes anyhow, on a machine that has no temporary directory to write to. */
function emptyDirectory(output: string): string {
  try {
    return mkdtempSync(join(tmpdir(), NAME));
  } catch {
    mkdirSync(output, { recursive: true });
    return mkdtempSync(join(resolve(output), NAME));
  }
}

const NAME = "cdktf-obproxy-synth-";

const pending = new Set<string>();
let removesOnExit = false;

/** Synth is one synchronous step, so whatever comes after it finds the assets copied. */
function removeAfterSynth(directory: string): void {
  pending.add(directory);
  setImmediate(removePending);
  if (!removesOnExit) process.once("exit", removePending);
  removesOnExit = true;
}

function removePending(): void {
  for (const directory of pending) rmSync(directory, { recursive: true, force: true });
  pending.clear();
}
