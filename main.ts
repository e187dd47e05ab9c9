/**
 * The example that `cdktf.json` runs: the OBProxies of one database, their cluster, and a DNS record in front of them.
 * `npm run build` first. The environment says which objects of OCP they are, so that the same app runs against a
 * simulator and a real OCP:
 *
 *     export OCP_URL=https://ocp.example.com OCP_USERNAME=… OCP_PASSWORD=…
 *     export OBPROXY_CLUSTER_ID=27 OBPROXY_CLUSTER_NAME=orders OBPROXY_IDS=1,2,3
 *     npx cdktf deploy && npx cdktf destroy
 */
import { App, DataResource, TerraformStack } from "cdktf";
import { Carrier, Obproxy, ObproxyCluster, OcpProvider } from "cdktf-obproxy";
import type { Construct } from "constructs";

interface DatabaseProxiesConfig {
  readonly clusterId: number;
  readonly clusterName: string;
  readonly obproxyIds: number[];
  readonly carrier: Carrier;
}

class DatabaseProxies extends TerraformStack {
  constructor(scope: Construct, id: string, config: DatabaseProxiesConfig) {
    super(scope, id);

    // Without a `url` the hook reads OCP_URL when it runs.
    const ocp = new OcpProvider(this, "ocp", { carrier: config.carrier });

    const cluster = new ObproxyCluster(this, "orders", {
      ocp,
      clusterId: config.clusterId,
      clusterName: config.clusterName,
    });

    const proxies = new Obproxy(this, "orders-proxies", { cluster, obproxyIds: config.obproxyIds });

    // Stands for the DNS record that points to the OBProxies: destroyed first, then they are, then their cluster.
    new DataResource(this, "orders-dns", {
      input: { record: `${config.clusterName}.db.example.com` },
      dependsOn: [proxies],
    });
  }
}

function setting(name: string, fallback: string): string {
  return process.env[name] ?? fallback;
}

const app = new App();
new DatabaseProxies(app, "database-proxies", {
  clusterId: Number(setting("OBPROXY_CLUSTER_ID", "27")),
  clusterName: setting("OBPROXY_CLUSTER_NAME", "orders"),
  obproxyIds: setting("OBPROXY_IDS", "1,2,3").split(",").map(Number),
  // terraform_data needs no provider download.
  carrier: setting("OBPROXY_CARRIER", "") === "terraform_data" ? Carrier.TERRAFORM_DATA : Carrier.NULL_RESOURCE,
});
app.synth();
