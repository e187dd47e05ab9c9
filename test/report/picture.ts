/** Makes docs/images/report.png, the page of `--html` as docs/report.md shows it: `npx tsx test/report/picture.ts`. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { REPOSITORY } from "../support/repository.js";
import { openBrowser } from "./browser.js";
import { failureOf, Place, Run, SUBTASKS } from "./place.js";

async function main(): Promise<void> {
  const place = new Place({ obproxyIds: [1, 2, 3, 4] });
  const browser = await openBrowser();
  try {
    place.wrote(String(story(place)));
    place.holds(["27", "27/3", "27/4"]);
    await place.alone("--html", "report.html");
    // High enough for all of the timeline.
    const viewport = { width: 960, height: 1700 };
    const page = await browser.newPage({ viewport, colorScheme: "light" });
    await page.goto(pathToFileURL(join(place.path, "report.html")).href);
    const height = await page.evaluate<number>(
      "Math.ceil(document.querySelector('main').getBoundingClientRect().bottom)",
    );
    const clip = { x: 0, y: 0, width: viewport.width, height: height + 24 };
    await page.screenshot({ path: join(REPOSITORY, "docs/images/report.png"), clip });
  } finally {
    await browser.close();
    place.remove();
  }
}

/** Somebody restarts a proxy, two go, and the agent of one host does not answer. */
function story(place: Place): Run {
  const run = new Run(place.hooks).start("27/1", "27/2");
  const theirs = { event: "task", task: "31438", name: "Restart obproxy", ours: false, creator: "operator" } as const;
  run.add("27/1", { ...theirs, status: "RUNNING", done: 0, total: 2 }).wait(24);
  run.add("27/1", { ...theirs, status: "SUCCESSFUL", done: 2, total: 2 });
  const first = ["27/1", "27/2"];
  run.send("31440", first).work("27/1", "31440");
  for (const key of first) {
    run.task(key, "31440", "SUCCESSFUL", SUBTASKS.length).add(key, { event: "deleted", task: "31440" });
  }
  const second = ["27/3", "27/4"];
  run.start(...second).send("31446", second);
  const stop = { task: "31446", subtask: "331461", name: "Stop obproxy" } as const;
  const prepare = { task: "31446", subtask: "331460", name: "Prepare delete obproxy", attempt: 1 } as const;
  run.add("27/3", { event: "subtask", ...prepare, status: "RUNNING" }).wait(4);
  run.add("27/3", { event: "subtask", ...prepare, status: "SUCCESSFUL" });
  run.add("27/3", { event: "subtask", ...stop, attempt: 1, status: "RUNNING" }).wait(11);
  run.add("27/3", { event: "subtask", ...stop, attempt: 1, status: "FAILED" }).wait(3);
  run.add("27/3", { event: "retried", task: "31446" });
  run.add("27/3", { event: "subtask", ...stop, attempt: 2, status: "RUNNING" }).wait(12);
  run.add("27/3", { event: "subtask", ...stop, attempt: 2, status: "FAILED" });
  for (const key of second) run.task(key, "31446", "FAILED", 1).add(key, failureOf("31446"));
  return run;
}

void main();
