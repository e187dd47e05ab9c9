import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { failureOf, Place, Run } from "./place.js";

/** The forms of a report, for people and for CI systems. The page has a file of its own: page.test.ts. */

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => {
  place.remove();
});

const read = (name: string): string => readFileSync(join(place.path, name), "utf8");

function oneOfThreeFailed(): void {
  const run = new Run(place.hooks).deletes("900", ["27/1"]).deletes("910", ["27/2"]).fails("920", ["27/3"]);
  place.wrote(String(run));
  place.holds(["27", "27/3"]);
}

describe("--json", () => {
  test("is one document with all that is known", async () => {
    oneOfThreeFailed();
    const report = await place.json();
    expect(report).toMatchObject({
      formatVersion: 1,
      exitCode: 1,
      summary: { objects: 4, deleted: 2, failed: 1, waits: 1 },
    });
    const [stack] = report.stacks;
    expect(stack?.objects.find(({ key }) => key === "27")).toMatchObject({ status: "waits", waitsFor: ["27/3"] });
    expect(stack?.causes).toEqual([
      expect.objectContaining({ level: "error", head: "FAILED", objects: ["27/3"], details: failureOf("920").details }),
    ]);
    expect(stack?.tasks.map(({ id, objects, status }) => [id, status, objects])).toEqual([
      ["900", "SUCCESSFUL", ["27/1"]],
      ["910", "SUCCESSFUL", ["27/2"]],
      ["920", "FAILED", ["27/3"]],
    ]);
    expect(stack?.tasks[2]?.subtasks.map(({ attempts, name }) => [name, attempts[0]?.status])).toEqual([
      ["Prepare delete obproxy", "SUCCESSFUL"],
      ["Stop obproxy", "FAILED"],
    ]);
  });

  test("holds nothing else on stdout in a CI system", async () => {
    oneOfThreeFailed();
    const { err, out } = await place.report(["--json", "--no-ocp"], { GITHUB_ACTIONS: "true" });
    expect(() => JSON.parse(out) as unknown).not.toThrow();
    expect(err).toContain("::error title=");
  });
});

