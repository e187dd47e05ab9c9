import { isIP } from "node:net";

/** Whether a host of a URL is this very machine: `localhost` and names below it (RFC 6761), 127.0.0.0/8, `::1`. */
export function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (isIP(host) === 0) return /(^|\.)localhost\.?$/.test(host);
  // A URL's parser writes what maps ::ffff:127.0.0.1 in hexadecimal.
  return /^127\./.test(host) || host === "::1" || /^::ffff:7f[0-9a-f]{2}:/.test(host);
}
