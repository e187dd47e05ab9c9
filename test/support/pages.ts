import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { REPOSITORY } from "./repository.js";

/** What a page shows between fences. */
export interface Snippet {
  readonly page: string;
  /** The nearest heading above. */
  readonly heading: string;
  readonly language: string;
  readonly text: string;
}

/** Every page for people, from the root of the repository. */
export function pages(): readonly string[] {
  const inRoot = readdirSync(REPOSITORY).filter((name) => name.endsWith(".md"));
  const inDocs = readdirSync(join(REPOSITORY, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name.replaceAll("\\", "/")}`);
  return [...inRoot, ...inDocs].sort();
}

export function pageText(page: string): string {
  return readFileSync(join(REPOSITORY, page), "utf8");
}

export function snippets(page: string): readonly Snippet[] {
  const found: Snippet[] = [];
  let heading = "";
  let open: { readonly language: string; readonly lines: string[] } | undefined;
  for (const line of pageText(page).split("\n")) {
    const fence = /^```(\w*)$/.exec(line);
    if (fence === null) {
      if (open !== undefined) open.lines.push(line);
      else heading = /^#+ (.*)$/.exec(line)?.[1] ?? heading;
    } else if (open === undefined) {
      open = { language: fence[1] ?? "", lines: [] };
    } else {
      found.push({ page, heading, language: open.language, text: open.lines.join("\n") });
      open = undefined;
    }
  }
  return found;
}

/** As GitHub makes an anchor of a heading. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s-]/gu, "")
    .trim()
    .replace(/\s/g, "-");
}
