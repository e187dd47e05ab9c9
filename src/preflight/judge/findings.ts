import type { Stack } from "../../survey/stack.js";
import type { Surveyed } from "../../survey/survey.js";
import type { Finding } from "../report/report.js";
import type { Scene } from "../scene.js";
import { isAllAbsent } from "./deployment.js";
import type { Entry } from "./entry.js";
import type { Remark } from "./judgement.js";

/** One finding for all objects that the same is to be said of, or that have one cause in common. */
export function objectFindings(scene: Scene, entries: readonly Entry[]): readonly Finding[] {
  const groups = new Map<
    string,
    { readonly object: Surveyed; readonly remarks: Remark[]; readonly labels: string[] }
  >();
  for (const { object, judgement } of entries) {
    for (const remark of judgement.remarks) {
      if (remark.code === "not-in-ocp" && isAllAbsent(scene)) continue;
      const { code, level, message, next, shared } = remark;
      const id = JSON.stringify([object.provider, code, level, shared?.cause ?? [message, next]]);
      const group = groups.get(id) ?? { object, remarks: [], labels: [] };
      groups.set(id, group);
      group.remarks.push(remark);
      group.labels.push(object.label);
    }
  }
  return [...groups.values()].flatMap(({ object, remarks, labels }) =>
    remarks.slice(0, 1).map((first): Finding => {
      const told = first.shared?.tell(remarks.flatMap(({ shared }) => shared?.sharer ?? [])) ?? first;
      return { ...finding(scene.stack, object, { ...first, message: told.message }), next: told.next, objects: labels };
    }),
  );
}

function finding(stack: Stack, { provider }: Surveyed, { code, level, message, next }: Remark): Finding {
  return { code, level, stack: stack.name, provider, objects: [], message, next };
}
