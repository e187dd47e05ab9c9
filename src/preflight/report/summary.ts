import { maskSecrets } from "../../ocp/mask.js";
import type { Finding, Level, Report, Status } from "./report.js";

/** What a report comes to. */

export interface Summary {
  readonly objects: number;
  readonly ready: number;
  readonly gone: number;
  readonly heldBack: number;
  readonly leftAlone: number;
  readonly protected: number;
  readonly notDeployed: number;
  readonly unknown: number;
  /** Objects at which a destroy would fail, or which it would leave behind without a word. */
  readonly withProblems: number;
  readonly warnings: number;
  readonly problems: number;
  readonly cannotLook: number;
}

export function summarize({ findings, stacks }: Report): Summary {
  const statuses = stacks.flatMap(({ objects }) => objects.map(({ status }) => status));
  const having = (...wanted: readonly Status[]): number => statuses.filter((status) => wanted.includes(status)).length;
  const at = (wanted: Level): number => findings.filter(({ level }) => level === wanted).length;
  return {
    objects: statuses.length,
    ready: having("ready", "waits"),
    gone: having("gone"),
    heldBack: having("held-back"),
    leftAlone: having("left-alone"),
    protected: having("protected"),
    notDeployed: having("not-deployed"),
    unknown: having("unknown"),
    withProblems: having("problem"),
    warnings: at("warning"),
    problems: at("problem"),
    cannotLook: at("cannot-look"),
  };
}

/** For a CI job: 0 all may go ahead, 1 there are problems, 2 something could not be looked at. */
export function exitCodeOf({ findings }: Report): 0 | 1 | 2 {
  if (findings.some(({ level }) => level === "cannot-look")) return 2;
  return findings.some(({ level }) => level === "problem") ? 1 : 0;
}

/** Warnings become problems. */
export function strictly(report: Report): Report {
  const findings = report.findings.map((finding): Finding =>
    finding.level === "warning" ? { ...finding, level: "problem" } : finding,
  );
  return { ...report, findings };
}

/** No text of a report shows a secret, wherever it came from. */
export function masked(report: Report, secrets: readonly string[]): Report {
  const mask = (text: string | undefined): string | undefined =>
    text === undefined ? undefined : maskSecrets(text, secrets);
  const findings = report.findings.map((finding) => ({
    ...finding,
    message: maskSecrets(finding.message, secrets),
    next: mask(finding.next),
    details: (finding.details ?? []).map((line) => maskSecrets(line, secrets)),
  }));
  const stacks = report.stacks.map((stack) => ({
    ...stack,
    objects: stack.objects.map((object) => ({ ...object, detail: mask(object.detail) })),
  }));
  return { ...report, stacks, findings };
}
