import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { REPOSITORY } from "../support/repository.js";
import { failureOf, Place, Run } from "./place.js";

/** What a report says of a run, by events and state alone. What OCP adds is in ocp.test.ts. */

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => {
  place.remove();
});

const PROXIES = ["27/1", "27/2", "27/3"];

describe("when all went well", () => {
  beforeEach(() => {
    place.wrote(String(new Run(place.hooks).deletes("900", PROXIES).deletes("901", ["27"])));
  });

  test("ends with 0 and says what is deleted by which task", async () => {
    const { code, err, out } = await place.alone();
    expect(code).toBe(0);
    expect(err).toBe("");
    expect(out).toBe(
      [
        "stack proxies (cdktf.out/stacks/proxies)",
        "  last run: 2026-11-26 07:12:03 UTC, 35 s, ended 9 min 25 s ago",
        "  deleted: OBProxy cluster 27 (task 901)",
        "  deleted: OBProxies 27/1 to 27/3 (task 900)",
        "",
        "4 objects: 4 deleted",
        "",
      ].join("\n"),
    );
  });

  test("takes nothing for gone that the state holds: it may have been deployed again, and a destroy would delete it", async () => {
    place.holds(["27/3"]);
    const { code, out } = await place.alone();
    expect(code).toBe(1);
    expect(out).toContain(
      "UNKNOWN OBProxy 27/3: this run deleted it, and the state holds it: it was deployed again since, or the state could not be saved\n  what to do: give OCP's credentials to this command, as to the destroy, so that OCP tells which",
    );
    expect(out).not.toContain("run destroy again");
  });

  test("knows nothing by what hooks told of another OCP, whose objects have the same ids", async () => {
    place.wrote(String(new Run(place.hooks, { ocp: "http://another.example.com" }).deletes("900", place.keys)));
    const { code, out } = await place.alone();
    expect(code).toBe(1);
    expect(out).toContain("WARNING: the hooks of the last run worked at http://another.example.com, and provider ocp");
    expect(out).toContain("4 objects: 4 unknown\n");
  });

  test("ends with 1 where the state cannot be read", async () => {
    const { code, out } = await place.alone("--state", "nowhere.json");
    expect(code).toBe(1);
    expect(out).toContain("the state file");
    expect(out).toContain("deleted: OBProxies 27/1 to 27/3 (task 900)");
  });
});

describe("when one of three tasks failed", () => {
  beforeEach(() => {
    const run = new Run(place.hooks).deletes("900", ["27/1"]).deletes("910", ["27/2"]).fails("920", ["27/3"]);
    place.wrote(String(run));
    place.holds(["27", "27/3"]);
  });

  test("says what is deleted, what failed and why, what waits for it and what to do, as the manual shows", async () => {
    const manual = readFileSync(join(REPOSITORY, "docs/report.md"), "utf8");
    const [, example] = /```text\n([^]*?)```/.exec(manual) ?? [];
    const { code, out } = await place.alone();
    expect(code).toBe(1);
    expect(out).toBe(example);
  });

  test("says nothing of a failure that has been made good since", async () => {
    place.wrote(String(new Run(place.hooks).fails("920", PROXIES)) + String(after(60).deletes("930", place.keys)));
    place.holds([]);
    const { code, out } = await place.alone();
    expect(code).toBe(0);
    expect(out).not.toContain("FAILED");
  });
});

describe("what a run has left alone", () => {
  const leftAlone = (): Run =>
    new Run(place.hooks)
      .deletes("900", ["27/1", "27/2"])
      .start("27/3")
      .add("27/3", { event: "left-alone", why: "skipDestroy is set on proxies/27/3" })
      .deletes("901", ["27"]);

  test("is left alone", async () => {
    place.wrote(String(leftAlone()));
    const { code, out } = await place.alone();
    expect(out).toContain("left alone: OBProxy 27/3 (skipDestroy is set on proxies/27/3)");
    expect(code).toBe(0);
  });

  test("is left where it has been deployed again, and is to be left alone no more", async () => {
    place.wrote(String(leftAlone()));
    place.holds(["27/3"]);
    const { code, out } = await place.alone();
    expect(out).toContain(
      "LEFT OBProxy 27/3: in the state, though this run left it alone: it was deployed again since, or the state could not be saved\n  what to do: nothing, if it is to stay; if it is to go, run destroy\n",
    );
    expect(code).toBe(1);
  });

  test("is left alone still where the code says so, and is only not yet deployed so", async () => {
    const kept = new Place({ obproxies: { skipDestroy: true } });
    const why = "skipDestroy is set on proxies/27/3";
    kept.wrote(String(new Run(kept.hooks).start("27/3").add("27/3", { event: "left-alone", why })));
    kept.holds(["27/3"]);
    const { out } = await kept.alone();
    kept.remove();
    expect(out).toContain("left alone: OBProxy");
    expect(out).not.toContain("LEFT OBProxy 27/3");
  });
});

