using CdktfObproxy;
using Constructs;
using HashiCorp.Cdktf;

namespace Example
{
    /// <summary>The OBProxies of one database and their cluster, which `cdktf destroy` deletes through OCP.</summary>
    internal sealed class Proxies : TerraformStack
    {
        public Proxies(Construct scope, string id) : base(scope, id)
        {
            // Needs no provider download; without it: null_resource.
            new OcpProvider(this, "ocp", new OcpProviderProps { Carrier = Carrier.TERRAFORM_DATA });
            var cluster = new ObproxyCluster(this, "orders", new ObproxyClusterProps
            {
                ClusterId = 27,
                ClusterName = "orders",
            });
            new Obproxy(this, "orders-proxies", new ObproxyProps
            {
                Cluster = cluster,
                ObproxyIds = new double[] { 1, 2, 3 },
            });
        }
    }

    internal static class Program
    {
        private static void Main()
        {
            var app = new App();
            new Proxies(app, "proxies");
            app.Synth();
        }
    }
}
