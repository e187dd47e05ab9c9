import type { TerraformStack } from "cdktf";
import {
  type Carrier,
  Obproxy,
  ObproxyCluster,
  type ObproxyProps,
  OcpProvider,
  type OcpProviderProps,
} from "../../src/index.js";
import {
  type RecordedRequest,
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from "../../src/simulator/index.js";
import { Project } from "./project.js";
import type { Environment, Terraform } from "./terraform.js";

/** Declares what a stack holds, beside its `OcpProvider`. */
export type Declare = (ocp: OcpProvider, stack: TerraformStack) => void;

/** Cluster 27 with OBProxies 1, 2 and 3: all that OCP holds in most tests. */
export const everything: Declare = (ocp, stack) => {
  const cluster = new ObproxyCluster(stack, "orders", { ocp, clusterId: 27, clusterName: "orders" });
  new Obproxy(stack, "proxies", { cluster, obproxyIds: [1, 2, 3] });
};

/** What {@link everything} declares. */
export const ALL = ["27", "27/1", "27/2", "27/3"];

/** Some OBProxies of cluster 27 alone, with the cluster left to others. */
export function onlyObproxies(ids: readonly number[], props: Partial<ObproxyProps> = {}): Declare {
  return (ocp, stack) => {
    new Obproxy(stack, "proxies", { ocp, clusterId: 27, clusterName: "orders", obproxyIds: [...ids], ...props });
  };
}

export const CREDENTIALS = { username: "teardown", password: "pass-word-of-the-test" };
const TICK_MS = 20;

/** An OCP of its own, and a project whose stack has an `OcpProvider` for it. */
export class World {
  static async open(terraform: Terraform, carrier: Carrier, options: SimulatorOptions = {}): Promise<World> {
    const ocp = await startSimulator({ credentials: CREDENTIALS, tickMs: TICK_MS, clusters: [orders()], ...options });
    return new World(ocp, new Project(terraform, hookEnvironment()), carrier);
  }

  private constructor(
    readonly ocp: Simulator,
    readonly project: Project,
    readonly carrier: Carrier,
  ) {}

  /** Synthesizes another app than before, and changes nothing else. */
  synth(declare: Declare, props: OcpProviderProps = {}): void {
    this.project.synth((stack) => {
      declare(new OcpProvider(stack, "ocp", { url: this.ocp.url, carrier: this.carrier, ...props }), stack);
    });
  }

  async deploy(declare: Declare, props: OcpProviderProps = {}): Promise<string> {
    this.synth(declare, props);
    return this.project.deploy();
  }

  /** `null_resource.ocp_obproxies["27/3"]`, `null_resource.ocp_obproxy_clusters["27"]`. */
  address(key: string): string {
    return `${this.carrier}.ocp_${key.includes("/") ? "obproxies" : "obproxy_clusters"}["${key}"]`;
  }

  /** Of several objects, sorted as {@link Project.addresses} sorts them. */
  addressesOf(keys: readonly string[]): readonly string[] {
    return keys.map((key) => this.address(key)).sort();
  }

  /** What OCP was asked to change and did not refuse, in order: `DELETE /clusters/27/obproxies/1,2,3`. */
  changes(): readonly string[] {
    return this.ocp.requests.filter(({ method, status }) => method !== "GET" && status === 200).map(shortForm);
  }

  /** The OBProxies in {@link changes}, sorted: `["1", "2", "3"]`. One that is sent twice is there twice. */
  deletedObproxies(): readonly string[] {
    const lists = this.changes().map((change) => /\/obproxies\/([\d,]+)$|"obproxyServerIds":\[([\d,]+)\]/.exec(change));
    return lists.flatMap((found) => (found?.[1] ?? found?.[2] ?? "").split(",").filter((id) => id !== "")).sort();
  }

  /** What OCP holds: `27` or `27/3`, sorted. */
  held(): readonly string[] {
    return this.ocp.clusters
      .flatMap(({ id, obproxies }) => [id, ...obproxies.map((obproxy) => `${id}/${obproxy.id}`)])
      .sort();
  }

  async close(): Promise<void> {
    this.project.remove();
    await this.ocp.stop();
  }
}

export function hookEnvironment(): Environment {
  return {
    OCP_USERNAME: CREDENTIALS.username,
    OCP_PASSWORD: CREDENTIALS.password,
    OBPROXY_HOOK_TICK_MS: String(TICK_MS),
  };
}

/** For hooks that are to meet: so slow that they wait for each other long enough also where others use the machine. */
export const PATIENT: Environment = { OBPROXY_HOOK_TICK_MS: "500" };

/** The cluster that most tests are about. */
export function orders(): { readonly id: number; readonly name: string; readonly obproxies: readonly number[] } {
  return { id: 27, name: "orders", obproxies: [1, 2, 3] };
}

function shortForm({ method, path, body }: RecordedRequest): string {
  return `${method} ${path.replace("/api/v2/obproxy", "")}${body === "" ? "" : ` ${body}`}`;
}