function after(seconds: number): Run {
  return new Run(place.hooks, { after: seconds, name: `${seconds}-1` });
}

test("tells of thirty proxies in twenty lines, and each cause once", async () => {
  const many = new Place({ obproxyIds: Array.from({ length: 30 }, (_, index) => index + 1) });
  const proxies = many.keys.slice(1);
  const run = new Run(many.hooks)
    .deletes("900", proxies.slice(0, 10))
    .fails("910", proxies.slice(10, 20))
    .fails("920", proxies.slice(20));
  many.wrote(String(run));
  many.holds(["27", ...proxies.slice(10)]);
  const { out } = await many.alone();
  many.remove();
  const lines = out.trimEnd().split("\n");
  expect(lines.length).toBeLessThanOrEqual(20);
  expect(lines.filter((line) => line.includes("mend the cause and retry tasks 910, 920 at "))).toHaveLength(1);
  expect(out).toContain("failed: OBProxies 27/11 to 27/30");
  expect(out).toContain(
    `FAILED OBProxies 27/11 to 27/30: OCP's tasks 910, 920 "Delete obproxy server" FAILED\n  of task 910:\n`,
  );
});

test("does not take for gone what its own hook still saw after the good end of a task that others shared", async () => {
  const listed = {
    ...failureOf("900"),
    what: "task 900 ended SUCCESSFUL, but OCP still lists OBProxy 27/2",
    details: [],
  };
  const run = new Run(place.hooks).start("27/1", "27/2").send("900", ["27/1", "27/2"]);
  for (const key of ["27/1", "27/2"]) run.task(key, "900", "SUCCESSFUL", 3);
  place.wrote(String(run.add("27/1", { event: "deleted", task: "900" }).add("27/2", listed)));
  place.holds(["27/2"]);
  const { out } = await place.alone();
  expect(out).toContain("FAILED OBProxy 27/2: task 900 ended SUCCESSFUL, but OCP still lists OBProxy 27/2\n");
  expect(out).not.toContain("already gone: OBProxy 27/2");
});

test("names the stack's directory as it was given, for the command to be copied", async () => {
  const stack = join(place.path, "cdktf.out/stacks/proxies");
  const next = `retry task 920 or \`npx cdktf-obproxy retry 920 ${stack}\``;
  place.wrote(String(new Run(place.hooks).fails("920", PROXIES, { next })));
  place.holds(place.keys);
  expect((await place.alone()).out).toContain(
    "what to do: retry task 920 or `npx cdktf-obproxy retry 920 cdktf.out/stacks/proxies`\n",
  );
});

test("tells causes apart that differ in OCP's last word alone", async () => {
  const full = { details: ['OCP says: "no space left on host" (trace id 1)'] };
  const run = new Run(place.hooks).fails("910", ["27/1"]).fails("920", ["27/2"], full).fails("930", ["27/3"], full);
  place.wrote(String(run));
  place.holds(place.keys);
  const { stacks } = await place.json();
  expect(stacks[0]?.causes.map(({ objects }) => objects)).toEqual([["27/1"], ["27/2", "27/3"]]);
});

test("is short where there are many causes, and says where the rest is", async () => {
  const many = new Place({ obproxyIds: Array.from({ length: 30 }, (_, index) => index + 1) });
  const run = new Run(many.hooks);
  many.keys.slice(1).forEach((key, index) => {
    run.fails(String(900 + 10 * index), [key], { details: ["log: a", "log: b", `OCP says: "${index}"`] });
  });
  many.wrote(String(run));
  many.holds(many.keys);
  const { out } = await many.alone();
  many.remove();
  expect(out).toContain('  OCP says: "29"\n');
  expect(out).not.toContain("log: a");
  expect(out).toContain("  (2 lines before this; --html shows them)\n");
});

