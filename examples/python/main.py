#!/usr/bin/env python3
"""The OBProxies of one database and their cluster, which `cdktf destroy` deletes through OCP."""

from cdktf import App, TerraformStack
from cdktf_obproxy import Carrier, Obproxy, ObproxyCluster, OcpProvider
from constructs import Construct


class Proxies(TerraformStack):
    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        # Needs no provider download; without it: null_resource.
        OcpProvider(self, "ocp", carrier=Carrier.TERRAFORM_DATA)
        cluster = ObproxyCluster(self, "orders", cluster_id=27, cluster_name="orders")
        Obproxy(self, "orders-proxies", cluster=cluster, obproxy_ids=[1, 2, 3])


app = App()
Proxies(app, "proxies")
app.synth()
