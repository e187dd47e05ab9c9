/** The Terraform resource that stands for an object of OCP and carries its destroy hook. */
export enum Carrier {
  /**
   * `null_resource` of the provider `hashicorp/null`: the `NullProvider` that the stack has, or else one that is added
   * to it. Terraform 1.4, OpenTofu 1.6 and later.
   */
  NULL_RESOURCE = "null_resource",
  /**
   * `terraform_data`, which is built in and needs no provider download. Terraform 1.9, OpenTofu 1.10 and later. A switch
   * from `null_resource` changes nothing in OCP; there is no way back, and Terraform refuses one.
   */
  TERRAFORM_DATA = "terraform_data",
}
