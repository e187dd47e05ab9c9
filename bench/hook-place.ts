import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ENV, HOOK_FILE, SETTINGS_FILE } from "../src/contract/names.js";
import { DEFAULT_CREDENTIALS, type Simulator } from "../src/simulator/index.js";
import { settingsFile } from "../test/fixtures/settings.js";

/** The built hook with a settings file beside it, as a stack ships them. */
export interface HookPlace {
  readonly directory: string;
  readonly program: string;
  env(simulator: Simulator, object: { clusterId: string; obproxyId?: string; clusterName: string }): NodeJS.ProcessEnv;
  remove(): void;
}

export function hookPlace(): HookPlace {
  const directory = mkdtempSync(join(tmpdir(), "bench-"));
  const program = join(directory, HOOK_FILE);
  const temporary = join(directory, "t");
  mkdirSync(temporary, { mode: 0o700 });
  copyFileSync(join(__dirname, "../dist/hook", HOOK_FILE), program);
  writeFileSync(join(directory, SETTINGS_FILE), JSON.stringify(settingsFile({ stack: "bench" })));
  return {
    directory,
    program,
    env: (simulator, { clusterId, obproxyId, clusterName }) => ({
      // What else stands in the environment is the same for both sides; NODE_EXTRA_CA_CERTS alone doubles Node's start.
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("OCP_"))),
      TMPDIR: temporary,
      XDG_RUNTIME_DIR: temporary,
      XDG_STATE_HOME: temporary,
      OCP_URL: simulator.url,
      OCP_USERNAME: DEFAULT_CREDENTIALS.username,
      OCP_PASSWORD: DEFAULT_CREDENTIALS.password,
      [ENV.kind]: obproxyId === undefined ? "cluster" : "obproxy",
      [ENV.clusterId]: clusterId,
      ...(obproxyId === undefined ? {} : { [ENV.obproxyId]: obproxyId }),
      [ENV.clusterName]: clusterName,
    }),
    remove: () => {
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
