package com.example;

import cdktf.obproxy.Carrier;
import cdktf.obproxy.Obproxy;
import cdktf.obproxy.ObproxyCluster;
import cdktf.obproxy.OcpProvider;
import com.hashicorp.cdktf.App;
import com.hashicorp.cdktf.TerraformStack;
import java.util.List;
import software.constructs.Construct;

/** The OBProxies of one database and their cluster, which {@code cdktf destroy} deletes through OCP. */
public final class Main {
    private static final class Proxies extends TerraformStack {
        Proxies(Construct scope, String id) {
            super(scope, id);
            // Needs no provider download; without it: null_resource.
            OcpProvider.Builder.create(this, "ocp").carrier(Carrier.TERRAFORM_DATA).build();
            ObproxyCluster cluster = ObproxyCluster.Builder.create(this, "orders")
                    .clusterId(27)
                    .clusterName("orders")
                    .build();
            Obproxy.Builder.create(this, "orders-proxies")
                    .cluster(cluster)
                    .obproxyIds(List.of(1, 2, 3))
                    .build();
        }
    }

    public static void main(String[] args) {
        App app = new App();
        new Proxies(app, "proxies");
        app.synth();
    }
}
