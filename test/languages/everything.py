"""What a user may write beyond the example: tokens, iterators, enumerations, guards, order, time limits."""

from cdktf import (
    App,
    DataResource,
    Fn,
    TerraformIterator,
    TerraformStack,
    TerraformVariable,
    Token,
)
from cdktf_obproxy import Carrier, Obproxy, ObproxyCluster, OcpProvider, Timeouts, WaitFor

app = App()
stack = TerraformStack(app, "proxies")
ocp = OcpProvider(
    stack,
    "ocp",
    url="https://ocp.example.com",
    env_prefix="OCP_EU",
    carrier=Carrier.TERRAFORM_DATA,
    wait_for=WaitFor.OBJECT,
    task_retries=1,
    insecure_skip_verify=True,
    timeouts=Timeouts(delete="2h"),
)

network = DataResource(stack, "network", input={"cidr": "10.0.0.0/8"})
orders = ObproxyCluster(
    stack,
    "orders",
    ocp=ocp,
    cluster_id=27,
    cluster_name="orders ${not a template}",
    force_destroy=True,
    prevent_destroy=True,
    timeouts=Timeouts(delete="30m"),
    depends_on=[network],
)
proxies = Obproxy(
    stack,
    "orders-proxies",
    cluster=orders,
    obproxy_ids=[1, 2],
    skip_host_operation=True,
)
Obproxy(stack, "kept", cluster=orders, obproxy_ids=[3], skip_destroy=True)

# Known to Terraform alone.
number = TerraformVariable(stack, "number", type="number", default=4)
name = TerraformVariable(stack, "name", type="string", default="payments")
ObproxyCluster(
    stack,
    "payments",
    cluster_id=number.number_value,
    cluster_name=name.string_value,
)
Obproxy(
    stack,
    "payments-proxies",
    cluster_id=28,
    cluster_name=ObproxyCluster.ANY_NAME,
    obproxy_ids=[number.number_value, Token.as_number(Fn.max([5, 6]))],
)

# Goes before the OBProxies, one for each name.
DataResource(
    stack,
    "dns",
    for_each=TerraformIterator.from_list(["a.example.com", "b.example.com"]),
    input={"cluster": orders.cluster_name, "first": Token.as_string(proxies.obproxy_ids[0])},
    depends_on=[proxies],
)
assert proxies.cluster_id == 27 and proxies.ocp.alias == "ocp"
app.synth()
