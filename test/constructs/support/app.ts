import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { App, Testing, TerraformStack } from "cdktf";
import type { HookSettings } from "../../../src/contract/settings-file.js";
import { Obproxy, ObproxyCluster, OcpProvider, type OcpProviderProps } from "../../../src/index.js";

export interface Move {
  readonly from: string;
  readonly to: string;
}

export interface Block {
  readonly depends_on?: readonly string[];
  readonly lifecycle?: Readonly<Record<string, unknown>>;
  readonly provisioner?: readonly [{ readonly "local-exec": Readonly<Record<string, unknown>> }];
  readonly [attribute: string]: unknown;
}

/** What of a stack's `cdk.tf.json` the tests look at. */
export interface Configuration {
  /** Of each block: from key to name of the cluster. */
  readonly locals: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly moved?: readonly Move[];
  readonly provider?: Readonly<Record<string, readonly unknown[]>>;
  readonly resource: Readonly<Record<string, Readonly<Record<string, Block>>>>;
}

export interface Synthesized {
  readonly configuration: Configuration;
  /** Of each provider, by alias. */
  readonly settings: (alias?: string) => HookSettings;
  readonly file: (path: string) => string;
}

/** An app whose output is removed after the test. */
export function testApp(): App {
  const app = Testing.app();
  outputs.push(app.outdir);
  return app;
}

export function testStack(app: App = testApp(), id = "stack"): TerraformStack {
  return new TerraformStack(app, id);
}

/** Synthesizes the whole app, as `cdktf synth` does, and reads what it has written for one stack. */
export function synthesize(stack: TerraformStack): Synthesized {
  const app = App.of(stack);
  app.synth();
  const file = (path: string): string => readFileSync(join(app.outdir, "stacks", stack.node.id, path), "utf8");
  return {
    configuration: withoutMetadata(JSON.parse(file("cdk.tf.json"))) as Configuration,
    settings: (alias = "ocp") => JSON.parse(file(`assets/${alias}_obproxy_hook/v1/settings.json`)) as HookSettings,
    file,
  };
}

export function movesOf(stack: TerraformStack): readonly string[] {
  return (synthesize(stack).configuration.moved ?? []).map(({ from, to }) => `${from} -> ${to}`);
}

/** Warnings of one construct. */
export function warningsOf(construct: { readonly node: TerraformStack["node"] }): readonly string[] {
  return construct.node.metadata.filter(({ type }) => type === "@cdktf/warn").map(({ data }) => String(data));
}

/** A cluster with two OBProxies, which is what most users have. */
export function orders(
  stack: TerraformStack,
  props: OcpProviderProps = {},
): { readonly ocp: OcpProvider; readonly cluster: ObproxyCluster; readonly proxies: Obproxy } {
  const ocp = new OcpProvider(stack, "ocp", props);
  const cluster = new ObproxyCluster(stack, "orders", { ocp, clusterId: 27, clusterName: "orders" });
  const proxies = new Obproxy(stack, "orders-proxies", { cluster, obproxyIds: [1, 3] });
  return { ocp, cluster, proxies };
}

function withoutMetadata(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMetadata);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== "//")
      .map(([name, each]) => [name, withoutMetadata(each)]),
  );
}

const outputs: string[] = [];

afterEach(() => {
  for (const directory of outputs.splice(0)) rmSync(directory, { recursive: true, force: true });
});
