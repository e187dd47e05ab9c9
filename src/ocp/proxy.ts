import { BlockList, isIP, isIPv6 } from "node:net";
import type { Client, Dispatcher } from "undici";
import UndiciClient from "undici/lib/dispatcher/client.js";
import type { BaseUrl } from "./base-url.js";
import { OcpConfigError } from "./errors.js";
import { harmlessUrl, hidesCredentials } from "./harmless-url.js";
import { isLoopback } from "./loopback.js";

/** Variables as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface Proxy {
  /** The variable that names it. */
  readonly variable: string;
  readonly url: string;
  readonly noProxy: string;
}

/**
 * The proxy that the environment names for this URL, as curl and Go read it: `HTTPS_PROXY` for https, `HTTP_PROXY` for
 * http, lower case first. OCP on this machine is never asked by way of a proxy, as Go and so Terraform itself hold it: there
 * the proxy would reach its own machine. An empty variable counts as one that is not set: some set one spelling and empty the other.
 * What either spelling of `NO_PROXY` excludes is excluded, so that nothing goes where somebody did not want it.
 *
 * @throws OcpConfigError where the proxy is no http(s) URL
 */
export function proxyFor(target: BaseUrl, env: Environment): Proxy | undefined {
  const url = new URL(target.origin);
  const { hostname } = url;
  if (isLoopback(hostname)) return undefined;
  const upper = target.secure ? "HTTPS_PROXY" : "HTTP_PROXY";
  const variable = [upper.toLowerCase(), upper].find((name) => (env[name] ?? "").trim() !== "");
  if (variable === undefined) return undefined;
  const entries = ["no_proxy", "NO_PROXY"]
    .flatMap((name) => (env[name] ?? "").split(/[,\s"']+/))
    .filter((entry) => entry !== "");
  if (entries.includes("*")) return undefined;
  if (isInRange(hostname, entries) || entries.some((entry) => isExcepted(url, entry))) return undefined;
  return {
    variable,
    url: checkProxyUrl(variable, (env[variable] ?? "").trim()),
    noProxy: entries.map((entry) => (isIPv6(entry) ? `[${entry}]` : entry)).join(","),
  };
}

function checkProxyUrl(variable: string, text: string): string {
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const usable = /^https?:\/\//i.test(url) && URL.canParse(url) && isDecodable(url);
  if (usable && !hidesCredentials(url)) return url;
  const shown = harmlessUrl(text);
  throw new OcpConfigError(
    shown === undefined
      ? `${variable} is no URL of an HTTP proxy, and may hold a password, so it is not repeated here; write it like http://proxy.example.com:3128, with what is special in a password percent-encoded (“@” as %40, “/” as %2F), or unset it.`
      : `${variable} is “${shown}”, which is no URL of an HTTP proxy; write it like http://proxy.example.com:3128 or unset it.`,
  );
}

/** undici decodes user name and password of a proxy. */
function isDecodable(url: string): boolean {
  try {
    const { username, password } = new URL(url);
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

/** A name excepts what is below it too, with whatever dots it is written; a port narrows it. */
function isExcepted({ hostname, port, protocol }: URL, entry: string): boolean {
  const host = entry.replace(/^[a-z][a-z0-9+.-]*:\/\//i, "").replace(/^\*?\.|\/$/g, "");
  const text = `${protocol}//${isIPv6(host) ? `[${host}]` : host}`;
  if (host === "" || !URL.canParse(text)) return false;
  // The parser writes a name, an address and a port as it writes OCP's.
  const excepted = new URL(text);
  const isNarrowed = !isIPv6(host) && /:\d+$/.test(host);
  if (isNarrowed && excepted.port !== port) return false;
  const [asked, name] = [hostname, excepted.hostname].map((each) => each.replace(/\.$/, ""));
  return name !== undefined && name !== "" && (asked === name || asked?.endsWith(`.${name}`) === true);
}

function isInRange(hostname: string, entries: readonly string[]): boolean {
  const address = hostname.replace(/^\[|\]$/g, "");
  const family = isIP(address);
  if (family === 0) return false;
  const ranges = new BlockList();
  for (const entry of entries) {
    const [network, bits, rest] = entry.split("/");
    const entryFamily = isIP(network ?? "");
    if (network === undefined || bits === undefined || rest !== undefined || entryFamily === 0) continue;
    if (!/^\d{1,3}$/.test(bits) || Number(bits) > (entryFamily === 4 ? 32 : 128)) continue;
    ranges.addSubnet(network, Number(bits), entryFamily === 4 ? "ipv4" : "ipv6");
  }
  return ranges.check(address, family === 4 ? "ipv4" : "ipv6");
}

/**
 * A dispatcher that goes through the proxy: https in a tunnel, http in absolute form, since many proxies refuse tunnels
 * to ports other than 443. Loaded here and not above, because few hooks need it and it costs start-up time.
 */
export async function openThroughProxy(
  proxy: Proxy,
  options: Client.Options,
  onConnectError: (error: Error) => void,
): Promise<Dispatcher> {
  const { default: EnvHttpProxyAgent } = await import("undici/lib/dispatcher/env-http-proxy-agent.js");
  const { default: connect } = await import("undici/lib/api/api-connect.js");
  const agentOptions = {
    ...options,
    httpProxy: proxy.url,
    httpsProxy: proxy.url,
    noProxy: proxy.noProxy,
    proxyTunnel: false,
    ...(typeof options.connect === "object" && { requestTls: options.connect }),
    clientFactory: (origin: URL, clientOptions: object) =>
      Object.assign(new UndiciClient(origin, clientOptions), { connect }),
    // One client per origin, so that a failed connection can be told: undici itself would connect again without end
    // when a proxy accepts and hangs up.
    factory: (origin: string | URL, clientOptions: object) => {
      const client = new UndiciClient(origin, clientOptions);
      client.on("connectionError", (_origin, _targets, error) => {
        onConnectError(error);
      });
      return client;
    },
  };
  return new EnvHttpProxyAgent(agentOptions);
}
