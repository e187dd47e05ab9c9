import type { TerraformResource, TerraformResourceLifecycle } from "cdktf";

/**
 * Writes a block that stands for no object of OCP with its own `lifecycle` and nothing else: what an Aspect of the app
 * sets on all resources would take its purpose away, or name attributes that it does not have.
 */
export function withLifecycle<T>(
  resource: TerraformResource,
  own: TerraformResourceLifecycle | undefined,
  write: () => T,
): T {
  const { lifecycle } = resource;
  Object.assign(resource, { lifecycle: own });
  try {
    return write();
  } finally {
    Object.assign(resource, { lifecycle });
  }
}
