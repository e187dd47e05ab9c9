import { connect, createServer, type Server, type Socket } from "node:net";
import type { Random } from "./random.js";

/** What happens to a connection. `answer`: to what comes back, so that the request may have taken effect. */
export type Trouble =
  | { readonly kind: "none" }
  | { readonly kind: "refused" }
  | { readonly kind: "delayed"; readonly ms: number }
  | { readonly kind: "answerLost" }
  | { readonly kind: "answerCut"; readonly bytes: number }
  | { readonly kind: "answerDelayed"; readonly ms: number };

/** A proxy of TCP connections that stands between the hooks and OCP, and does what networks do. */
export class BadNetwork {
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;
  /** How likely trouble is, per connection. */
  badness = 0;
  readonly told: string[] = [];

  private constructor(
    private readonly target: number,
    private readonly random: Random,
  ) {
    this.server = createServer((client) => {
      this.serve(client);
    });
  }

  static async between(target: number, random: Random): Promise<BadNetwork> {
    const network = new BadNetwork(target, random);
    await new Promise<void>((resolve) => network.server.listen(0, "127.0.0.1", resolve));
    return network;
  }

  get url(): string {
    const address = this.server.address();
    if (address === null || typeof address === "string") throw new Error("the network is down");
    return `http://127.0.0.1:${address.port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private serve(client: Socket): void {
    const trouble = this.draw();
    if (trouble.kind !== "none") this.told.push(trouble.kind);
    this.keep(client);
    if (trouble.kind === "refused") {
      client.destroy();
      return;
    }
    const ocp = connect(this.target, "127.0.0.1");
    this.keep(ocp);
    const end = (): void => {
      client.destroy();
      ocp.destroy();
    };
    client.on("close", end);
    ocp.on("close", () => {
      client.end();
    });
    client.on("data", (bytes) => {
      later(trouble.kind === "delayed" ? trouble.ms : 0, () => ocp.write(bytes));
    });
    let left = trouble.kind === "answerCut" ? trouble.bytes : Infinity;
    ocp.on("data", (bytes: Buffer) => {
      if (trouble.kind === "answerLost") {
        end();
        return;
      }
      const part = bytes.subarray(0, Math.min(bytes.length, left));
      left -= part.length;
      later(trouble.kind === "answerDelayed" ? trouble.ms : 0, () => {
        client.write(part);
        if (left <= 0) end();
      });
    });
  }

  private draw(): Trouble {
    const { random } = this;
    if (!random.chance(this.badness)) return { kind: "none" };
    const ms = 10 + random.below(120);
    return random.of<Trouble>([
      { kind: "refused" },
      { kind: "delayed", ms },
      { kind: "answerLost" },
      { kind: "answerCut", bytes: 1 + random.below(900) },
      { kind: "answerDelayed", ms },
    ]);
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.sockets.delete(socket));
  }
}

function later(ms: number, does: () => unknown): void {
  if (ms === 0) does();
  else setTimeout(does, ms);
}