describe("--markdown", () => {
  test("is a table, the causes and a timeline", async () => {
    oneOfThreeFailed();
    const { out } = await place.alone("--markdown");
    expect(out).toContain("| ❌ failed | 1 | OBProxy 27/3 |  |\n");
    expect(out).toContain("| ⏸️ waiting | 1 | OBProxy cluster 27 | for OBProxy 27/3; goes with the next destroy");
    expect(out).toContain("<pre>log: Set obproxy 10.0.0.3:2883 offline\n");
    expect(out).toMatch(/```mermaid\ngantt\n {2}dateFormat x\n {2}axisFormat %H:%M:%S\n {2}section Deletions\n/);
    expect(out).toMatch(/\n {2}task 920 Delete obproxy server \(1 object, FAILED\) :crit, \d{13}, \d{13}\n```\n/);
  });

  test("is appended to a summary by itself where GitHub names one", async () => {
    oneOfThreeFailed();
    writeFileSync(join(place.path, "summary.md"), "");
    appendFileSync(join(place.path, "summary.md"), "of an earlier step\n");
    const { out } = await place.report(["--no-ocp"], { GITHUB_STEP_SUMMARY: join(place.path, "summary.md") });
    expect(out).not.toContain("```mermaid");
    expect(read("summary.md")).toMatch(/^of an earlier step\n## OBProxy teardown: stack proxies\n[^]*```mermaid\n/);
  });

  test("does not fail for a summary that cannot be written", async () => {
    place.wrote(String(new Run(place.hooks).deletes("900", place.keys)));
    const { code, err } = await place.report(["--no-ocp"], { GITHUB_STEP_SUMMARY: join(place.path, "no/summary.md") });
    expect(code).toBe(0);
    expect(err).toContain("GITHUB_STEP_SUMMARY cannot be written");
  });
});

describe("in a CI system", () => {
  const errors = (out: string): readonly string[] => out.split("\n").filter((line) => /^(::|##vso)/.test(line));

  test("GitHub gets an annotation for each cause", async () => {
    oneOfThreeFailed();
    const { out } = await place.report(["--no-ocp"], { GITHUB_ACTIONS: "true" });
    expect(errors(out)).toEqual([
      expect.stringMatching(
        /^::error title=FAILED%3A OBProxy 27\/3::OCP's task 920 "Delete obproxy server" FAILED%0Alog: .*%0Awhat to do: /,
      ),
    ]);
  });

  test("Azure gets an issue for each cause, and a summary", async () => {
    oneOfThreeFailed();
    const { out } = await place.report(["--no-ocp"], { TF_BUILD: "True", AGENT_TEMPDIRECTORY: place.path });
    expect(errors(out)).toEqual([
      expect.stringMatching(/^##vso\[task\.logissue type=error\]FAILED: OBProxy 27\/3: OCP's task 920 /),
      `##vso[task.uploadsummary]${join(place.path, "obproxy-teardown.md")}`,
    ]);
    expect(read("obproxy-teardown.md")).toContain("| ❌ failed | 1 | OBProxy 27/3 |");
    expect(read("obproxy-teardown.md")).not.toContain("mermaid");
  });

  test("GitLab gets a section of the log, in colours", async () => {
    oneOfThreeFailed();
    const { out } = await place.report(["--no-ocp"], { GITLAB_CI: "true" });
    const erase = "\u001b[0K";
    const lines = out.trimEnd().split("\n");
    expect(lines[0]).toMatch(/section_start:\d+:obproxy_report\r.*OBProxy teardown: 4 objects: /);
    expect(lines[0]?.split(erase)).toHaveLength(3);
    expect(lines.at(-1)).toMatch(/section_end:\d+:obproxy_report\r/);
    expect(out).toContain("\u001b[31;1mFAILED OBProxy 27/3: ");
  });

  test("nobody gets commands where none of them runs it", async () => {
    oneOfThreeFailed();
    expect(errors((await place.alone()).out)).toEqual([]);
  });
});

describe("--junit", () => {
  test("has a case for each object", async () => {
    oneOfThreeFailed();
    await place.alone("--junit", "report.xml");
    const xml = read("report.xml");
    expect(xml).toContain('<testsuite name="proxies" tests="4" failures="1" errors="0" skipped="1"');
    expect(xml).toContain('<testcase classname="proxies" name="OBProxy 27/1"');
    expect(xml).toContain(
      '<failure message="OCP&#39;s task 920 &quot;Delete obproxy server&quot; FAILED" type="FAILED">',
    );
    expect(xml).toContain('<skipped message="waiting: for OBProxy 27/3; goes with the next destroy');
  });

  test("fails for what is wrong with no object in particular", async () => {
    place.wrote(String(new Run(place.hooks).deletes("900", place.keys)));
    await place.alone("--state", "nowhere.json", "--junit", "report.xml");
    expect(read("report.xml")).toMatch(/errors="1"[^]*name="stack proxies"[^]*<error message="the state file /);
  });
});

/** The file of the events is one that others can write to. */
describe("whatever stands in the events", () => {
  const HOSTILE = [
    "</pre></script><script>alert(1)</script><img src=x onerror=alert(1)>",
    "\u001b[31mred\u001b[0m \u202Edrawkcab",
    "a\n::error title=Fake::fake\n##vso[task.setvariable variable=x]y\n##[error]z",
    "section_start:1:x\r\u001b[0Kx",
    "| a | `b` | [c](javascript:alert(1)) @somebody #12 ![d](http://evil.example/d.png) www.evil.example :smile:",
    "]]><x/>&amp;\u0000\uFFFE\uD800",
    "password=tr0ub4dor",
    "```\n# heading",
  ];

  beforeEach(() => {
    const run = new Run(place.hooks).start("27/1", "27/2", "27/3");
    const text = HOSTILE.join(" ");
    for (const key of ["27/1", "27/2"]) {
      run.add(key, {
        event: "task",
        task: text,
        name: text,
        status: text,
        done: 1,
        total: 2,
        ours: true,
        creator: text,
      });
      run.add(key, { event: "subtask", task: text, subtask: text, name: text, status: text, attempt: 1 });
    }
    run.add("27/1", { event: "warned", text });
    run.add("27/1", { event: "failed", what: text, details: HOSTILE, next: text });
    run.add("27/2", { event: "left-alone", why: text });
    const strange = [
      '{"v":1}',
      "null",
      "[]",
      '"text"',
      "{".repeat(5000),
      JSON.stringify({ ...run.events[0], object: "__proto__" }),
      JSON.stringify({ ...run.events[0], pid: "1; rm -rf /", run: "x".repeat(10_000), hook: "\n" }),
      JSON.stringify({ ...run.events[0], event: "constructor" }),
      JSON.stringify({
        ...run.events[0],
        event: "subtask",
        task: "1",
        subtask: "2",
        name: "n",
        status: "s",
        attempt: {},
      }),
      JSON.stringify({ ...run.events[0], at: "+275760-09-13T00:00:00.000Z" }),
      JSON.stringify({ ...run.events[0], event: "deleted", task: {} }),
    ];
    place.wrote(strange.map((line) => `${line}\n`).join("") + String(run));
    place.holds(place.keys);
  });

  test("no CI system is given a command that is not ours", async () => {
    for (const env of [{ GITHUB_ACTIONS: "true" }, { TF_BUILD: "True" }, {}]) {
      const { err, out } = await place.report(["--no-ocp"], env);
      expect(err).toBe("");
      const commands = out.split("\n").filter((line) => /##\w*\[|::[a-z-]+ .*::/i.test(line));
      for (const line of commands) expect(line).toMatch(/^(::(error|warning) title=|##vso\[task\.logissue type=)/);
      expect(out).not.toMatch(/.##vso\[|.##\[|section_start:|(?!\n)[\p{Cc}\u202e]/u);
    }
  });

  test("GitLab's log gets no section that is not ours", async () => {
    const { out } = await place.report(["--no-ocp"], { GITLAB_CI: "true" });
    expect(out.match(/section_start:/g)).toHaveLength(1);
  });

  test("Markdown is no more than words", async () => {
    const { out } = await place.alone("--markdown");
    const outside = out.replace(/^<pre>[^]*?<\/pre>$/gm, "");
    expect(outside.replace(/<\/?code>/g, "")).not.toMatch(
      /<(?!\/?pre)|@somebody|(?<!&)#12|\]\(|!\[|:smile:|www\.|https?:\/\//,
    );
    for (const [, code] of outside.matchAll(/<code>(.*?)<\/code>/g)) expect(code).not.toMatch(/[<>`]/);
    for (const [, pre] of out.matchAll(/<pre>([^]*?)<\/pre>/g)) expect(pre).not.toMatch(/[<>`]/);
    const [, gantt = ""] = /```mermaid\n([^]*?)\n```/.exec(out) ?? [];
    for (const line of gantt.split("\n").slice(3)) {
      expect(line).toMatch(/^ {2}(section [\w ]+|[^:;#%]+ :(crit, |done, |active, )\d+, \d+)$/);
    }

    // Rows of the table have four cells, whatever is in them.
    for (const row of outside.split("\n").filter((line) => line.startsWith("| "))) {
      expect(row.split("|")).toHaveLength(6);
    }
  });

  test("XML stays well-formed", async () => {
    await place.alone("--junit", "report.xml");
    const xml = read("report.xml");
    expect(xml).not.toMatch(/<x\/>|<script|[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u);
    expect(
      xml.replace(/<(\?xml|\/?testsuites|\/?testsuite|\/?testcase|\/?failure|\/?error|skipped)\b[^<>]*>/g, ""),
    ).not.toMatch(/[<>]/);
  });

  test("no secret is shown in any form, and no trace of the program", async () => {
    await place.alone("--junit", "report.xml", "--html", "report.html");
    const forms = [
      (await place.alone()).out,
      (await place.alone("--json")).out,
      (await place.alone("--markdown")).out,
      read("report.xml"),
      read("report.html"),
    ];
    for (const form of forms) expect(form).not.toContain("tr0ub4dor");
  });
});

test("does not show the password of the environment, whatever wrote it down", async () => {
  const run = new Run(place.hooks).start("27/1");
  run.add("27/1", { event: "failed", what: "no login as hunter-two-three", details: [], next: "see hunter-two-three" });
  place.wrote(String(run));
  place.holds(["27/1"]);
  const { out } = await place.report([], { OCP_USERNAME: "teardown", OCP_PASSWORD: "hunter-two-three" });
  expect(out).toContain("no login as ***");
  expect(out).not.toContain("hunter-two-three");
});

describe("what stands in backticks", () => {
  const next = "retry it with `npx cdktf-obproxy retry 920 'my app'`, or set `taskRetries`";
  beforeEach(() => {
    place.wrote(String(new Run(place.hooks).fails("920", ["27/3"], { next })));
    place.holds(["27/3"]);
  });

  test("is code in Markdown", async () => {
    const { out } = await place.alone("--markdown");
    expect(out).toContain(
      "What to do: retry it with <code>npx cdktf-obproxy retry 920 'my app'</code>, or set <code>taskRetries</code>\n",
    );
  });

  test("is code on the page", async () => {
    await place.alone("--html", "report.html");
    expect(readFileSync(join(place.path, "report.html"), "utf8")).toContain(
      "retry it with <code>npx cdktf-obproxy retry 920 &#39;my app&#39;</code>, or set <code>taskRetries</code></p>",
    );
  });
});

describe("times of tasks and subtasks", () => {
  /** By a clock of OCP's in another zone. */
  const times = { startTime: "2026-11-26T15:12:01.250+08:00", finishTime: "2026-11-26T15:12:02+08:00" };
  beforeEach(() => {
    const run = new Run(place.hooks).start("27/3");
    const subtask = { event: "subtask", task: "920", name: "Stop obproxy", status: "SUCCESSFUL", attempt: 1 } as const;
    const task = { event: "task", task: "920", name: "Offline obproxy", done: 1, total: 2, ours: true } as const;
    run.add("27/3", { ...task, status: "RUNNING", startTime: times.startTime });
    run.add("27/3", { ...subtask, subtask: "1", ...times }).add("27/3", { ...subtask, subtask: "2" });
    run.add("27/3", { ...task, status: "FAILED", ...times, startTime: "tomorrow" });
    place.wrote(String(run));
  });

  test("are OCP's own where it tells them, beside those of the hooks' looks", async () => {
    const [task] = (await place.json()).stacks[0]?.tasks ?? [];
    expect(task).toMatchObject({ ocpStartedAt: "2026-11-26T07:12:01.250Z", ocpEndedAt: "2026-11-26T07:12:02.000Z" });
    expect(task?.startedAt).toBe("2026-11-26T07:12:04.500Z");
    expect(task?.subtasks.map(({ attempts: [attempt] }) => [attempt?.ocpStartedAt, attempt?.ocpEndedAt])).toEqual([
      ["2026-11-26T07:12:01.250Z", "2026-11-26T07:12:02.000Z"],
      [null, null],
    ]);
  });

  test("say on the page that they are looks where OCP tells none", async () => {
    await place.alone("--html", "report.html");
    const page = readFileSync(join(place.path, "report.html"), "utf8");
    expect(page).toContain("subtask 1, from 07:12:01, 750 ms<");
    expect(page).toMatch(/subtask 2, seen from 07:12:05, 0 ms</);
    expect(page).toContain("“seen” stands before those of the hooks' looks");
  });
});
