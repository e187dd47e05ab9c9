import type { Socket } from "node:net";
import { OcpConfigError, OcpError } from "../../ocp/errors.js";
import type { Cluster, OcpId, OcpVersion } from "../../ocp/model.js";
import { isClusterLock } from "../decide/refusals.js";
import { HookFailure } from "../tell/failure.js";
import { Bell } from "./bell.js";
import { type AskVersion, canSkipHosts, type CourierTools, deleteObproxies, type Dispatch } from "./courier.js";
import { maySpeakFor, type Member } from "./member.js";
import {
  detailsOf,
  type FollowerSays,
  type LeaderSays,
  LONGEST_OF_FOLLOWER,
  readFollower,
} from "./meeting-messages.js";
import { type Arrival, encode, onMessages, sendTo } from "./meeting-place.js";
import { LOOK_MS, type Patience, STARTED_AT_ONCE } from "./patience.js";
import type { SeeStarted, Started } from "./started.js";
import type { Clock } from "../patience/clock.js";
import { DeadlinePassed } from "../patience/deadline.js";

/** One that has connected, and how far it has come. */
type Guest =
  | { readonly state: "arrived" }
  | { readonly state: "joined" | "counted" | "here"; readonly member: Member }
  /** It has been told to go on alone. */
  | { readonly state: "dismissed" };

export interface LeadingOptions {
  readonly place: Extract<Arrival, { role: "leader" }>;
  readonly own: Member;
  /** The cluster as this hook has just seen it: it speaks for nobody whose object is not in it. */
  readonly saw: Cluster;
  readonly tools: CourierTools;
  readonly version: AskVersion;
  readonly clock: Clock;
  readonly patience: Patience;
  readonly started: SeeStarted;
}

/**
 * Gathers the hooks of one cluster's OBProxies, sends one call for those that are still there at that moment, and passes
 * on how its task goes. An open connection is an intent, so that a killed hook leaves none behind; an answer to the
 * count proves that a hook is neither killed nor stopped.
 */
export class Leading {
  private readonly guests = new Map<Socket, Guest>();
  private readonly answers = new Bell();
  /** When somebody has come, or was seen on his way. */
  private lastSign: number;
  private hooks: string | undefined;
  private gathering = true;

  constructor(private readonly options: LeadingOptions) {
    this.lastSign = options.clock.now();
    options.place.server.on("connection", (socket) => {
      this.welcome(socket);
    });
  }

  async send(): Promise<Dispatch | "alone"> {
    const { tools, own, version } = this.options;
    let members: readonly Member[] = [];
    try {
      const told = await this.gather(version());
      if (told === "late") {
        this.dismiss(() => true);
        return "alone";
      }
      if (!canSkipHosts(told.version)) this.dismiss((guest) => wantsHostSkipped(guest));
      members = await this.count();
      const requested = [own, ...members].map(({ sight: { obproxyId }, skipHostOperation }) => ({
        obproxyId,
        skipHostOperation,
      }));
      const dispatch = await deleteObproxies(tools, told.version, own.sight.clusterId, requested);
      this.tell({ says: "sent", ...dispatch, sentBy: own.sight.obproxyId });
      return dispatch;
    } catch (error) {
      return this.digest(error, members.length > 0);
    }
  }

  /** To all that are in the call. */
  tell(message: LeaderSays): void {
    this.tellThose((guest) => guest.state === "here", message);
  }

  close(): void {
    if (this.gathering) this.options.place.leave();
    for (const socket of this.guests.keys()) socket.end();
  }

  /** Asks for OCP's version meanwhile. `late`: OCP does not tell, and the others have waited long enough. */
  private async gather(
    asked: Promise<OcpVersion | undefined>,
  ): Promise<{ readonly version: OcpVersion | undefined } | "late"> {
    const { clock, patience, started, tools } = this.options;
    // Its failure is met below; until then nobody looks at it.
    asked.catch(() => undefined);
    const end = clock.now() + patience.longestMs;
    for (;;) {
      const missing = this.missing();
      if (missing === "nobody") break;
      const seen = started();
      const onTheWay = seen !== undefined && this.seesOnTheWay(seen);
      if (seen?.isFull === true && !onTheWay) break;
      const mayCome = missing === "some" && this.idsHere().size < STARTED_AT_ONCE;
      const quietMs = mayCome ? patience.missingMs : patience.quietMs;
      const left = Math.min(this.lastSign + quietMs, end) - clock.now();
      if (left <= 0) break;
      tools.deadline.check();
      const untilNextLook = seen === undefined ? Infinity : LOOK_MS;
      await this.answers.wait(Math.min(left, untilNextLook, tools.deadline.left()));
    }
    this.gathering = false;
    // Those who come now shall meet among themselves, not wait for us.
    this.options.place.leave();
    return firstOf(
      asked.then((version) => ({ version })),
      patience.versionMs,
    );
  }

  /**
   * Whether a hook of the cluster is at work that has not come: it has yet to come, or to end, and another one takes its
   * place.
   */
  private seesOnTheWay({ hooks, ofCluster }: Started): boolean {
    const here = this.idsHere();
    const onTheWay = ofCluster.some((id) => !here.has(id));
    if (onTheWay || hooks !== this.hooks) this.lastSign = this.options.clock.now();
    this.hooks = hooks;
    return onTheWay;
  }

