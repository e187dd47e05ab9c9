import { type Answer, type Answers, type Exchange, header } from "./answers.js";
import { ApiError, type ApiErrors } from "./api-error.js";
import type { Auth } from "./auth.js";
import type { User } from "./model.js";
import type { Permissions } from "./options.js";
import { type RateLimit, TOO_MANY_REQUESTS } from "./rate-limit.js";
import type { Call, Result, Route, Router } from "./router.js";

export interface ServiceSettings {
  readonly permissions: () => Permissions;
  readonly rateLimit: RateLimit | undefined;
  /** Called before an answer that tells about tasks or clusters. */
  readonly onObserve: () => void;
}

/** From a request to OCP's answer: firewall, security, routing, permissions, handler. Knows no sockets. */
export class Service {
  constructor(
    private readonly router: Router,
    private readonly auth: Auth,
    private readonly answers: Answers,
    private readonly errors: ApiErrors,
    private readonly settings: ServiceSettings,
  ) {}

  answer(exchange: Exchange): Answer {
    return this.refusedByContainer(exchange) ?? this.secured(exchange);
  }

  /** OCP's database is away: nobody's password can be checked, and no controller can work (seen in ocp-express). */
  answerWithoutDatabase(exchange: Exchange): Answer {
    const trouble =
      "Could not open JPA EntityManager for transaction; nested exception is org.hibernate.TransactionException: JDBC begin transaction failed: ";
    const match = this.router.match(exchange.method, exchange.path);
    const isPublic = match.kind === "found" && match.route.isPublic === true;
    if (isPublic && header(exchange, "authorization") === undefined) return this.answer(exchange);

    const answer = this.auth.hasSession(exchange)
      ? this.answers.error(exchange, this.errors.unhandled("CannotCreateTransactionException", trouble))
      : this.answers.security(exchange, 401, trouble, trouble);
    return withCookies(answer, this.auth.csrfCookies(exchange));
  }

  private refusedByContainer(exchange: Exchange): Answer | undefined {
    if (/%2f|%(?![0-9a-f]{2})/i.test(exchange.path)) return this.answers.container(400);

    if (/\/\/|;|\/\.\.?(\/|$)/.test(exchange.path)) return this.answers.firewall(exchange, this.auth.strangersCookie());

    if (exchange.method === "TRACE") {
      return this.answers.container(405, [["Allow", "HEAD, DELETE, POST, GET, OPTIONS, PUT"]]);
    }

    return undefined;
  }

  private secured(exchange: Exchange): Answer {
    const match = this.router.match(exchange.method, exchange.path);
    const inApi = exchange.path.startsWith("/api/");
    const isPublic = !inApi || (match.kind === "found" && match.route.isPublic === true);
    const identity = this.auth.identify(exchange, isPublic);
    if (identity.kind === "refused") return withCookies(identity.answer, identity.cookies);

    if (!inApi) {
      return identity.kind === "anonymous" && exchange.path !== "/login"
        ? withCookies(this.answers.toLogin(exchange), [
            ...identity.cookies,
            this.auth.strangersCookie(),
            `callback=${exchange.path}; Path=/`,
          ])
        : withCookies(this.answers.indexPage(), identity.cookies);
    }
    const limited = identity.kind === "user" ? this.settings.rateLimit?.take() : undefined;
    if (limited?.allowed === false) {
      const answer = this.answers.security(exchange, 429, TOO_MANY_REQUESTS);
      return withCookies({ ...answer, headers: [...limited.headers, ...answer.headers] }, identity.cookies);
    }
    const user = identity.kind === "user" ? identity.user : ANONYMOUS;
    const answer = this.routed(exchange, match, user);
    return withCookies({ ...answer, headers: [...(limited?.headers ?? []), ...answer.headers] }, identity.cookies);
  }

  private routed(exchange: Exchange, match: ReturnType<Router["match"]>, user: User): Answer {
    switch (match.kind) {
      case "unknown":
        return this.answers.indexPage([
          ["Vary", "origin,access-control-request-method,access-control-request-headers,accept-encoding"],
        ]);
      case "wrongMethod":
        return exchange.method === "OPTIONS"
          ? this.answers.options(`${match.allow.replace("GET", "GET,HEAD")},OPTIONS`)
          : this.answers.indexPage([["Allow", match.allow]]);
      case "found":
        return this.handled(match.route, { exchange, user, variables: match.variables });
    }
  }

  private handled(route: Route, call: Call): Answer {
    const { exchange } = call;
    if (!acceptsJson(exchange)) return this.answers.indexPage();

    if (route.takesJson === true && !/^application\/json\b/i.test(header(exchange, "content-type") ?? "")) {
      return this.answers.indexPage([["Accept", "application/json"]]);
    }

    if (route.observes === true) this.settings.onObserve();

    try {
      if (route.permission !== undefined && this.settings.permissions()[route.permission] === false) {
        throw this.errors.notPermitted();
      }

      return this.told(exchange, route.handle(call));
    } catch (error) {
      if (error instanceof ApiError) return this.answers.error(exchange, error);

      throw error;
    }
  }

  private told(exchange: Exchange, result: Result): Answer {
    switch (result.kind) {
      case "data":
        return this.answers.data(exchange, result.data);
      case "bare":
        return this.answers.bare(result.value);
      case "text":
        return this.answers.text(result.text);
    }
  }
}

const ANONYMOUS: User = { id: 0, name: "anonymous" };

function withCookies(answer: Answer, cookies: readonly string[]): Answer {
  return { ...answer, headers: [...cookies.map((cookie) => ["Set-Cookie", cookie] as const), ...answer.headers] };
}

function acceptsJson(exchange: Exchange): boolean {
  const accept = header(exchange, "accept");
  return accept === undefined || /\*\/\*|application\/(\*|json)/i.test(accept);
}
