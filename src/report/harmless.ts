import { maskSecrets } from "../ocp/mask.js";
import { clean } from "../ocp/text.js";

const LONGEST = 2_000;

/**
 * The same report with every text in it on one line, bounded and without secrets. The events are a file that others
 * can write to, and what OCP, Terraform and the environment say is no better known.
 */
export function harmless<T>(report: T, secrets: readonly string[]): T {
  const known = new Map<string, string>();
  const mask = (text: string): string => maskSecrets(text, secrets);
  return mapTexts(report, (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const made = clean(text, LONGEST, mask);
    known.set(text, made);
    return made;
  });
}

function mapTexts<T>(value: T, change: (text: string) => string): T;
function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((each: unknown) => mapTexts(each, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, mapTexts(each, change)]));
}
