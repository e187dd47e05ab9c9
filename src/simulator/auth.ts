import { type Answer, type Answers, type Exchange, header } from "./answers.js";
import type { User } from "./model.js";
import type { AccessKey, Credentials } from "./options.js";
import type { Random } from "./random.js";
import { ACCESS_KEY_SCHEME, readAccessKeyHeader, signatureFault } from "./signature.js";

export interface AuthSettings {
  readonly accessKeysKnown: boolean;
  readonly clock: () => number;
}

/** Who may be asking, and which cookies the answer sets. */
export type Identity =
  | { readonly kind: "user"; readonly user: User; readonly cookies: readonly string[] }
  | { readonly kind: "anonymous"; readonly cookies: readonly string[] }
  | { readonly kind: "refused"; readonly answer: Answer; readonly cookies: readonly string[] };

const ADMIN_ID = 100;
const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS", "TRACE"]);

/** The security layer as seen in ocp-express, with signed requests as OCP documents them. */
export class Auth {
  private readonly sessions = new Map<string, User>();
  credentials: Credentials;
  accessKeys: readonly AccessKey[];
  /** After too many wrong logins in the console: right credentials are refused too, without a word of it. */
  accountLocked = false;

  constructor(
    private readonly answers: Answers,
    private readonly random: Random,
    private readonly settings: AuthSettings,
    credentials: Credentials,
    accessKeys: readonly AccessKey[],
  ) {
    this.credentials = credentials;
    this.accessKeys = accessKeys;
  }

  /** Whether the request's cookie alone would do. */
  hasSession(exchange: Exchange): boolean {
    return this.session(exchange) !== undefined;
  }

  identify(exchange: Exchange, isPublic: boolean): Identity {
    const authorization = header(exchange, "authorization");
    const cookies = this.csrfCookies(exchange);
    const refused = (answer: Answer): Identity => ({ kind: "refused", answer, cookies });
    const user = this.session(exchange);

    // The CSRF check comes first, which is why a POST without credentials gets a redirect instead of a 401.
    if (!SAFE_METHODS.has(exchange.method) && !this.isExemptFromCsrf(authorization) && !hasCsrfToken(exchange)) {
      return refused(user === undefined ? this.answers.toLogin(exchange) : this.answers.indexPage());
    }

    if (user !== undefined) {
      // A session wins over credentials, also over wrong ones.
      return { kind: "user", user, cookies };
    }
    if (authorization !== undefined && /^basic /i.test(authorization)) {
      const fault = this.basicFault(authorization);
      return fault === undefined
        ? this.admit(this.credentials.username, cookies)
        : refused(this.answers.security(exchange, 401, fault, fault));
    }
    if (this.settings.accessKeysKnown && authorization?.startsWith(ACCESS_KEY_SCHEME) === true) {
      const fault = this.accessKeyFault(exchange, authorization);
      return fault === undefined
        ? this.admit(this.credentials.username, cookies)
        : refused(this.answers.security(exchange, 401, fault, fault));
    }
    if (isPublic) return { kind: "anonymous", cookies };

    return {
      kind: "refused",
      answer: this.answers.notLoggedIn(exchange),
      cookies: [...cookies, this.strangersCookie()],
    };
  }

  /** Every answer to a request without a CSRF token brings one. */
  csrfCookies(exchange: Exchange): readonly string[] {
    return readCookies(exchange).has("XSRF-TOKEN") ? [] : [`XSRF-TOKEN=${this.random.uuid()}; Path=/`];
  }

  /** A cookie that stands for nobody, as refused strangers get one. */
  strangersCookie(): string {
    return this.sessionCookie(undefined);
  }

  private session(exchange: Exchange): User | undefined {
    return this.sessions.get(readCookies(exchange).get("JSESSIONID") ?? "");
  }

  private admit(name: string, cookies: readonly string[]): Identity {
    const user = { id: ADMIN_ID, name };
    return { kind: "user", user, cookies: [...cookies, this.sessionCookie(user)] };
  }

  private sessionCookie(user: User | undefined): string {
    const id = this.random.hex(32).toUpperCase();
    if (user !== undefined) this.sessions.set(id, user);

    return `JSESSIONID=${id}; Path=/; HttpOnly`;
  }

  /** Exempt by the exact spelling of the scheme: `basic` is not. */
  private isExemptFromCsrf(authorization: string | undefined): boolean {
    return (
      authorization !== undefined &&
      (authorization.startsWith("Basic ") ||
        (this.settings.accessKeysKnown && authorization.startsWith(ACCESS_KEY_SCHEME)))
    );
  }

  private basicFault(authorization: string): string | undefined {
    const token = authorization.slice("Basic ".length).trim();
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(token)) return "Failed to decode basic authentication token";

    const decoded = Buffer.from(token, "base64").toString("utf8");
    const colon = decoded.indexOf(":");
    if (colon < 0) return "Invalid basic authentication token";

    const username = decoded.slice(0, colon);
    if (username !== this.credentials.username || this.accountLocked) return username;

    const right = decoded.slice(colon + 1) === this.credentials.password;
    return right && authorization.startsWith("Basic ") ? undefined : "Bad credentials";
  }

  /** What OCP says about a wrong signature is not documented: 401, as for a wrong password, is assumed. */
  private accessKeyFault(exchange: Exchange, authorization: string): string | undefined {
    const given = readAccessKeyHeader(authorization);
    const key = this.accessKeys.find(({ id }) => id === given?.id);
    if (given === undefined || key === undefined) return "Access key does not exist";

    const request = {
      method: exchange.method,
      target: exchange.target,
      body: exchange.body,
      contentType: header(exchange, "content-type") ?? "",
      host: header(exchange, "host") ?? "",
      date: header(exchange, "date") ?? header(exchange, "x-ocp-date") ?? "",
      headers: exchange.rawHeaders,
    };
    return signatureFault(request, given.signature, key.secret, this.settings.clock());
  }
}

function hasCsrfToken(exchange: Exchange): boolean {
  const token = readCookies(exchange).get("XSRF-TOKEN");
  return token !== undefined && token !== "" && header(exchange, "x-xsrf-token") === token;
}

function readCookies(exchange: Exchange): ReadonlyMap<string, string> {
  const pairs = (header(exchange, "cookie") ?? "").split(";").map((pair) => pair.trim().split("="));
  return new Map(pairs.map(([name = "", ...value]) => [name, value.join("=")]));
}
