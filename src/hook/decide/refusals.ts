import type { OcpError } from "../../ocp/errors.js";

/**
 * Codes with which OCP refuses a delete because something works on the cluster: ODP21010 (cluster status), COM20003 and
 * 1114 (concurrency guard of several OCP nodes). Source: OCP's error tables, 4.2.2 and 3.1.1.
 */
const CLUSTER_LOCK_CODES = new Set([21010, 20003, 1114]);
/**
 * ODP21016 and ODP21017, 21003 in 3.x: the status of an OBProxy forbids the operation; CMP07004 and CMP07006, 20021 in
 * 3.x: its host is busy, perhaps for the OBProxy of another cluster. Same source.
 */
const SERVER_LOCK_CODES = new Set([21003, 21016, 21017, 7004, 7006, 20021]);
/** Which codes OCP really uses for it is not documented, so its words count too; we ask for English ones. */
const LOCK_WORDS = /\b(un)?lock(ed)?\b|\bin progress\b|\boperating\b(?! system)|\bbusy\b|\btry again later\b/i;

/** Whether OCP refuses for as long as something else works on the cluster. */
export function isClusterLock(error: OcpError): boolean {
  // A 409 of something on the way to OCP is no word of OCP's.
  return (
    (error.status === 409 && error.kind === "refused") ||
    (error.code !== undefined && CLUSTER_LOCK_CODES.has(error.code))
  );
}

/** Whether OCP refuses for as long as something else works on the cluster or the proxy. */
export function isLockRefusal(error: OcpError): boolean {
  if (isClusterLock(error) || (error.code !== undefined && SERVER_LOCK_CODES.has(error.code))) return true;
  return error.kind === "refused" && LOCK_WORDS.test(error.ocpMessage ?? "");
}
