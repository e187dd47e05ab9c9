import { realpathSync } from "node:fs";
import { sep } from "node:path";
import type { Story } from "./story.js";

/** Which run of Terraform a report is about, and which came before it. */
export interface Chosen {
  /** Undefined: no hook has ever told anything. */
  readonly story: Story | undefined;
  /** The newest first. */
  readonly earlier: readonly Story[];
  /** Its hooks lay elsewhere: another checkout, or another app with a stack of that name. */
  readonly isOfElsewhere: boolean;
}

/** The newest run whose hooks lay in the stack's directory; where there is none, the newest of that name. */
export function choose(stories: readonly Story[], directory: string): Chosen {
  const newestFirst = [...stories].reverse();
  const own = newestFirst.find(({ directories }) => [...directories].some((each) => isWithin(each, directory)));
  const story = own ?? newestFirst[0];
  return {
    story,
    earlier: story === undefined ? [] : newestFirst.slice(newestFirst.indexOf(story) + 1),
    isOfElsewhere: story !== undefined && own === undefined,
  };
}

function isWithin(path: string, directory: string): boolean {
  const start = real(directory) + sep;
  return path.startsWith(start) || real(path).startsWith(start) || path.startsWith(directory + sep);
}

/** Terraform may have been started by another name of the same directory. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
