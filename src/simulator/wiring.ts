import { Actions } from "./actions.js";
import { Answers } from "./answers.js";
import { ApiErrors } from "./api-error.js";
import { Auth } from "./auth.js";
import { endpoints } from "./endpoints.js";
import { Engine } from "./engine.js";
import { Faults } from "./faults.js";
import { HttpServer } from "./http-server.js";
import { Inventory } from "./inventory.js";
import { Listeners } from "./listeners.js";
import type { Permissions } from "./options.js";
import { OcpProcess } from "./ocp-process.js";
import { Others } from "./others.js";
import { Plans } from "./plans.js";
import { Random } from "./random.js";
import { RateLimit } from "./rate-limit.js";
import type { ResolvedOptions } from "./resolve-options.js";
import { Router } from "./router.js";
import { Service } from "./service.js";
import { Submissions } from "./submissions.js";
import { LogWriter } from "./subtask-log.js";
import { TaskJson } from "./task-json.js";
import { TaskTampering } from "./task-tampering.js";
import { formatInstant } from "./time.js";

/** What a simulator is made of. */
export interface Parts {
  readonly inventory: Inventory;
  readonly plans: Plans;
  readonly submissions: Submissions;
  readonly actions: Actions;
  readonly engine: Engine;
  readonly auth: Auth;
  readonly faults: Faults;
  readonly server: HttpServer;
  readonly process: OcpProcess;
  /** Of the user that requests come from; asked at each. */
  readonly rights: { permissions: Permissions };
  readonly others: Others;
  readonly tampering: TaskTampering;
  /** Of requests that have been received, before anything is done about them. */
  readonly arrivals: Listeners;
  /** Of requests that have been answered, or cut. */
  readonly answers: Listeners;
}

/** Puts the parts together; only here. */
export function assemble(options: ResolvedOptions): Parts {
  const { clock, traits, utcOffsetMinutes } = options;
  const errors = new ApiErrors(traits);
  const answers = new Answers(clock, utcOffsetMinutes);
  const rights = { permissions: options.permissions };
  const random = new Random(options.seed);
  const inventory = new Inventory(clock);
  const plans = new Plans(options.tickLengthMs);
  const faults = new Faults();
  const submissions = new Submissions(inventory, plans, errors, options);
  const actions = new Actions(submissions.tasks, inventory, errors);
  const engine = new Engine(submissions.tasks, inventory, new LogWriter(utcOffsetMinutes), options);
  const known = { accessKeysKnown: traits.accessKeys, clock };
  const auth = new Auth(answers, random, known, options.credentials, options.accessKeys);
  const routes = endpoints({
    traits,
    errors,
    inventory,
    submissions,
    actions,
    maxPageSize: options.maxPageSize,
    taskJson: new TaskJson(traits, utcOffsetMinutes, random),
    instant: (time) => formatInstant(time, utcOffsetMinutes),
    now: clock,
  });
  const service = new Service(new Router(routes), auth, answers, errors, {
    permissions: () => rights.permissions,
    rateLimit: rateLimitOf(options),
    onObserve: () => {
      if (options.engine.kind === "poll") engine.tick();
    },
  });
  const listeners = { arrivals: new Listeners(), answers: new Listeners() };
  listeners.answers.add(options.onRequest);
  const server = new HttpServer(service, answers, faults, random, {
    ...options,
    onArrival: (request) => {
      listeners.arrivals.tell(request);
    },
    onRequest: (request) => {
      listeners.answers.tell(request);
    },
  });
  for (const cluster of options.clusters) inventory.add(cluster);

  const process = new OcpProcess(server, engine, options);
  const others = new Others(submissions, inventory, options);
  const tampering = new TaskTampering(submissions.tasks);
  const ocp = { inventory, plans, submissions, actions, engine, auth, rights, faults, server, process };
  return { ...ocp, others, tampering, ...listeners };
}

function rateLimitOf({ clock, rateLimit }: ResolvedOptions): RateLimit | undefined {
  return rateLimit === undefined ? undefined : new RateLimit(rateLimit.limit, rateLimit.windowSeconds, clock);
}