test("tells one cause once, though each object is named in its own failure", async () => {
  const run = new Run(place.hooks).start(...PROXIES);
  for (const key of PROXIES) {
    const what = `OBProxy ${key} can be taken neither for gone nor for there: OCP does not tell`;
    run.add(key, { ...failureOf("1"), what, details: [], next: `see OBProxy ${key} in OCP's console` });
  }
  place.wrote(String(run));
  place.holds(place.keys);
  const { out } = await place.alone();
  expect(out).toContain(
    "FAILED OBProxies 27/1 to 27/3: each of them can be taken neither for gone nor for there: OCP does not tell\n  what to do: see each of them in OCP's console\n",
  );
});

describe("when the runner was killed in mid-task", () => {
  const SENT = { event: "sent", task: "910", with: ["27/2", "27/3"] } as const;
  const killed = (): Run =>
    new Run(place.hooks).deletes("900", ["27/1"]).start("27/2", "27/3").send("910", ["27/2", "27/3"]);

  test("says which task may go on, also where the last line is torn", async () => {
    place.wrote(String(killed()) + '{"v":1,"at":"2026-11-26T07:13:0');
    place.holds(["27", "27/2", "27/3"]);
    const { code, out } = await place.alone();
    expect(code).toBe(1);
    expect(out).toContain(
      'INTERRUPTED OBProxies 27/2, 27/3: the hook was killed before it came to an end; task 910 "Delete obproxy server" may go on in OCP\n  what to do: run destroy again: it finds the task, and waits for it\n',
    );
    expect(out).toContain("note: 1 line of the events is none that this version can read: torn");
    expect(out).toContain("waiting: OBProxy cluster 27 (for OBProxies 27/2, 27/3;");
    expect(out).toContain("4 objects: 1 deleted, 1 waiting, 2 interrupted\n");
  });

  test("says that no delete is known of a hook that was killed before it sent one", async () => {
    place.wrote(String(new Run(place.hooks).start("27/3")));
    place.holds(["27/3"]);
    expect((await place.alone()).out).toContain(
      "INTERRUPTED OBProxy 27/3: the hook was killed before it came to an end; no delete that it had sent is known\n",
    );
  });

  test("says that the task has failed where another hook that shared it tells so, and why", async () => {
    const run = new Run(place.hooks).start("27/2", "27/3").send("910", ["27/2", "27/3"]);
    place.wrote(String(run.task("27/2", "910", "FAILED", 1).add("27/2", failureOf("910"))));
    place.holds(["27/2", "27/3"]);
    const { out } = await place.alone();
    expect(out).toContain(
      'INTERRUPTED OBProxy 27/3: the hook was killed before it came to an end; task 910 "Delete obproxy server" FAILED, as the hook of OBProxy 27/2 tells\n  log: Set obproxy',
    );
    expect(out).toContain('OCP says: "connect to agent 10.0.0.3:62888 timed out"');
  });

  test("takes what its task deletes for gone where another hook that shared it tells of its good end", async () => {
    const run = new Run(place.hooks).start("27/3").deletes("910", ["27/2"]);
    run.add("27/2", { event: "sent", task: "910", with: ["27/2", "27/3"] });
    place.wrote(String(run));
    place.holds(["27/3"]);
    const { out } = await place.alone();
    expect(out).toContain("already gone: OBProxy 27/3 (task 910, which deletes it, has ended well since)\n");
    expect(out).toContain("STATE OBProxy 27/3: gone, but still in the state\n  what to do: run destroy again, which");
  });

  test("knows the task of a hook that shared it and was killed before it could tell", async () => {
    place.wrote(String(new Run(place.hooks).start("27/2", "27/3").add("27/2", SENT)));
    place.holds(["27/2", "27/3"]);
    expect((await place.alone()).out).toContain(
      "INTERRUPTED OBProxies 27/2, 27/3: the hook was killed before it came to an end; task 910 may go on in OCP\n",
    );
  });

  test("does not take a hook for dead that is alive", async () => {
    const program = `${place.hooks}/obproxy-hook.cjs`;
    const hook = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60000)", program], { stdio: "ignore" });
    const run = new Run(place.hooks, { here: true });
    run.add("27/3", { event: "started", hook: place.hooks }, hook.pid);
    run.add("27/3", { event: "waiting", for: "task 910 of operator to end" });
    place.wrote(String(run));
    place.holds(["27/3"]);
    const { code, out } = await place.alone();
    hook.kill();
    expect(code).toBe(1);
    expect(out).toContain("AT WORK OBProxy 27/3: a hook is still at work: task 910 of operator to end\n");
    expect(out).toContain(", still at work\n");
  });

  test("nor a retry from the command line", async () => {
    const retry = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60000)", "main.js", "retry", "920"], {
      stdio: "ignore",
    });
    const run = new Run(place.hooks, { here: true, name: "2-2" });
    run.add("27/3", { event: "started", hook: place.hooks, retries: "920" }, retry.pid);
    place.wrote(String(new Run(place.hooks, { here: true }).fails("920", ["27/3"])) + String(run));
    place.holds(["27/3"]);
    const { out } = await place.alone();
    retry.kill();
    expect(out).toContain("AT WORK OBProxy 27/3: a hook is still at work\n");
  });

  test("takes another program with a dead hook's process id for what it is", async () => {
    const run = new Run(place.hooks, { here: true });
    run.add("27/3", { event: "started", hook: place.hooks }, process.pid);
    place.wrote(String(run));
    place.holds(["27/3"]);
    expect((await place.alone()).out).toContain("INTERRUPTED OBProxy 27/3");
  });
});

