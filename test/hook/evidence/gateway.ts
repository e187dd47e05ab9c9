import http from "node:http";
import type { AddressInfo } from "node:net";
import type { Simulator } from "../../../src/simulator/index.js";

/** A proxy, or a gateway, between hooks and simulators. */
export interface Gateway {
  /** `http://127.0.0.1:40123` */
  readonly url: string;
  /** How many requests came. */
  readonly requests: number;
  stop(): Promise<void>;
}

/** Passes every request on to the simulator that `route` chooses, whatever host it names. */
export async function startGateway(route: (request: http.IncomingMessage) => Simulator): Promise<Gateway> {
  let requests = 0;
  const server = http.createServer((request, response) => {
    requests += 1;
    const { pathname, search } = new URL(request.url ?? "/", "http://gateway");
    const passedOn = http.request(
      new URL(pathname + search, route(request).url),
      { method: request.method, headers: request.headers, agent: false },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    passedOn.on("error", () => response.destroy());
    request.pipe(passedOn);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get requests() {
      return requests;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** Reads the password of HTTP Basic. */
export function passwordOf(request: http.IncomingMessage): string {
  const encoded = (request.headers.authorization ?? "").replace(/^Basic /, "");
  return Buffer.from(encoded, "base64")
    .toString("utf8")
    .replace(/^[^:]*:/, "");
}
