import { Server, ServerCredentials, type handleUnaryCall, type ServiceDefinition } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { randomInt } from "node:crypto";
import { join } from "node:path";
import { decodeResource, encodeResource, parseResourceJson, type DynamicValue } from "./dynamic-value.js";
import { applyChange, planChange } from "./null-resource.js";

export interface RunningNullProvider {
  /** The value for `TF_REATTACH_PROVIDERS`, with which Terraform uses this process instead of installing a provider. */
  readonly reattach: string;
  stop(): Promise<void>;
}

/** The addresses under which Terraform and OpenTofu know the provider, also where nothing is ever fetched from there. */
const ADDRESSES = ["registry.terraform.io/hashicorp/null", "registry.opentofu.org/hashicorp/null"];

/** Starts a stand-in for the null provider inside this process, on a free port of the loopback interface. */
export async function startNullProvider(): Promise<RunningNullProvider> {
  const server = new Server();
  server.addService(providerService(), handlers());
  const port = await listen(server);
  return {
    reattach: JSON.stringify(Object.fromEntries(ADDRESSES.map((address) => [address, reattachConfig(port)]))),
    stop: () => {
      server.forceShutdown();
      return Promise.resolve();
    },
  };
}

/** `Test` makes Terraform leave the process alone when it has finished. */
function reattachConfig(port: number): object {
  return {
    Protocol: "grpc",
    ProtocolVersion: 5,
    Pid: process.pid,
    Test: true,
    Addr: { Network: "tcp", String: `127.0.0.1:${port}` },
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
      if (error) reject(error);
      else resolve(port);
    });
  });
}

function providerService(): ServiceDefinition {
  const service = loadSync(join(__dirname, "protocol5.proto"), { keepCase: true })["tfplugin5.Provider"];
  if (service === undefined || "format" in service) throw new Error("protocol5.proto defines no service Provider");
  return service;
}

interface Config {
  readonly config?: DynamicValue;
}
interface Upgrade {
  readonly raw_state?: { readonly json?: Uint8Array };
}
interface Read {
  readonly current_state?: DynamicValue;
}
interface PlanRequest {
  readonly prior_state?: DynamicValue;
  readonly proposed_new_state?: DynamicValue;
}
interface Apply {
  readonly planned_state?: DynamicValue;
}

function handlers() {
  return {
    GetSchema: unary(schemas),
    PrepareProviderConfig: unary((request: Config) => ({ state: request.config })),
    ValidateResourceTypeConfig: unary(() => ({})),
    UpgradeResourceState: unary((request: Upgrade) => ({
      state: encodeResource(parseResourceJson(request.raw_state?.json ?? Buffer.from("null"))),
    })),
    Configure: unary(() => ({})),
    ReadResource: unary((request: Read) => ({ state: request.current_state })),
    PlanResourceChange: unary(plan),
    ApplyResourceChange: unary((request: Apply) => ({
      state: encodeResource(applyChange(decodeResource(request.planned_state), newId)),
    })),
    Stop: unary(() => ({})),
  };
}

function plan(request: PlanRequest): object {
  const { planned, replaces } = planChange(
    decodeResource(request.prior_state),
    decodeResource(request.proposed_new_state),
  );
  return {
    planned_state: encodeResource(planned),
    requires_replace: replaces ? [{ steps: [{ attribute_name: "triggers" }] }] : [],
  };
}

function schemas(): object {
  const attributes = [
    { name: "id", type: attributeType("string"), computed: true },
    { name: "triggers", type: attributeType(["map", "string"]), optional: true },
  ];
  return {
    provider: { version: 0, block: { attributes: [] } },
    resource_schemas: { null_resource: { version: 0, block: { attributes } } },
  };
}

function attributeType(type: unknown): Buffer {
  return Buffer.from(JSON.stringify(type));
}

/** The real provider makes ids of random digits too. */
function newId(): string {
  return String(randomInt(2 ** 47));
}

function unary<Request>(answer: (request: Request) => object): handleUnaryCall<Request, object> {
  return (call, respond) => {
    try {
      respond(null, answer(call.request));
    } catch (error) {
      respond(error instanceof Error ? error : new Error(String(error)));
    }
  };
}
