import http from "node:http";
import type { AddressInfo } from "node:net";

/** Holds whoever comes until so many have come, and the test lets them go where it wants to; later ones pass. */
export class Barrier {
  private readonly waiting: (() => void)[] = [];
  private come = 0;

  constructor(
    private readonly parties: number,
    private readonly opens: "when all have come" | "by hand" = "when all have come",
  ) {}

  get allHaveCome(): boolean {
    return this.come >= this.parties;
  }

  open(): void {
    for (const release of this.waiting) release();
  }

  async pass(): Promise<void> {
    this.come += 1;
    if (this.come > this.parties) return;
    const released = new Promise<void>((resolve) => this.waiting.push(resolve));
    if (this.allHaveCome && this.opens === "when all have come") this.open();
    return released;
  }
}

export interface Gate {
  /** As `OCP_URL`, or as `HTTP_PROXY` of an OCP elsewhere: OCP on this machine is asked by no proxy. */
  readonly url: string;
  close(): void;
}

/**
 * A gateway, or an HTTP proxy, before OCP at which hooks that look at the tasks wait for one another, so that what depends on their
 * coming together does not depend on how busy the machine is. `route`: the OCP that a request goes to.
 */
export async function startGate(barrier: Barrier, route: (request: http.IncomingMessage) => string): Promise<Gate> {
  const server = http.createServer((request, response) => {
    const forward = (): void => {
      const asked = new URL(request.url ?? "", "http://gate");
      const target = new URL(`${asked.pathname}${asked.search}`, route(request));
      const { method = "GET", headers } = request;
      const upstream = http.request(target, { method, headers, agent: false }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
        answer.on("error", () => response.destroy());
      });
      // A connection that breaks on the other side breaks on this one.
      upstream.on("error", () => response.destroy());
      response.on("close", () => upstream.destroy());
      request.pipe(upstream);
    };
    if (new URL(request.url ?? "", "http://gate").pathname.endsWith("/tasks/instances")) {
      void barrier.pass().then(forward);
    } else {
      forward();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
