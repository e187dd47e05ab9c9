import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { App, TerraformStack } from "cdktf";
import { preflight } from "../../src/cli/preflight.js";
import type { HookEvent } from "../../src/contract/events.js";
import { Carrier, OcpProvider, type OcpProviderProps } from "../../src/index.js";
import type { JsonReport } from "../../src/preflight/report/json.js";
import { type CommandRun, commandRun } from "../support/command-run.js";
import { temporaryDirectory } from "../support/temporary.js";
import { CREDENTIALS, type Declare } from "../support/world.js";

/** A synthesized stack and a state that nobody needs Terraform for, looked at by the command as it stands. */
export class Place {
  private readonly directory = temporaryDirectory();

  constructor(private readonly url: string) {
    this.holds({});
  }

  get path(): string {
    return this.directory.path;
  }

  synth(declare: Declare, props: OcpProviderProps = {}): void {
    const app = new App({ outdir: join(this.path, "cdktf.out") });
    const stack = new TerraformStack(app, "stack");
    declare(new OcpProvider(stack, "ocp", { url: this.url, carrier: Carrier.TERRAFORM_DATA, ...props }), stack);
    app.synth();
  }

  /** What the state knows: keys of objects, and the names that their clusters were deployed with. */
  holds(keys: Readonly<Record<string, string>>, tainted: readonly string[] = []): void {
    const resources = Object.entries(keys).map(([key, name]) => {
      const [cluster = "", obproxy] = key.split("/");
      const triggers = {
        cluster_id: cluster,
        cluster_name: name,
        ...(obproxy !== undefined && { obproxy_id: obproxy }),
      };
      return {
        mode: "managed",
        type: "terraform_data",
        name: obproxy === undefined ? "ocp_obproxy_clusters" : "ocp_obproxies",
        instances: [
          {
            index_key: key,
            attributes: { triggers_replace: { value: triggers, type: "dynamic" } },
            ...(tainted.includes(key) && { status: "tainted" }),
          },
        ],
      };
    });
    this.file("state.json", JSON.stringify({ version: 4, resources }));
  }

  /** What hooks have written down. */
  wrote(...events: readonly HookEvent[]): void {
    this.file("events.jsonl", events.map((event) => `${JSON.stringify(event)}\n`).join(""));
  }

  file(name: string, text: string): string {
    const path = join(this.path, name);
    writeFileSync(path, text);
    return path;
  }

  run(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<CommandRun> {
    return commandRun(preflight, ["--state", "state.json", ...args], {
      cwd: this.path,
      env: {
        PATH: process.env["PATH"],
        HOME: this.path,
        OBPROXY_EVENTS: join(this.path, "events.jsonl"),
        OCP_USERNAME: CREDENTIALS.username,
        OCP_PASSWORD: CREDENTIALS.password,
        ...env,
      },
    });
  }

  async json(...args: readonly string[]): Promise<JsonReport> {
    return JSON.parse((await this.run(["--json", ...args])).out) as JsonReport;
  }

  /** `warning not-deployed: OBProxy 27/1, OBProxy 27/2` */
  async findings(...args: readonly string[]): Promise<readonly string[]> {
    return (await this.json(...args)).findings.map(
      ({ code, level, objects }) => `${level} ${code}${objects.length === 0 ? "" : `: ${objects.join(", ")}`}`,
    );
  }

  remove(): void {
    this.directory.remove();
  }
}
