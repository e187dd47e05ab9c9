/**
 * The graphs of subtasks that OCP builds, from its published answers. Every graph is a chain of stages; a stage that is
 * parallel has one subtask per OBProxy, and each subtask of a stage waits for all of the stage before.
 */

export type Effect = "deleteInfo" | "unlock" | "removeCluster";

export interface Stage {
  readonly name: string;
  readonly className: string;
  /** Seconds; 0 for none. */
  readonly timeout: number;
  readonly parallel?: true;
  readonly prohibitRollback?: true;
  readonly prohibitSkip?: true;
  /** What its success changes besides the task. */
  readonly effects?: readonly Effect[];
  /** Works on the OBProxy's host, and so fails when that is offline. */
  readonly onHost?: true;
  /** Places in the published answer: in the array of subtasks, by id, and by `seriesId`. Graphs without keep the order. */
  readonly place?: number;
  readonly idPlace?: number;
  readonly series?: number;
}

const business = "com.alipay.ocp.service.task.business";

/** Deletion of a cluster that holds no OBProxies: "Delete an OBProxy cluster", all versions. */
export const EMPTY_CLUSTER_STAGES: readonly Stage[] = [
  { name: "Start node", className: `${business}.StartNode`, timeout: 30, place: 1, idPlace: 0, series: 0 },
  {
    name: "Finish node",
    className: `${business}.obproxy.FinishTask`,
    timeout: 0,
    place: 0,
    idPlace: 1,
    series: 1,
    // That the last node removes an empty cluster is inferred: the graph has no other node that could.
    effects: ["removeCluster", "unlock"],
  },
];

/** `DELETE …/obproxies/{ids}`: "Delete OBProxies", the same eight nodes from 3.1.1 to 4.4.0. */
export const OFFLINE_OBPROXY_STAGES: readonly Stage[] = [
  { name: "Start node", className: `${business}.StartNode`, timeout: 30, place: 7, idPlace: 6, series: 6 },
  {
    name: "Prepare offline obproxy",
    className: `${business}.obproxy.PrepareOfflineObproxyTask`,
    timeout: 1800,
    parallel: true,
    place: 5,
    idPlace: 4,
    series: 5,
  },
  { name: "Wait node", className: `${business}.WaitNode`, timeout: 30, place: 6, idPlace: 2, series: 4 },
  {
    name: "Stop and uninstall obproxy",
    className: `${business}.obproxy.UninstallObproxyTask`,
    timeout: 1800,
    parallel: true,
    onHost: true,
    place: 2,
    idPlace: 0,
    series: 1,
  },
  {
    name: "Delete obproxy info",
    className: `${business}.obproxy.DeleteObproxyMetaInfoTask`,
    timeout: 300,
    place: 0,
    idPlace: 1,
    series: 0,
    effects: ["deleteInfo"],
  },
  {
    name: "Offline obproxy exporter",
    className: `${business}.obproxy.OfflineObproxyExporterTask`,
    timeout: 30,
    parallel: true,
    place: 4,
    idPlace: 7,
    series: 7,
  },
  {
    name: "Unreserve host",
    className: `${business}.host.UnReserveHostTask`,
    timeout: 1800,
    place: 1,
    idPlace: 3,
    series: 3,
  },
  {
    name: "Finish node",
    className: `${business}.obproxy.FinishTask`,
    timeout: 0,
    place: 3,
    idPlace: 5,
    series: 2,
    effects: ["unlock"],
  },
];

/** `POST …/servers/delete`: "Delete an OBProxy", 4.3.5 and later. Class names are not published for these versions. */
export const DELETE_SERVER_STAGES: readonly Stage[] = [
  server("Prepare operate obproxy task", 60, 8, 1, 6),
  server("Prepare delete obproxy", 1800, 14, 16, 1, { parallel: true }),
  server("Wait node", 30, 12, 5, 5),
  server("remove obproxy from load balance resource pool", 300, 10, 13, 15, { parallel: true }),
  server("Wait node", 30, 17, 7, 7),
  server("Inactive agent modules", 3600, 19, 19, 14, { parallel: true, onHost: true }),
  server("Wait node", 30, 16, 8, 8),
  server("Stop obproxy", 1800, 6, 0, 3, { parallel: true, onHost: true, prohibitRollback: true }),
  server("Wait node", 30, 9, 10, 10),
  server("Clean obproxy files", 1800, 15, 3, 19, { parallel: true, onHost: true }),
  server("Wait node", 30, 0, 12, 11),
  server("Uninstall obproxy package", 1800, 13, 14, 13, { parallel: true, onHost: true }),
  server("Delete obproxy client load balance info", 300, 1, 9, 12),
  server("Delete obproxy info", 300, 3, 11, 4, { effects: ["deleteInfo"] }),
  server("Offline obproxy exporter", 30, 11, 18, 16, { parallel: true }),
  server("Wait node", 30, 7, 17, 18),
  server("Unreserve host", 1800, 18, 2, 2),
  server("Clear ocp agent configs", 120, 2, 4, 0, { parallel: true, onHost: true }),
  server("Update obproxy cluster lock status", 60, 4, 15, 9, { effects: ["unlock"] }),
  server("Finish node", 0, 5, 6, 17),
];

function server(
  name: string,
  timeout: number,
  place: number,
  idPlace: number,
  series: number,
  more: Pick<Stage, "parallel" | "onHost" | "prohibitRollback" | "effects"> = {},
): Stage {
  return { name, className: "", timeout, place, idPlace, series, ...more };
}

/** One subtask of a graph, before it has an id. Links are indexes into the array that {@link fanOut} returns. */
export interface Node {
  readonly stage: Stage;
  /** −1 where the stage is not parallel. */
  readonly parallelIdx: number;
  readonly idPlace: number;
  readonly seriesId: number;
  readonly upstreams: readonly number[];
  readonly downstreams: readonly number[];
}

/** The graph for `width` OBProxies, in the order in which the published answer lists its nodes. */
export function fanOut(stages: readonly Stage[], width: number): readonly Node[] {
  const drafts = stages.flatMap((stage, step) =>
    Array.from({ length: stage.parallel === true ? width : 1 }, (_, index) => ({ stage, step, index })),
  );
  type Draft = (typeof drafts)[number];
  const ranks = (place: (draft: Draft) => number): Map<Draft, number> =>
    new Map(
      [...drafts]
        .sort((one, other) => place(one) - place(other) || one.index - other.index)
        .map((draft, rank) => [draft, rank]),
    );
  const order = ranks(({ stage, step }) => stage.place ?? step);
  const ids = ranks(({ stage, step }) => stage.idPlace ?? step);
  const series = ranks(({ stage, step }) => stage.series ?? step);
  const rank = (table: Map<Draft, number>, draft: Draft): number => table.get(draft) ?? 0;
  const placesOfStep = (step: number): readonly number[] =>
    drafts.filter((draft) => draft.step === step).map((draft) => rank(order, draft));
  return [...drafts]
    .sort((one, other) => rank(order, one) - rank(order, other))
    .map((draft) => ({
      stage: draft.stage,
      parallelIdx: draft.stage.parallel === true ? draft.index : -1,
      idPlace: rank(ids, draft),
      seriesId: rank(series, draft),
      upstreams: placesOfStep(draft.step - 1),
      downstreams: placesOfStep(draft.step + 1),
    }));
}