  /**
   * Who has yet to come of those who can: what the app declares of the cluster, may go, and is still there. Where the
   * leader's own object has left the app nobody knows what else has.
   */
  private missing(): "nobody" | "some" | "unknown" {
    const { saw, tools } = this.options;
    const { declared, declaredObproxyIds, keptObproxyIds } = tools.intent;
    if (!declared) return "unknown";
    const here = this.idsHere();
    const isMissing = (id: OcpId): boolean => declaredObproxyIds.has(id) && !keptObproxyIds.has(id) && !here.has(id);
    return (saw.obproxies ?? []).some(({ id }) => isMissing(id)) ? "some" : "nobody";
  }

  /** Of the OBProxies whose hooks have come. */
  private idsHere(): ReadonlySet<OcpId> {
    const guests = [...this.guests.values()].flatMap((guest) => ("member" in guest ? [guest.member] : []));
    return new Set([this.options.own, ...guests].map(({ sight }) => sight.obproxyId));
  }

  /** Who is still there. All others are told that they are not in the call. */
  private async count(): Promise<readonly Member[]> {
    const { clock, patience } = this.options;
    for (const [socket, guest] of this.guests) {
      if (guest.state === "joined") this.guests.set(socket, { ...guest, state: "counted" });
    }

    this.tellThose((guest) => guest.state === "counted", { says: "count" });
    const end = clock.now() + patience.countMs;
    const isOpen = (): boolean => [...this.guests.values()].some(({ state }) => state === "counted");
    while (isOpen() && clock.now() < end) await this.answers.wait(end - clock.now());
    await whatHasHappened();
    this.dismiss((guest) => guest.state === "counted");
    return [...this.guests.values()].flatMap((guest) => (guest.state === "here" ? [guest.member] : []));
  }

  private welcome(socket: Socket): void {
    this.guests.set(socket, { state: "arrived" });
    const forget = (): void => {
      this.guests.delete(socket);
      this.answers.ring();
    };
    socket.on("error", () => socket.destroy());
    socket.on("end", forget);
    socket.on("close", forget);
    // Nothing waits for followers: they look after themselves.
    socket.unref();
    onMessages(socket, LONGEST_OF_FOLLOWER, (message) => {
      const says = readFollower(message);
      const guest = this.guests.get(socket);
      const next = says === undefined || guest === undefined ? undefined : this.hear(says, guest);
      if (next === undefined) {
        socket.destroy();
        return;
      }
      this.guests.set(socket, next);
      if (says?.says === "join" && next.state === "dismissed") sendTo(socket, ALONE);
      this.answers.ring();
    });
  }

  /** What becomes of a guest that says this; undefined: it is no hook, or another one than ours. */
  private hear(says: FollowerSays, guest: Guest): Guest | undefined {
    // What crossed our word on the way.
    if (guest.state === "dismissed") return guest;
    if (says.says === "here") return guest.state === "counted" ? { ...guest, state: "here" } : undefined;
    if (guest.state !== "arrived") return undefined;
    // Too late for this call: OCP's lock will show the newcomer whose turn it is.
    if (!this.gathering || !this.mayJoin(says.member)) return { state: "dismissed" };
    this.lastSign = this.options.clock.now();
    return { state: "joined", member: says.member };
  }

  private mayJoin(member: Member): boolean {
    const { own, saw } = this.options;
    return maySpeakFor(own, saw, member) && !this.isTaken(member);
  }

  /** Two runs for one object stay apart: what becomes of one of them is not the other's. */
  private isTaken({ sight: { obproxyId } }: Member): boolean {
    return this.idsHere().has(obproxyId);
  }

  private dismiss(which: (guest: Guest) => boolean): void {
    for (const [socket, guest] of this.guests) {
      if (guest.state === "dismissed" || guest.state === "arrived" || !which(guest)) continue;
      this.guests.set(socket, { state: "dismissed" });
      sendTo(socket, ALONE);
    }
  }

  private tellThose(which: (guest: Guest) => boolean, message: LeaderSays): void {
    const encoded = encode(message);
    for (const [socket, guest] of this.guests) if (which(guest)) sendTo(socket, encoded);
  }

  private digest(error: unknown, wasForMany: boolean): "alone" {
    if (error instanceof OcpError && !isForEach(error)) {
      const message: LeaderSays = { says: "failed", message: error.message, details: detailsOf(error) };
      this.tellThose(({ state }) => state === "joined" || state === "here", message);
      throw error;
    }
    if (error instanceof OcpError || NOT_SENT.some((kind) => error instanceof kind)) {
      // Nothing was sent, or OCP refused it: perhaps for one proxy of many, and the others' deletes need not fail for it.
      this.dismiss(() => true);
      if (error instanceof OcpError && wasForMany) return "alone";
    }
    // Of anything else nobody knows what became of the call: to those who were counted our silence says so.
    throw error;
  }
}

/** What is thrown before a call is sent. */
const NOT_SENT = [HookFailure, OcpConfigError, DeadlinePassed];

const ALONE = encode({ says: "alone" } satisfies LeaderSays);

function wantsHostSkipped(guest: Guest): boolean {
  return "member" in guest && guest.member.skipHostOperation;
}

/** Whether a refusal of the call for all may be about one of its proxies. */
function isForEach(error: OcpError): boolean {
  return (error.kind === "refused" || error.kind === "not-found") && !isClusterLock(error);
}

/** Lets whatever has come over the sockets by now be heard: one turn of the event loop may be half over. */
async function whatHasHappened(): Promise<void> {
  for (let turns = 0; turns < 2; turns += 1) await new Promise((resolve) => setImmediate(resolve));
}

async function firstOf<T>(promise: Promise<T>, milliseconds: number): Promise<T | "late"> {
  const bell = new Bell();
  const time = bell.wait(milliseconds).then(() => "late" as const);
  try {
    return await Promise.race([promise, time]);
  } finally {
    bell.ring();
  }
}
