// Single parts of undici, imported by path: `import "undici"` would also evaluate fetch, WebSocket, caches and the rest,
// which costs more start-up time than everything else in the hook together.
declare module "undici/lib/dispatcher/client.js" {
  import type { Client } from "undici";
  const ClientClass: typeof Client;
  export default ClientClass;
}
declare module "undici/lib/dispatcher/env-http-proxy-agent.js" {
  import type { EnvHttpProxyAgent } from "undici";
  const AgentClass: typeof EnvHttpProxyAgent;
  export default AgentClass;
}
/** What `import "undici"` would add to every dispatcher. `ProxyAgent` needs it of the client that it opens tunnels with. */
declare module "undici/lib/api/api-connect.js" {
  import type { Dispatcher } from "undici";
  const connect: Dispatcher["connect"];
  export default connect;
}
