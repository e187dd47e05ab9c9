// cdktf asks for Terraform's version where its own resources are synthesized. A unit test needs no Terraform for that.
require("./terraform-version.js")("Terraform v1.11.4");
