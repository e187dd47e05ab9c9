import type { OcpError } from "../ocp/errors.js";

/**
 * Codes with which OCP refuses a delete because something works on the cluster: ODP21010 (cluster status), COM20003 and
 * 1114 (concurrency guard of several OCP nodes). Source: OCP's error tables, 4.2.2 and 3.1.1.
 */
const CLUSTER_LOCK_CODES = new Set([21010, 20003, 1114]);
/** ODP21016 and ODP21017, 21003 in 3.x: the status of an OBProxy forbids the operation. Same source. */
const SERVER_LOCK_CODES = new Set([21003, 21016, 21017]);

/** Whether OCP refuses for as long as something else works on the cluster. */
export function isClusterLock(error: OcpError): boolean {
  return error.status === 409 || (error.code !== undefined && CLUSTER_LOCK_CODES.has(error.code));
}

/** Whether OCP refuses for as long as something else works on the cluster or the proxy. */
export function isLockRefusal(error: OcpError): boolean {
  return isClusterLock(error) || (error.code !== undefined && SERVER_LOCK_CODES.has(error.code));
}
