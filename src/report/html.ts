import { createHash } from "node:crypto";
import { escapeMarkup as escape } from "./escape.js";
import { SCRIPT } from "./html-script.js";
import { STYLE } from "./html-style.js";
import { causeId, timeline } from "./html-timeline.js";
import { type Cause, exitCodeOf, type Report, type ReportedStack } from "./report.js";
import { noRun, reasonsOf, summaryText, WORDS } from "./text.js";
import { inPieces, iso, listOf, moment, runText } from "./words.js";

/**
 * One page that needs nothing but itself: whatever stands in the events, nothing is loaded, and nothing but its own script
 * runs (the policy names them by their content).
 */
export function htmlReport(report: Report): string {
  const names = report.stacks.map(({ name }) => name).join(", ");
  const title = `OBProxy teardown: ${names}`;
  const policy = [
    "default-src 'none'",
    "img-src data:",
    `style-src '${hashOf(STYLE)}'`,
    `script-src '${hashOf(SCRIPT)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(title)}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${escape(title)}</h1>
<p class="summary ${exitCodeOf(report) === 0 ? "good" : "bad"}">${escape(summaryText(report))}</p>
<p class="quiet">As of <time datetime="${iso(report.at)}">${moment(report.at)}</time>. All times are UTC.</p>
</header>
<main>
${report.stacks.map((stack, index) => section(stack, `s${index}`, report.at)).join("\n")}
</main>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

function section(stack: ReportedStack, id: string, at: number): string {
  const run = stack.run === undefined ? noRun(stack) : runText(stack.run, at);
  return `<section aria-labelledby="${id}">
<h2 id="${id}">Stack ${escape(stack.name)}</h2>
<p class="quiet">${escape(stack.directory)}; last run: ${escape(run)}</p>
${statuses(stack)}
${causes(stack, id)}
${timeline(stack, id)}
</section>`;
}

function statuses({ causes, objects }: ReportedStack): string {
  const isKnown = causes.every(({ level }) => level !== "error");
  if (objects.length === 0) return `<p>${isKnown ? "There was nothing to delete." : "No objects are known."}</p>`;
  const items = WORDS.flatMap(([status, word]) => {
    const own = objects.filter((object) => object.status === status);
    return own.length === 0
      ? []
      : reasonsOf(own, objects).map(({ objects: some, why }) => {
          const reason = why === "" ? "" : ` <span class="quiet">${prose(why)}</span>`;
          return `<li><span class="status ${status}">${escape(word)}</span> ${escape(listOf(some))}${reason}</li>`;
        });
  });
  return `<ul class="statuses">\n${items.join("\n")}\n</ul>`;
}

/** Sentences; what stands in backticks is code. */
function prose(words: string): string {
  return inPieces(words)
    .map(({ isCode, text }) => (isCode ? `<code>${escape(text)}</code>` : escape(text)))
    .join("");
}

const HEADINGS = { error: "What is left, and why", warning: "Warnings", note: "Notes" } as const;

function causes(stack: ReportedStack, id: string): string {
  // Worst first: a page is read from its top.
  return (["error", "warning", "note"] as const)
    .map((level) => {
      const own = stack.causes.flatMap((cause, index) =>
        cause.level === level ? [causeArticle(cause, causeId(id, index))] : [],
      );
      return own.length === 0 ? "" : `<h3>${HEADINGS[level]}</h3>\n${own.reverse().join("\n")}`;
    })
    .join("\n");
}

function causeArticle({ details, head, level, next, objects, what }: Cause, id: string): string {
  const about = objects.length === 0 ? "" : ` ${listOf(objects)}`;
  const title = level === "error" ? `${head}${about}` : about.trim();
  return `<article class="cause ${level}" id="${id}" tabindex="-1">
${title === "" ? "" : `<h4>${escape(title)}</h4>`}
<p>${prose(what)}</p>
${details.length === 0 ? "" : `<pre>${details.map(escape).join("\n")}</pre>`}
${next === undefined ? "" : `<p><strong>What to do:</strong> ${prose(next)}</p>`}
</article>`;
}
