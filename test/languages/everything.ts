import { App, DataResource, Fn, TerraformIterator, TerraformStack, TerraformVariable, Token } from "cdktf";
import { Carrier, Obproxy, ObproxyCluster, OcpProvider, WaitFor } from "cdktf-obproxy";

const app = new App();
const stack = new TerraformStack(app, "proxies");
const ocp = new OcpProvider(stack, "ocp", {
  url: "https://ocp.example.com",
  envPrefix: "OCP_EU",
  carrier: Carrier.TERRAFORM_DATA,
  waitFor: WaitFor.OBJECT,
  taskRetries: 1,
  insecureSkipVerify: true,
  timeouts: { delete: "2h" },
});

const network = new DataResource(stack, "network", { input: { cidr: "10.0.0.0/8" } });
const orders = new ObproxyCluster(stack, "orders", {
  ocp,
  clusterId: 27,
  clusterName: "orders ${not a template}",
  forceDestroy: true,
  preventDestroy: true,
  timeouts: { delete: "30m" },
  dependsOn: [network],
});
const proxies = new Obproxy(stack, "orders-proxies", {
  cluster: orders,
  obproxyIds: [1, 2],
  skipHostOperation: true,
});
new Obproxy(stack, "kept", { cluster: orders, obproxyIds: [3], skipDestroy: true });

const number = new TerraformVariable(stack, "number", { type: "number", default: 4 });
const name = new TerraformVariable(stack, "name", { type: "string", default: "payments" });
new ObproxyCluster(stack, "payments", { clusterId: number.numberValue, clusterName: name.stringValue });
new Obproxy(stack, "payments-proxies", {
  clusterId: 28,
  clusterName: ObproxyCluster.ANY_NAME,
  obproxyIds: [number.numberValue, Token.asNumber(Fn.max([5, 6]))],
});

new DataResource(stack, "dns", {
  forEach: TerraformIterator.fromList(["a.example.com", "b.example.com"]),
  input: { cluster: orders.clusterName, first: Token.asString(proxies.obproxyIds[0]) },
  dependsOn: [proxies],
});
app.synth();
