import { Annotations } from "cdktf";
import { Construct } from "constructs";
import type { ProviderSettings } from "../contract/settings-file.js";
import { Carrier } from "./carrier.js";
import { ManagedObjects } from "./managed-objects.js";
import type { Timeouts } from "./timeouts.js";
import {
  checkAlias,
  checkBoolean,
  checkEnvPrefix,
  checkOneOf,
  checkUrl,
  countOf,
  readCaFile,
  timeoutsOf,
} from "./validation.js";

/** What the destroy hook waits for before it says that an object is gone. */
export enum WaitFor {
  /** OCP's task has ended well, and the object is gone. */
  TASK = "task",
  /** The object is gone. For users of OCP who may not read tasks: a task that fails late goes unseen. */
  OBJECT = "object",
}

export interface OcpProviderProps {
  /**
   * The address of OCP, such as `https://ocp.example.com`. It may change at any time.
   *
   * @default - `OCP_URL` (see `envPrefix`) of the environment at destroy time
   */
  readonly url?: string;

  /**
   * The first part of the Terraform addresses of everything that this provider manages: `ocp` in
   * `null_resource.ocp_obproxies["27/3"]`. Small letters, digits and underscores. **Never change it once it is
   * deployed**: objects under another address have no destroy hook. Needed when a stack has more than one provider.
   *
   * @default "ocp"
   */
  readonly alias?: string;

  /**
   * The beginning of the names of the environment variables that the hook reads at destroy time: `OCP_URL` (where
   * `url` is not given), and `OCP_USERNAME` and `OCP_PASSWORD`, or `OCP_ACCESS_KEY_ID` and `OCP_ACCESS_KEY_SECRET`.
   *
   * @default "OCP"
   */
  readonly envPrefix?: string;

  /**
   * Path of a PEM file with the certificate of the authority that signed OCP's; from the directory in which the app
   * runs, which for `cdktf` is that of `cdktf.json`. It is copied into the stack. The authorities of
   * `NODE_EXTRA_CA_CERTS` count too.
   *
   * @default - the authorities that Node.js knows
   */
  readonly caFile?: string;

  /**
   * Accept any certificate of OCP.
   *
   * @default false
   */
  readonly insecureSkipVerify?: boolean;

  /**
   * The Terraform resource that stands for an object.
   *
   * @default Carrier.NULL_RESOURCE
   */
  readonly carrier?: Carrier;

  /**
   * How long the hook may take for one object, where the object's construct says nothing else.
   *
   * @default - OCP's own time limits
   */
  readonly timeouts?: Timeouts;

  /**
   * How often the hook retries, through OCP, a task of its own that has failed.
   *
   * @default 0
   */
  readonly taskRetries?: number;

  /**
   * What the hook waits for.
   *
   * @default WaitFor.TASK
   */
  readonly waitFor?: WaitFor;

  /**
   * Where something in the stack waits for the objects, such as a DNS record in front of them: look, before a destroy
   * takes any of that, whether OCP can be reached, accepts the credentials and has what is declared under its names. When
   * it fails, nothing has been touched. It is one more resource in the state: `terraform_data.ocp_first_look`.
   *
   * @default false
   */
  readonly lookFirst?: boolean;
}

/**
 * One OCP, and the home of the destroy hooks of everything that is declared under it. It has to stay in the app for as
 * long as anything of it is deployed: Terraform runs no hook whose block has left the configuration. To take it out,
 * take out its objects first, deploy, and then the provider.
 */
export class OcpProvider extends Construct {
  /** The first part of the Terraform addresses of everything that this provider manages. */
  readonly alias: string;

  /** Throws when a property is invalid, or the stack has another provider with this `alias`. */
  constructor(scope: Construct, id: string, props: OcpProviderProps = {}) {
    super(scope, id);
    const settings = providerSettings(this, props);
    const carrier = props.carrier ?? Carrier.NULL_RESOURCE;
    checkOneOf(this, "carrier", carrier, Object.values(Carrier));
    const { lookFirst = false } = props;
    checkBoolean(this, "lookFirst", lookFirst);
    this.alias = settings.alias;
    new ManagedObjects(this, {
      carrier,
      settings,
      lookFirst,
      ...(props.caFile === undefined ? {} : { ca: readCaFile(this, props.caFile) }),
    });
    warn(this, settings);
  }
}

function providerSettings(at: Construct, props: OcpProviderProps): ProviderSettings {
  const { alias = "ocp", envPrefix = "OCP", insecureSkipVerify = false, url } = props;
  const waitFor = props.waitFor ?? WaitFor.TASK;
  checkAlias(at, alias);
  checkEnvPrefix(at, envPrefix);
  if (url !== undefined) checkUrl(at, url, envPrefix);
  checkBoolean(at, "insecureSkipVerify", insecureSkipVerify);
  checkOneOf(at, "waitFor", waitFor, Object.values(WaitFor));
  return {
    alias,
    ...(url === undefined ? {} : { url }),
    envPrefix,
    hasCaFile: props.caFile !== undefined,
    insecureSkipVerify,
    timeouts: timeoutsOf(at, "timeouts", props.timeouts) ?? {},
    taskRetries: countOf(at, "taskRetries", props.taskRetries) ?? 0,
    waitFor,
  };
}

function warn(at: Construct, settings: ProviderSettings): void {
  if (settings.insecureSkipVerify) {
    Annotations.of(at).addWarning(
      "insecureSkipVerify accepts any certificate, so whoever stands between can read the password. Give the certificate of OCP's authority with `caFile` instead.",
    );
  }
  if (settings.waitFor === "object") {
    Annotations.of(at).addWarning(
      "waitFor OBJECT does not see a task that fails after the object has vanished. Let the user of OCP read tasks, and leave `waitFor` out.",
    );
  }
}
