// The OBProxies of one database and their cluster, which `cdktf destroy` deletes through OCP.
package main

import (
	"example.com/cdktf-obproxy-go/cdktfobproxy"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/hashicorp/terraform-cdk-go/cdktf"
)

func NewProxies(scope constructs.Construct, id string) cdktf.TerraformStack {
	stack := cdktf.NewTerraformStack(scope, &id)

	// Needs no provider download; without it: null_resource.
	cdktfobproxy.NewOcpProvider(stack, jsii.String("ocp"), &cdktfobproxy.OcpProviderProps{
		Carrier: cdktfobproxy.Carrier_TERRAFORM_DATA,
	})

	cluster := cdktfobproxy.NewObproxyCluster(stack, jsii.String("orders"), &cdktfobproxy.ObproxyClusterProps{
		ClusterId:   jsii.Number(27),
		ClusterName: jsii.String("orders"),
	})

	cdktfobproxy.NewObproxy(stack, jsii.String("orders-proxies"), &cdktfobproxy.ObproxyProps{
		Cluster:    cluster,
		ObproxyIds: jsii.Numbers(1, 2, 3),
	})

	return stack
}

func main() {
	app := cdktf.NewApp(nil)
	NewProxies(app, "proxies")
	app.Synth()
}
