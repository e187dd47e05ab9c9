// cdktf asks for Terraform's version where its own resources are synthesized. A unit test needs no Terraform for that.
process.env.TERRAFORM_BINARY_NAME = "echo Terraform v1.11.4 as asked by";