describe("when there was nothing to do", () => {
  test("knows nothing without events and without OCP, and says so", async () => {
    rmSync(place.eventsFile, { force: true });
    const { code, out } = await place.alone();
    expect(code).toBe(1);
    expect(out).toContain(`last run: none that has told anything (${place.eventsFile})`);
    expect(out).toContain("unknown: OBProxies 27/1 to 27/3; OBProxy cluster 27");
    expect(out).toContain("not known whether gone: OCP was not asked");
  });

  test("says what an earlier run deleted", async () => {
    const earlier = new Run(place.hooks).deletes("900", PROXIES).fails("901", ["27"]);
    const later = after(100).start("27").add("27", { event: "already-gone", task: "901" });
    place.wrote(`${String(earlier)}${String(later)}`);
    const { code, out } = await place.alone();
    expect(code).toBe(0);
    expect(out).toContain(
      "already gone: OBProxies 27/1 to 27/3 (deleted by the run of 2026-11-26 07:12:03 UTC, task 900)",
    );
    expect(out).toContain("already gone: OBProxy cluster 27 (task 901 had deleted it before)");
  });
});

test("says before the first destroy that nothing was torn down yet, and what is deployed", async () => {
  rmSync(place.eventsFile, { force: true });
  place.holds(place.keys);
  const { code, out } = await place.alone();
  expect(code).toBe(1);
  expect(out).toContain(
    "DEPLOYED OBProxies 27/1 to 27/3; OBProxy cluster 27: deployed, and nothing of the stack was torn down yet\n  what to do: nothing, if it is to stay; `cdktf destroy` deletes it",
  );
  expect(out).not.toContain("again");
});

