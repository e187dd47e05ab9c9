import { Annotations, type ITerraformDependable, Token } from "cdktf";
import { Construct } from "constructs";
import { ANY_NAME } from "../contract/names.js";
import { clusterKey } from "../contract/object.js";
import { checkOnlyCopy } from "./app-registry.js";
import { idText, ownSettings, type SettingsOf } from "./declaration.js";
import { ManagedObjects } from "./managed-objects.js";
import type { OcpProvider } from "./ocp-provider.js";
import { providerFor } from "./provider-lookup.js";
import type { Timeouts } from "./timeouts.js";
import { checkId, checkName, checkProps, switchOf, timeoutsOf } from "./validation.js";

export interface ObproxyClusterProps {
  /**
   * The OCP that the cluster lives in; of the same stack.
   *
   * @default - the only OcpProvider of the stack
   */
  readonly ocp?: OcpProvider;

  /** The id that OCP has given the OBProxy cluster: a positive integer, or a token that is known when planning. */
  readonly clusterId: number;

  /**
   * The name of the OBProxy cluster in OCP. It guards against a wrong `clusterId`: a cluster with another name is not
   * deleted, nor are its OBProxies. `ObproxyCluster.ANY_NAME` switches the guard off.
   */
  readonly clusterName: string;

  /**
   * Delete the cluster even when it holds OBProxies that nobody declared.
   *
   * @default false
   */
  readonly forceDestroy?: boolean;

  /**
   * Leave the cluster in OCP alone, also after the construct has left the app. To let it go without deleting it: set
   * this, deploy, then remove the construct.
   *
   * @default false
   */
  readonly skipDestroy?: boolean;

  /**
   * Let Terraform refuse every plan that would delete the cluster, while it is declared.
   *
   * @default false
   */
  readonly preventDestroy?: boolean;

  /**
   * How long the hook may take.
   *
   * @default - the OcpProvider's
   */
  readonly timeouts?: Timeouts;

  /**
   * What has to be there before the cluster, and goes after it. In Terraform all clusters of an OcpProvider are one
   * block, so all of them wait for it.
   *
   * @default - nothing
   */
  readonly dependsOn?: ITerraformDependable[];
}

/** What of it the hook has to know. */
const SETTINGS: SettingsOf<ObproxyClusterProps> = {
  forceDestroy: switchOf,
  skipDestroy: switchOf,
  preventDestroy: switchOf,
  timeouts: timeoutsOf,
};

/** An OBProxy cluster that OCP deletes when it is destroyed, after its OBProxies. */
export class ObproxyCluster extends Construct implements ITerraformDependable {
  /** As a `clusterName`: whatever name the cluster has. A wrong id then deletes the wrong cluster. */
  static readonly ANY_NAME: string = ANY_NAME;

  /** The OCP that the cluster lives in. */
  readonly ocp: OcpProvider;
  /** The id of the cluster in OCP. */
  readonly clusterId: number;
  /** The name that the cluster must have in OCP. */
  readonly clusterName: string;

  /** Throws when a property is invalid, or the app declares the same cluster already. */
  constructor(scope: Construct, id: string, props: ObproxyClusterProps) {
    super(scope, id);
    checkOnlyCopy(this);
    checkProps(this, props, '{ clusterId: 27, clusterName: "orders" }');
    checkId(this, "clusterId", props.clusterId);
    checkName(this, "clusterName", props.clusterName);
    this.ocp = providerFor(this, props.ocp);
    this.clusterId = props.clusterId;
    this.clusterName = props.clusterName;
    this.declare(props);
    if (props.clusterName === ANY_NAME) {
      Annotations.of(this).addWarning(
        `clusterName is ANY_NAME: OBProxy cluster ${idText(props.clusterId)} is deleted whatever it is called, also if the id is wrong. Give the name that OCP shows.`,
      );
    }
  }

  /** Of the block of all clusters of the OcpProvider, so that the construct can stand in any `dependsOn`. */
  get fqn(): string {
    return ManagedObjects.of(this.ocp).fqn("cluster");
  }

  private declare(props: ObproxyClusterProps): void {
    const { clusterId, clusterName, dependsOn = [] } = props;
    const isToken = Token.isUnresolved(clusterId);
    const settings = ownSettings(this, props, SETTINGS, isToken ? "clusterId" : undefined);
    const id = idText(clusterId);
    const managed = ManagedObjects.of(this.ocp);
    managed.declare({
      construct: this,
      kind: "cluster",
      key: clusterKey(id),
      isToken,
      clusterId: id,
      clusterName,
      settings,
    });
    managed.addDependencies("cluster", this, dependsOn);
  }
}
