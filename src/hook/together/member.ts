import { crypto } from "../../ocp/auth.js";
import { parseBaseUrl } from "../../ocp/base-url.js";
import type { Cluster, OcpId } from "../../ocp/model.js";
import { proxyFor } from "../../ocp/proxy.js";
import type { Connection } from "../connection.js";

/**
 * What a hook says of itself to be taken into a call for many: everything by which another one can tell whether both
 * mean the same OBProxy of the same OCP. An id alone means something else in each OCP.
 */
export interface Member {
  readonly route: Route;
  readonly sight: Sight;
  readonly skipHostOperation: boolean;
}

/** Which OCP it asks, as whom. The same URL may lead elsewhere by another way. */
export interface Route {
  readonly baseUrl: string;
  /** A hash, because the address of a proxy may hold a password: the way there, and whom it trusts on it. */
  readonly way: string;
  readonly user: string;
}

/** What it has seen of the OBProxy there. */
export interface Sight {
  readonly clusterId: OcpId;
  readonly clusterName: string;
  readonly clusterCreateTime?: string;
  readonly obproxyId: OcpId;
  readonly hostId?: OcpId;
  /** `10.0.0.3:2883` */
  readonly address?: string;
}

/** @throws OcpConfigError where URL or proxy are none */
export function routeOf(connection: Connection, env: NodeJS.ProcessEnv): Route {
  const { credentials, ca, insecureSkipVerify } = connection;
  const base = parseBaseUrl(connection.baseUrl);
  const proxy = proxyFor(base, env);
  const way = [
    ...[proxy?.url, proxy?.noProxy, ca, String(insecureSkipVerify)],
    // By these Node itself trusts more, or everybody.
    ...[env["NODE_EXTRA_CA_CERTS"], env["NODE_TLS_REJECT_UNAUTHORIZED"]],
  ];
  const user = credentials.kind === "basic" ? credentials.username : credentials.accessKeyId;
  return {
    baseUrl: base.href,
    way: crypto()
      .createHash("sha256")
      .update(JSON.stringify(way.map((each) => each ?? null)))
      .digest("hex"),
    user: `${credentials.kind}:${user}`,
  };
}

/** Undefined: `saw` does not show it, or shows too little of it to tell it from another one. */
export function sightOf(saw: Cluster, obproxyId: OcpId): Sight | undefined {
  const server = saw.obproxies?.find(({ id }) => id === obproxyId);
  if (server === undefined || (server.ip === undefined && server.hostId === undefined)) return undefined;
  const { ip, sqlPort, hostId } = server;
  return {
    clusterId: saw.id,
    clusterName: saw.name,
    ...(saw.createTime !== undefined && { clusterCreateTime: saw.createTime }),
    obproxyId,
    ...(hostId !== undefined && { hostId }),
    ...(ip !== undefined && { address: sqlPort === undefined ? ip : `${ip}:${sqlPort}` }),
  };
}

/**
 * Whether the one that leads may speak for the other: the same OCP by the same way, and the very same object in the
 * leader's own answer. Containers that share a directory may well call two OCPs by one name.
 */
export function maySpeakFor(leader: Member, saw: Cluster, other: Member): boolean {
  return isSameRoute(leader.route, other.route) && isSameSight(sightOf(saw, other.sight.obproxyId), other.sight);
}

function isSameRoute(a: Route, b: Route): boolean {
  return a.baseUrl === b.baseUrl && a.way === b.way && a.user === b.user;
}

/** What one of them does not tell the other one must not tell either. */
function isSameSight(a: Sight | undefined, b: Sight): boolean {
  return (
    a !== undefined &&
    a.clusterId === b.clusterId &&
    a.clusterName === b.clusterName &&
    a.clusterCreateTime === b.clusterCreateTime &&
    a.obproxyId === b.obproxyId &&
    a.hostId === b.hostId &&
    a.address === b.address
  );
}
