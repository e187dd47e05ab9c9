import { Annotations, type ITerraformDependable, TerraformStack, Token } from "cdktf";
import { Construct } from "constructs";
import { ANY_NAME } from "../contract/names.js";
import { obproxyKey } from "../contract/object.js";
import { checkOnlyCopy } from "./app-registry.js";
import { idText, ownSettings, type SettingsOf } from "./declaration.js";
import * as errors from "./errors.js";
import { ManagedObjects } from "./managed-objects.js";
import { ObproxyCluster } from "./obproxy-cluster.js";
import type { OcpProvider } from "./ocp-provider.js";
import { providerFor } from "./provider-lookup.js";
import type { Timeouts } from "./timeouts.js";
import { checkId, checkIds, checkName, checkProps, switchOf, timeoutsOf } from "./validation.js";

export interface ObproxyProps {
  /**
   * The OBProxy cluster that the OBProxies belong to, where this stack manages it.
   *
   * @default - `clusterId` and `clusterName`
   */
  readonly cluster?: ObproxyCluster;

  /**
   * The OCP that the OBProxies live in; of the same stack.
   *
   * @default - that of `cluster`, or the only OcpProvider of the stack
   */
  readonly ocp?: OcpProvider;

  /**
   * The id of an OBProxy cluster that this stack does not manage: a positive integer, or a token that is known when
   * planning.
   *
   * @default - that of `cluster`
   */
  readonly clusterId?: number;

  /**
   * The name in OCP of an OBProxy cluster that this stack does not manage. It guards against a wrong `clusterId`: of a
   * cluster with another name no OBProxy is deleted. `ObproxyCluster.ANY_NAME` switches the guard off.
   *
   * @default - that of `cluster`
   */
  readonly clusterName?: string;

  /** The ids that OCP has given the OBProxies: positive integers, or tokens that are known when planning. */
  readonly obproxyIds: number[];

  /**
   * Delete the OBProxies without touching their host, for one that is offline. OCP 4.3.5 and later.
   *
   * @default false
   */
  readonly skipHostOperation?: boolean;

  /**
   * Leave the OBProxies in OCP alone, also after the construct has left the app. To let them go without deleting them:
   * set this, deploy, then remove the construct.
   *
   * @default false
   */
  readonly skipDestroy?: boolean;

  /**
   * Let Terraform refuse every plan that would delete one of the OBProxies, while they are declared.
   *
   * @default false
   */
  readonly preventDestroy?: boolean;

  /**
   * How long the hook may take for one OBProxy.
   *
   * @default - the OcpProvider's
   */
  readonly timeouts?: Timeouts;

  /**
   * What has to be there before the OBProxies, and goes after them. In Terraform all OBProxies of an OcpProvider are
   * one block, so all of them wait for it.
   *
   * @default - the clusters of the same OcpProvider
   */
  readonly dependsOn?: ITerraformDependable[];
}

/** What of it the hook has to know. */
const SETTINGS: SettingsOf<ObproxyProps> = {
  skipDestroy: switchOf,
  preventDestroy: switchOf,
  skipHostOperation: switchOf,
  timeouts: timeoutsOf,
};

/** One or more OBProxies of one cluster that OCP deletes when they are destroyed, before their cluster. */
export class Obproxy extends Construct implements ITerraformDependable {
  /** The OCP that the OBProxies live in. */
  readonly ocp: OcpProvider;
  /** The id in OCP of their cluster. */
  readonly clusterId: number;
  /** The name that their cluster must have in OCP. */
  readonly clusterName: string;
  /** Their ids in OCP. */
  readonly obproxyIds: number[];

