/** Requests per window, as OCP's throttling counts them: allowed answers tell what is left, refused ones are 429. */
export class RateLimit {
  private windowStart = -Infinity;
  private used = 0;

  constructor(
    private readonly limit: number,
    private readonly windowSeconds: number,
    private readonly clock: () => number,
  ) {}

  take(): { readonly allowed: boolean; readonly headers: readonly (readonly [string, string])[] } {
    const now = this.clock();
    const windowMs = this.windowSeconds * 1000;
    if (now - this.windowStart >= windowMs) {
      this.windowStart = now;
      this.used = 0;
    }
    this.used += 1;
    const reset = Math.max(1, Math.ceil((this.windowStart + windowMs - now) / 1000));
    return {
      allowed: this.used <= this.limit,
      headers: [
        ["RateLimit-Limit", String(this.limit)],
        ["RateLimit-Remaining", String(Math.max(0, this.limit - this.used))],
        ["RateLimit-Reset", String(reset)],
      ],
    };
  }
}

/** The only complete error body that OCP's documentation shows. */
export const TOO_MANY_REQUESTS =
  "Excessive number of requests. You have exceeded the request limit for the current throttling window.";
