import type { RecordedRequest } from "./recorder.js";

/** Who wants to hear of requests: for good, or once. */
export class Listeners {
  private readonly all = new Set<(request: RecordedRequest) => void>();

  add(listener: (request: RecordedRequest) => void): void {
    this.all.add(listener);
  }

  tell(request: RecordedRequest): void {
    for (const listener of [...this.all]) listener(request);
  }

  /** Resolves with the next request that matches. */
  next(matches: (request: RecordedRequest) => boolean = () => true): Promise<RecordedRequest> {
    return new Promise((resolve) => {
      const listener = (request: RecordedRequest): void => {
        if (matches(request)) {
          this.all.delete(listener);
          resolve(request);
        }
      };
      this.all.add(listener);
    });
  }
}
