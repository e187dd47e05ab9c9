import type { Answer, Answers, Exchange } from "./answers.js";
import { ApiError } from "./api-error.js";
import type { FaultAction } from "./faults.js";
import type { RecordedRequest } from "./recorder.js";
import { TOO_MANY_REQUESTS } from "./rate-limit.js";
import type { Reply } from "./reply.js";
import type { Service } from "./service.js";

export interface Situation {
  readonly exchange: Exchange;
  readonly record: RecordedRequest;
  readonly reply: Reply;
  readonly answers: Answers;
  readonly service: Service;
  /** Processes the request, or another one in its place; what OCP would say. */
  readonly answer: (instead?: Exchange) => Answer;
  /** Resolves to false where the server ends meanwhile. */
  readonly pause: (ms: number | undefined) => Promise<boolean>;
}

/** Does to a request what a fault says; see {@link FaultAction}. */
export async function misbehave(fault: FaultAction, situation: Situation): Promise<void> {
  const { exchange, record, reply, answers, service, answer, pause } = situation;
  switch (fault.kind) {
    case "answer": {
      const { body = "" } = fault;
      const headers = { "Content-Type": "application/json", ...fault.headers };
      reply.send(
        answerOf(fault.status, typeof body === "string" ? body : JSON.stringify(body), Object.entries(headers)),
      );
      return;
    }
    case "error": {
      const message = fault.message ?? "simulated error";
      reply.send(answers.error(exchange, new ApiError(fault.status, fault.code, { en: message, zh: message })));
      return;
    }
    case "html":
      reply.send(answers.indexPage());
      return;
    case "empty":
      reply.send(answerOf(200, "", [["Content-Type", "application/json"]]));
      return;
    case "truncated": {
      const told = answer();
      reply.send({ ...told, body: told.body.slice(0, told.body.length / 2) });
      return;
    }
    case "cut":
      reply.sendHalf(answer());
      return;
    case "reset":
      reply.cut();
      return;
    case "lostAnswer":
      answer();
      reply.cut();
      return;
    case "hang": {
      const whole = pause(fault.ms);
      if (fault.until === undefined ? await whole : await Promise.race([whole, fault.until.then(() => true)])) {
        reply.send(answer());
      }

      return;
    }
    case "slow": {
      const told = answer();
      if (await pause(fault.ms)) reply.send(told);

      return;
    }
    case "tooManyRequests": {
      const told = answers.security(exchange, 429, TOO_MANY_REQUESTS);
      const headers: Answer["headers"] = [
        ["RateLimit-Limit", "10"],
        ["RateLimit-Remaining", "0"],
        ["RateLimit-Reset", String(fault.resetSeconds ?? 1)],
        ...(fault.retryAfter === undefined ? [] : [["Retry-After", String(fault.retryAfter)] as const]),
      ];
      reply.send({ ...told, headers: [...headers, ...told.headers] });
      return;
    }
    case "metadbOutage":
      reply.send(service.answerWithoutDatabase(exchange));
      return;
    case "redirect":
      reply.send(fault.location === undefined ? answers.toLogin(exchange) : answers.redirect(fault.location));
      return;
    case "rewrite": {
      const told = answer();
      reply.send({ ...told, body: JSON.stringify(fault.change(JSON.parse(told.body) as unknown, record)) });
      return;
    }
    case "misread":
      reply.send(answer({ ...exchange, query: misread(exchange.query, fault.query) }));
      return;
    case "meanwhile":
      fault.happens(record);
      reply.send(answer());
      return;
    case "raw":
      reply.sendRaw(fault.bytes);
      return;
  }
}

function misread(query: URLSearchParams, change: Readonly<Record<string, string | undefined>>): Exchange["query"] {
  const all: Readonly<Record<string, string | undefined>> = { ...Object.fromEntries(query), ...change };
  const left = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  return new URLSearchParams(Object.fromEntries(left));
}

function answerOf(status: number, body: string, headers: Answer["headers"]): Answer {
  return { status, headers, body, framing: "length" };
}
