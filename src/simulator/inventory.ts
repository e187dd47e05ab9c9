import { type Id, seedId, wireId } from "./ids.js";
import type { Cluster, Obproxy } from "./model.js";
import { noSuch } from "./option-error.js";
import type { SeedCluster, SeedObproxy } from "./options.js";

/** The OBProxy clusters that OCP knows of. */
export class Inventory {
  private readonly clusters = new Map<Id, Cluster>();

  constructor(private readonly clock: () => number) {}

  all(): readonly Cluster[] {
    return [...this.clusters.values()];
  }

  find(id: Id): Cluster | undefined {
    return this.clusters.get(id);
  }

  get(id: number | string): Cluster {
    const found = this.clusters.get(String(id));
    if (found === undefined) throw noSuch("OBProxy cluster", String(id));

    return found;
  }

  /** Whether some other cluster has an OBProxy of this id. */
  isElsewhere(obproxyId: Id, clusterId: Id): boolean {
    return this.all().some(
      (cluster) => cluster.id !== clusterId && cluster.obproxies.some(({ id }) => id === obproxyId),
    );
  }

  add(seed: SeedCluster): void {
    const id = seedId("cluster id", seed.id);
    this.clusters.set(id, {
      id,
      name: seed.name,
      details: seed.details ?? {},
      obproxies: (seed.obproxies ?? []).map(newObproxy),
      addedAt: this.clock(),
    });
  }

  put(cluster: Cluster): void {
    this.clusters.set(cluster.id, cluster);
  }

  remove(id: Id): void {
    this.clusters.delete(id);
  }

  addObproxy(clusterId: number | string, seed: number | string | SeedObproxy): void {
    const cluster = this.get(clusterId);
    const obproxy = newObproxy(seed);
    cluster.obproxies = [...cluster.obproxies.filter(({ id }) => id !== obproxy.id), obproxy];
  }

  /** Changes those OBProxies of the cluster that `ids` names. */
  updateObproxies(clusterId: Id, ids: readonly Id[], change: (obproxy: Obproxy) => Obproxy): void {
    const cluster = this.find(clusterId);
    if (cluster !== undefined) {
      cluster.obproxies = cluster.obproxies.map((obproxy) => (ids.includes(obproxy.id) ? change(obproxy) : obproxy));
    }
  }

  removeObproxies(clusterId: Id, ids: readonly Id[]): void {
    const cluster = this.find(clusterId);
    if (cluster !== undefined) cluster.obproxies = cluster.obproxies.filter(({ id }) => !ids.includes(id));
  }
}

function newObproxy(seed: number | string | SeedObproxy): Obproxy {
  const given: SeedObproxy = typeof seed === "object" ? seed : { id: seed };
  const id = seedId("OBProxy id", given.id);
  const hostId = given.hostId === undefined ? id : seedId("hostId", given.hostId);
  const low = Number(BigInt(hostId) % 65536n);
  return {
    id,
    hostId,
    ip: given.ip ?? `10.0.${Math.floor(low / 256)}.${low % 256}`,
    hostOffline: given.hostOffline ?? false,
    details: given.details ?? {},
    status: given.status ?? "RUNNING",
    operateStatus: given.operateStatus ?? "NORMAL",
  };
}

const OBPROXY_VERSION = "1.9.1.1-1919579";

/** The cluster as lists and detail write it: the members of the published 4.2.2 answers, which no version differs from. */
export function clusterJson(cluster: Cluster, instant: (milliseconds: number) => string): Record<string, unknown> {
  const obproxies = cluster.obproxies.map((obproxy) => obproxyJson(obproxy, cluster, instant));
  const count = (member: string, name: string): readonly Record<string, unknown>[] => {
    const values = obproxies.map((obproxy) => obproxy[member]);
    return [...new Set(values)].map((value) => ({
      count: values.filter((other) => other === value).length,
      [name]: value,
    }));
  };
  return {
    address: "10.0.0.1",
    configUrl: `http://10.0.0.1:8080/services?Action=GetObProxyConfig&User_ID=alibaba&UID=admin&ObproxyClusterName=${encodeURIComponent(cluster.name)}`,
    createTime: instant(cluster.addedAt),
    creatorId: 100,
    creatorName: "admin",
    id: wireId(cluster.id),
    name: cluster.name,
    obLinks: [],
    obproxies,
    parameterVersion: 3,
    port: 2883,
    topo: count("idcName", "idcName"),
    updateTime: instant(cluster.addedAt),
    versions: count("version", "version"),
    workMode: "CONFIG_URL",
    ...cluster.details,
  };
}

function obproxyJson(
  obproxy: Obproxy,
  cluster: Cluster,
  instant: (milliseconds: number) => string,
): Record<string, unknown> {
  return {
    architecture: "x86_64",
    clusterId: wireId(cluster.id),
    exporterPort: 2884,
    hostId: wireId(obproxy.hostId),
    id: wireId(obproxy.id),
    idcName: "idc1",
    ip: obproxy.ip,
    lastActiveTime: instant(cluster.addedAt),
    operateStatus: obproxy.operateStatus,
    parameterVersion: 3,
    sqlPort: 2883,
    status: obproxy.status,
    version: OBPROXY_VERSION,
    ...obproxy.details,
  };
}
