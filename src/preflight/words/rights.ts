import type { OcpVersion } from "../../ocp/model.js";

const ROLE = "the role OBPROXY_MANAGER";
const RESOURCE = 'the resource right "OBProxy Management" and the menu right "OBProxy > Overview"';

/**
 * What a user needs in order to delete OBProxies and OBProxy clusters. OCP 4.3.4 went over from roles to rights on
 * resources and menus. Source: OCP's pages on roles, and its release note of 4.3.4.
 */
export function deleteRight(version: OcpVersion | undefined): string {
  if (version === undefined) return `${ROLE} (up to OCP 4.3.3), or ${RESOURCE} (from 4.3.4 on)`;
  const { major, minor, patch } = version;
  const hasResources = major > 4 || (major === 4 && (minor > 3 || (minor === 3 && patch >= 4)));
  return hasResources ? RESOURCE : ROLE;
}
