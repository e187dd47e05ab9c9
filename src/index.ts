export { Carrier } from "./constructs/carrier.js";
export { Obproxy, type ObproxyProps } from "./constructs/obproxy.js";
export { ObproxyCluster, type ObproxyClusterProps } from "./constructs/obproxy-cluster.js";
export { OcpProvider, type OcpProviderProps, WaitFor } from "./constructs/ocp-provider.js";
export type { Timeouts } from "./constructs/timeouts.js";
