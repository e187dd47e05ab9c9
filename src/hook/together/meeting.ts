import type { Cluster } from "../../ocp/model.js";
import type { Connection } from "../connection.js";
import type { Clock } from "../patience/clock.js";
import { type Courier, type CourierTools, directCourier, type Dispatch, versionAsker } from "./courier.js";
import { Following } from "./following.js";
import { Leading } from "./leading.js";
import { meet, meetingDirectories, meetingName } from "./meeting-place.js";
import { type Member, routeOf, sightOf } from "./member.js";
import { type Patience, patienceAfter } from "./patience.js";
import { type SeeStarted, seeStarted } from "./started.js";

/** What it takes to meet, beside what a courier works with anyway. */
export interface MeetingTools {
  readonly connection: Connection;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly patience: () => Patience;
  /** Called once where there is no place to meet; what it costs is in the text. */
  readonly onTrouble: (text: string) => void;
  /** Default: see {@link seeStarted}. */
  readonly started?: SeeStarted;
  /** Default: see {@link meetingDirectories}. */
  readonly directories?: readonly string[];
}

export { type Patience, patienceAfter };

/** How often a hook looks for a new leader whose leader has gone. */
const MOST_MEETINGS = 3;

/**
 * One call for many: the hooks of one cluster's OBProxies that run at the same time send one delete with all ids, and
 * OCP runs one task. The first leads.
 */
export function meetingCourier(tools: CourierTools, meeting: MeetingTools): Courier {
  const version = versionAsker(tools);
  const direct = directCourier(tools, version);
  const { onTrouble, clock, patience, env } = meeting;
  let session: Leading | Following | undefined;
  let hasTold = false;
  const close = (): void => {
    session?.close();
    session = undefined;
  };
  const sendTogether = async (own: Member, saw: Cluster): Promise<Dispatch | "alone"> => {
    const name = meetingName(own.route, own.sight.clusterId);
    for (let times = 0; times < MOST_MEETINGS; times += 1) {
      const arrival = await meet(name, meeting.directories ?? meetingDirectories(env));
      if (arrival.role === "nobody") {
        if (!hasTold) onTrouble(`the hooks cannot meet here: ${arrival.why}; each deletion takes a task of its own`);
        hasTold = true;
        return "alone";
      }
      const started = meeting.started ?? seeStarted(own.sight.clusterId, env);
      session =
        arrival.role === "leader"
          ? new Leading({ place: arrival, own, saw, tools, version, clock, patience: patience(), started })
          : new Following({ socket: arrival.socket, own, tools, clock, patience: patience() });
      const end = await session.send();
      if (end !== "again") return end;
      close();
    }
    return "alone";
  };
  return {
    send: async (saw) => {
      close();
      // Only now: most of what makes up a member is not needed for an object that is gone.
      const own = memberOf(tools, meeting, saw);
      const dispatch = own === undefined ? "alone" : await sendTogether(own, saw);
      if (dispatch !== "alone") return dispatch;
      close();
      // Others may have kept us waiting for longer than there is time.
      await tools.deadline.pause(0);
      return direct.send(saw);
    },
    cluster: async (id) => {
      const shown = session instanceof Following ? await session.shown(id) : undefined;
      if (shown !== undefined) return shown;
      let cluster: Cluster | undefined;
      try {
        cluster = await direct.cluster(id);
        return cluster;
      } finally {
        if (session instanceof Leading) session.tell({ says: "shown", ...(cluster && { cluster }) });
      }
    },
    next: async (id, pauseMs) => {
      if (session instanceof Following) {
        const news = await session.news(id, pauseMs);
        if (news !== undefined) return news;
        close();
      }
      const task = await direct.next(id, pauseMs);
      if (session instanceof Leading) session.tell({ says: "task", task });
      return task;
    },
    isLed: () => session instanceof Following && session.isOpen,
    retry: async (id) => {
      if (!(session instanceof Following && (await session.sawRetry(id)))) await direct.retry(id);
    },
    close,
  };
}

/** Undefined: a cluster, which nobody else deletes, or an OBProxy of which OCP shows too little to be told apart. */
function memberOf({ intent }: CourierTools, { connection, env }: MeetingTools, saw: Cluster): Member | undefined {
  const { target, skipHostOperation } = intent;
  const sight = target.kind === "obproxy" ? sightOf(saw, target.obproxyId) : undefined;
  return sight === undefined ? undefined : { route: routeOf(connection, env), sight, skipHostOperation };
}
