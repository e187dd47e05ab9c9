import type { Surveyed } from "../../survey/survey.js";
import type { Finding } from "../report/report.js";
import type { Scene } from "../scene.js";
import { failedSubtasks } from "../words/in-ocp.js";
import { isAllAbsent } from "./deployment.js";
import type { Entry } from "./entry.js";
import type { Remark } from "./judgement.js";

/** One finding for all objects that the same is to be said of, or that have one cause in common. */
export function objectFindings(scene: Scene, entries: readonly Entry[]): readonly Finding[] {
  const groups = new Map<string, Group>();
  for (const { object, judgement } of entries) {
    for (const remark of judgement.remarks) {
      if (remark.code === "not-in-ocp" && isAllAbsent(scene)) continue;
      const { code, level, message, next, shared } = remark;
      const id = JSON.stringify([object.provider, code, level, shared?.cause ?? [message, next]]);
      const group = groups.get(id) ?? { provider: object.provider, remark, remarks: [], objects: [] };
      groups.set(id, group);
      group.remarks.push(remark);
      group.objects.push(object);
    }
  }
  return oncePerTask([...groups.values()]).map((group) => findingOf(scene, group));
}

interface Group {
  readonly provider: string | undefined;
  /** The first of them. */
  readonly remark: Remark;
  readonly remarks: Remark[];
  readonly objects: Surveyed[];
}

/** That a failed task may hold a lock is said where its failure is told. */
function oncePerTask(groups: readonly Group[]): readonly Group[] {
  const told = groups.filter(({ remark }) => remark.code === "task-failed");
  return groups.filter((group) => {
    const { failedTask } = group.remark;
    if (group.remark.code !== "locked" || failedTask === undefined) return true;
    const other = told.find(({ provider, remark }) => provider === group.provider && remark.failedTask === failedTask);
    other?.objects.push(...group.objects);
    return other === undefined;
  });
}

function findingOf({ objects: all, stack, tasks }: Scene, { objects, provider, remark, remarks }: Group): Finding {
  const { code, failedTask, level } = remark;
  const { message, next } = remark.shared?.tell(remarks.flatMap(({ shared }) => shared?.sharer ?? [])) ?? remark;
  const task = tasks?.get(provider ?? "")?.get(failedTask ?? "");
  const details = task === undefined ? [] : failedSubtasks(task);
  const labels = all.filter((object) => objects.includes(object)).map(({ label }) => label);
  return { code, level, stack: stack.name, provider, objects: labels, message, next, details };
}