  /** Throws when a property is invalid, or the app declares one of the OBProxies already. */
  constructor(scope: Construct, id: string, props: ObproxyProps) {
    super(scope, id);
    checkOnlyCopy(this);
    checkProps(this, props, "{ cluster, obproxyIds: [1, 2] }");
    checkIds(this, "obproxyIds", props.obproxyIds);
    const home = props.cluster === undefined ? foreignCluster(this, props) : ownCluster(this, props.cluster, props);
    this.ocp = home.ocp;
    this.clusterId = home.clusterId;
    this.clusterName = home.clusterName;
    this.obproxyIds = [...props.obproxyIds];
    this.declare(props);
    if (props.skipDestroy === true && props.cluster !== undefined && !isKept(props.cluster)) {
      Annotations.of(this).addWarning(
        `skipDestroy keeps these OBProxies, but not their cluster, ${props.cluster.node.path}, which cannot be deleted as long as they are in it. Set skipDestroy there too, unless they leave the cluster in OCP before it is destroyed.`,
      );
    }
  }

  /** Of the block of all OBProxies of the OcpProvider, so that the construct can stand in any `dependsOn`. */
  get fqn(): string {
    return ManagedObjects.of(this.ocp).fqn("obproxy");
  }

  private declare(props: ObproxyProps): void {
    const { cluster, dependsOn = [] } = props;
    const isOpen = (id: number): boolean => Token.isUnresolved(id);
    const idsProperty = this.obproxyIds.some(isOpen) ? "obproxyIds" : undefined;
    const settings = ownSettings(this, props, SETTINGS, isOpen(this.clusterId) ? "clusterId" : idsProperty);
    const clusterId = idText(this.clusterId);
    const managed = ManagedObjects.of(this.ocp);
    for (const id of this.obproxyIds) {
      const obproxyId = idText(id);
      managed.declare({
        construct: this,
        kind: "obproxy",
        key: obproxyKey(clusterId, obproxyId),
        isToken: isOpen(this.clusterId) || isOpen(id),
        clusterId,
        obproxyId,
        clusterName: this.clusterName,
        settings,
      });
    }
    managed.addDependencies("obproxy", this, [...(cluster === undefined ? [] : [cluster]), ...dependsOn]);
  }
}

function isKept(cluster: ObproxyCluster): boolean {
  return ManagedObjects.of(cluster.ocp).isKept(cluster);
}

interface Home {
  readonly ocp: OcpProvider;
  readonly clusterId: number;
  readonly clusterName: string;
}

function ownCluster(at: Construct, cluster: ObproxyCluster, props: ObproxyProps): Home {
  if (!(cluster instanceof ObproxyCluster)) throw errors.notAnObproxyCluster(at, cluster);
  if (props.clusterId !== undefined) throw errors.clusterGivenTwice(at, "clusterId");
  if (props.clusterName !== undefined) throw errors.clusterGivenTwice(at, "clusterName");
  if (TerraformStack.of(cluster) !== TerraformStack.of(at)) throw errors.inAnotherStack(at, "cluster", cluster);
  // Another provider of the same OCP is the way out of a cycle of dependencies.
  const ocp = providerFor(at, props.ocp ?? cluster.ocp);
  if (!ManagedObjects.of(ocp).sameOcpAs(ManagedObjects.of(cluster.ocp))) {
    throw errors.clusterOfAnotherOcp(at, ocp, cluster);
  }
  return { ocp, clusterId: cluster.clusterId, clusterName: cluster.clusterName };
}

function foreignCluster(at: Construct, props: ObproxyProps): Home {
  const { clusterId, clusterName } = props;
  if (clusterId === undefined) throw errors.clusterNotGiven(at);
  checkId(at, "clusterId", clusterId);
  checkName(at, "clusterName", clusterName);
  if (clusterName === ANY_NAME) {
    Annotations.of(at).addWarning(
      "clusterName is ANY_NAME: the OBProxies are deleted whatever their cluster is called, also if clusterId is wrong. Give the name that OCP shows.",
    );
  }
  return { ocp: providerFor(at, props.ocp), clusterId, clusterName: clusterName ?? ANY_NAME };
}
