import type { Engine } from "./engine.js";
import type { HttpServer } from "./http-server.js";
import type { Outage, Start } from "./options.js";
import type { ResolvedOptions } from "./resolve-options.js";

/** The program that answers and works: on one port for as long as the simulator lives, and not always there. */
export class OcpProcess {
  private port = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly server: HttpServer,
    private readonly engine: Engine,
    private readonly options: ResolvedOptions,
  ) {}

  /** For the first time: chooses the port, and sets the engine going. */
  async start(): Promise<void> {
    const { engine, port, unref } = this.options;
    this.port = await this.server.listen(port);
    if (engine.kind !== "timer") return;
    this.timer = setInterval(() => {
      this.engine.tick();
    }, engine.tickMs);
    if (unref) this.timer.unref();
  }

  /** For good. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.server.close();
  }

  get url(): string {
    const { host, https, pathPrefix } = this.options;
    const authority = host.includes(":") ? `[${host}]` : host;
    return `${https === undefined ? "http" : "https"}://${authority}:${this.port}${pathPrefix}`;
  }

  async down({ manner = "kill" }: Outage): Promise<void> {
    this.engine.halt(manner);
    await this.server.close();
  }

  async up({ engineDelayTicks = 0 }: Start): Promise<void> {
    await this.server.listen(this.port);
    this.engine.resume(engineDelayTicks);
  }
}