describe("what a destroy would let go without its hook", () => {
  const runs: readonly (readonly [string, () => void])[] = [
    [
      "before the first destroy",
      () => {
        rmSync(place.eventsFile, { force: true });
      },
    ],
    [
      "where its hook has failed",
      () => {
        place.wrote(String(new Run(place.hooks).fails("920", place.keys)));
      },
    ],
    [
      "where its hook was killed",
      () => {
        place.wrote(String(new Run(place.hooks).start(...place.keys)));
      },
    ],
    [
      "where no hook has come to it",
      () => {
        place.wrote(String(new Run(place.hooks).deletes("900", ["27/4"])));
      },
    ],
  ];

  test.each(runs)("is told so, and never to be destroyed, %s: its provider has left the code", async (_when, given) => {
    given();
    place.holds(place.keys, { alias: "gone" });
    const { code, out } = await place.alone();
    expect(code).toBe(1);
    expect(out).toContain("has left the configuration: a destroy would forget it without running its hook");
    expect(out).toMatch(
      /has left the configuration.*\n( {2}.*\n)* {2}what to do: declare its OcpProvider again \(with the same/,
    );
  });

  test.each(runs)("is told so, and never to be destroyed, %s: it is tainted", async (_when, given) => {
    given();
    place.holds(place.keys, { tainted: true });
    const { code, out } = await place.alone();
    expect(code).toBe(1);
    expect(out).toContain("tainted in the state: a destroy would run no hook, and it would stay in OCP");
    expect(out).toContain("terraform untaint 'terraform_data.ocp_obproxies[\"27/3\"]'");
  });
});

test("does not know whether it was a deploy, and tells what is declared and still there to be destroyed only if it was a destroy", async () => {
  place.wrote(String(new Run(place.hooks).deletes("900", ["27/4"])));
  place.holds(place.keys);
  expect((await place.alone()).out).toContain(
    "what to do: after a deploy, nothing (`--deploy` leaves it out); after a destroy, run it again: it goes on from where things stand\n",
  );
});

describe("after a retry from the command line", () => {
  const retry = (): Run => {
    const run = new Run(place.hooks, { after: 300, name: "2-2" });
    run.add("27/1", { event: "started", hook: place.hooks, retries: "920" }, 77);
    run.add("27/1", { event: "retried", task: "920" });
    return run;
  };
  const failed = (): string => String(new Run(place.hooks).deletes("900", ["27/4"]).fails("920", PROXIES));

  test("that has ended well tells of the destroy still, and takes all that the task deletes for gone", async () => {
    const run = retry().task("27/1", "920", "SUCCESSFUL", 3).add("27/1", { event: "deleted", task: "920" });
    place.wrote(failed() + String(run));
    place.holds(PROXIES);
    const { out } = await place.alone();
    expect(out).toContain("  last run: 2026-11-26 07:12:03 UTC, 31 s,");
    expect(out).toContain("deleted: OBProxy 27/4 (task 900)\n");
    expect(out).toContain("already gone: OBProxies 27/2, 27/3 (task 920, which deletes it, has ended well since)\n");
    expect(out).toContain(
      "STATE OBProxies 27/1 to 27/3: gone, but still in the state\n  what to do: run destroy again,",
    );
    expect(out).not.toContain("FAILED");
  });

  test("that has ended well makes good a later run, too, which only told that the task had failed before", async () => {
    const later = new Run(place.hooks, { after: 200, name: "2-1" });
    // It tells of one object alone, and not of the one with which the retry begins.
    later.start("27/3").add("27/3", failureOf("920"));
    const run = retry();
    for (const key of PROXIES.slice(1)) run.add(key, { event: "started", hook: place.hooks, retries: "920" });
    for (const key of PROXIES) run.task(key, "920", "SUCCESSFUL", 3).add(key, { event: "deleted", task: "920" });
    place.wrote(failed() + String(later) + String(run));
    place.holds(PROXIES);
    const { out } = await place.alone();
    expect(out).toContain("deleted: OBProxies 27/1 to 27/3 (task 920)\n");
    expect(out).not.toContain("FAILED");
  });

  test("that has failed again tells its newest cause once", async () => {
    const again = { ...failureOf("920"), details: ['OCP says: "no space left"'] };
    place.wrote(failed() + String(retry().task("27/1", "920", "FAILED", 1).add("27/1", again)));
    place.holds(PROXIES);
    const { stacks } = await place.json();
    expect(stacks[0]?.tasks.find(({ id }) => id === "920")?.retries).toBe(1);
    expect((await place.alone()).out).toContain('OCP says: "no space left"\n');
  });

  test("whose run is not known any more stands for itself", async () => {
    place.wrote(String(retry().add("27/1", { event: "deleted", task: "920" })));
    place.holds(["27"]);
    expect((await place.alone()).out).toContain("deleted: OBProxy 27/1 (task 920)\n");
  });
});

describe("with events of two runs", () => {
  test("tells of the newest whose hooks lay in this directory", async () => {
    const own = new Run(place.hooks).deletes("900", place.keys);
    const others = new Run("/elsewhere/hook", { after: 300, name: "2-2" }).fails("950", PROXIES);
    place.wrote(String(own) + String(others));
    const { code, out } = await place.alone();
    expect(code).toBe(0);
    expect(out).not.toContain("950");
  });

  test("tells of the newest of that name where none of this directory is known, and says so", async () => {
    place.wrote(String(new Run("/elsewhere/hook", { after: 300, name: "2-2" }).deletes("950", place.keys)));
    const { code, out } = await place.alone();
    expect(code).toBe(0);
    expect(out).toContain(
      "note: no hook of this directory has told anything; this is the newest run of a stack of that name (its hooks lay in /elsewhere/hook)\n",
    );
  });

  test("takes no other stack's events for its own", async () => {
    place.wrote(String(new Run(place.hooks, { stack: "another" }).deletes("900", place.keys)));
    expect((await place.alone()).out).toContain("last run: none that has told anything");
  });

  test("takes an object that an earlier run left, and this one deleted, for deleted", async () => {
    place.wrote(String(new Run(place.hooks).fails("900", PROXIES)) + String(after(60).deletes("910", PROXIES)));
    place.holds([]);
    const { stacks } = await place.json();
    expect(stacks[0]?.objects.map(({ key, status, task }) => [key, status, task])).toEqual([
      ["27", "unknown", null],
      ["27/1", "deleted", "910"],
      ["27/2", "deleted", "910"],
      ["27/3", "deleted", "910"],
    ]);
  });
});

describe("what stays by the configuration's wish", () => {
  test("is no failure", async () => {
    const run = new Run(place.hooks).start("27/1");
    run.add("27/1", { event: "left-alone", why: "skipDestroy is set on proxies/x", doubt: "its twin may be gone" });
    run.deletes("900", ["27/2", "27/3", "27"]);
    place.wrote(String(run));
    const { code, out } = await place.alone();
    expect(code).toBe(0);
    expect(out).toContain("left alone: OBProxy 27/1 (skipDestroy is set on proxies/x)");
    expect(out).toContain("WARNING OBProxy 27/1: its twin may be gone");
  });

  test("is known from the declaration where no hook ran", async () => {
    const kept = new Place({ obproxies: { skipDestroy: true } });
    kept.wrote("");
    const { out } = await kept.alone();
    kept.remove();
    expect(out).toContain("left alone: OBProxies 27/1 to 27/3 (skipDestroy is set on proxies/orders-proxies)");
  });

  test("says what to do where preventDestroy stopped the plan", async () => {
    const kept = new Place({ obproxies: { preventDestroy: true } });
    kept.wrote("");
    kept.holds(kept.keys);
    const { code, out } = await kept.alone();
    kept.remove();
    expect(code).toBe(1);
    expect(out).toContain(
      "LEFT OBProxies 27/1 to 27/3: preventDestroy is set on proxies/orders-proxies\n  what to do: take `preventDestroy` off, deploy, then destroy\n",
    );
  });
});

test("does not take the hook of what is remembered of an object for its own", async () => {
  const run = new Run(place.hooks).deletes("900", place.keys);
  const other = new Run(place.hooks).add("27/1", { ...failureOf("1"), what: "its name is not known any more" }, 4711);
  place.wrote(String(run) + String(other));
  expect((await place.alone()).out).toContain("4 objects: 4 deleted\n");
  place.wrote(String(other));
  place.holds(["27/1"]);
  expect((await place.alone()).out).toContain("FAILED OBProxy 27/1: its name is not known any more\n");
});

test("tells of a run in which the hook of what is remembered has failed before any other began", async () => {
  const earlier = new Run(place.hooks).deletes("900", ["27/1"]);
  const failure = { ...failureOf("1"), what: "its name is not known any more", hook: place.hooks };
  place.wrote(String(earlier) + String(new Run(place.hooks, { after: 300, name: "2-2" }).add("27/3", failure)));
  place.holds(["27", "27/2", "27/3"]);
  expect((await place.alone()).out).toContain("FAILED OBProxy 27/3: its name is not known any more\n");
});

describe("after a deploy", () => {
  test("tells of what has left the code alone", async () => {
    place.wrote(String(new Run(place.hooks).deletes("900", ["27/4"])));
    place.holds([...place.keys, "27/5"]);
    const { code, out } = await place.alone("--deploy");
    expect(code).toBe(1);
    expect(out).toContain("deleted: OBProxy 27/4 (task 900)\n");
    expect(out).toContain("LEFT OBProxy 27/5: in the state, and no hook has told of it\n");
    expect(out).toContain("2 objects: 1 deleted, 1 left\n");
    place.holds(place.keys);
    expect((await place.alone("--deploy")).code).toBe(0);
    expect((await place.alone()).code).toBe(1);
  });
});

test("tells what hooks warned of, once", async () => {
  const run = new Run(place.hooks).start(...PROXIES);
  for (const key of PROXIES) run.add(key, { event: "warned", text: "no note can be kept here" });
  place.wrote(String(run.deletes("900", place.keys)));
  const { out } = await place.alone();
  expect(out).toContain("WARNING OBProxies 27/1 to 27/3: no note can be kept here\n");
});

test("says that a file of events has to be named by its path from the root", async () => {
  const { code, out } = await place.report(["--no-ocp"], { OBPROXY_EVENTS: "events.jsonl" });
  expect(code).toBe(1);
  expect(out).toContain(
    'the events cannot be read: OBPROXY_EVENTS is "events.jsonl", and has to be a path from the root',
  );
});

test("does not wait for a pipe that nobody writes to, and says that it is no file", async () => {
  place.holds(place.keys);
  for (const make of [
    () => execFileSync("mkfifo", [place.eventsFile]),
    () => {
      mkdirSync(place.eventsFile);
    },
  ]) {
    rmSync(place.eventsFile, { force: true });
    make();
    const { code, out } = await place.alone();
    expect(code).toBe(1);
    expect(out).toContain(`WARNING: the events cannot be read: ${place.eventsFile} is no file\n`);
  }
});

test("tells of an object that has left the code and the state", async () => {
  place.wrote(String(new Run(place.hooks).deletes("900", [...place.keys, "30/7"])));
  expect((await place.alone()).out).toContain("5 objects: 5 deleted\n");
});

test.each([
  ["missing", undefined, /the file \S+settings.json is missing/],
  ["damaged", "{", /the settings beside the hook \(\S+settings.json\) cannot be used/],
])("knows nothing of what is declared where the settings are %s", async (_, text, words) => {
  place.wrote("");
  const path = join(place.hooks, "settings.json");
  rmSync(path);
  if (text !== undefined) writeFileSync(path, text);
  const { code, out } = await place.alone();
  expect(out).toMatch(words);
  expect(out).not.toContain("there was nothing to delete");
  expect(code).toBe(1);
});

test("keeps the lines of what Terraform says, and offers nothing that it does not take", async () => {
  const terraform = join(place.path, "terraform");
  const says = ["╷", "│ Error: Backend initialization required", "│ ", "│ Reason: it has changed", "╵"];
  writeFileSync(terraform, `#!/bin/sh\ncat >&2 <<'END'\n${says.join("\n")}\nEND\nexit 1\n`, { mode: 0o755 });
  const { code, out } = await place.report(["--no-ocp"], { ...process.env, TERRAFORM_BINARY_NAME: terraform }, []);
  expect(code).toBe(1);
  expect(out).toContain(
    [
      `STATE: the state cannot be read: ${terraform} show -json says: Error: Backend initialization required`,
      "  Reason: it has changed",
      `  what to do: run ${terraform} -chdir=cdktf.out/stacks/proxies init first; or give --state FILE`,
      "",
    ].join("\n"),
  );
});

describe("the command line", () => {
  test("is told what is wrong with it, with exit code 2", async () => {
    for (const args of [["--jsom"], ["--html"], ["--json", "--markdown"], ["--json=yes"]]) {
      const { code, err, out } = await place.report(args);
      expect({ args, code, out }).toEqual({ args, code: 2, out: "" });
      expect(err).toContain("Try `cdktf-obproxy report --help`.");
    }
  });

  test("ends with 2 where there is no such stack", async () => {
    const { code, err } = await place.report(["nowhere"]);
    expect(code).toBe(2);
    expect(err).toMatch(/there is no directory .*nowhere\n {2}what to do: run cdktf synth first/);
    expect(err).not.toMatch(/\bat .*:\d+:\d+/);
  });

  test("ends with 2 where a file cannot be written, after it has told the rest", async () => {
    place.wrote(String(new Run(place.hooks).deletes("900", place.keys)));
    const { code, err, out } = await place.alone("--html", "nowhere/report.html");
    expect(code).toBe(2);
    expect(out).toContain("4 deleted");
    expect(err).toContain("`--html`:");
    expect(err).toContain("cannot be written");
  });

  test("explains itself", async () => {
    const { code, out } = await place.report(["--help"]);
    expect(code).toBe(0);
    for (const word of ["--junit <file>", "--html <file>", "OBPROXY_EVENTS", "Exit code: 0"]) {
      expect(out).toContain(word);
    }
  });
});
