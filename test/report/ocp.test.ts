import { startSimulator, type Simulator } from "../../src/simulator/index.js";
import { CREDENTIALS, orders } from "../support/world.js";
import { Place, Run, type RunOptions } from "./place.js";

/** What OCP adds to the events and the state. It is only asked. */

let ocp: Simulator;
let place: Place;
beforeEach(async () => {
  ocp = await startSimulator({ credentials: CREDENTIALS, version: "4.3.6", tickMs: "manual", clusters: [orders()] });
  place = new Place({ url: ocp.url });
});
afterEach(async () => {
  const methods = ocp.requests.map(({ method }) => method);
  place.remove();
  await ocp.stop();
  expect(methods.filter((method) => method !== "GET")).toEqual([]);
});

const run = (options: RunOptions = {}): Run => new Run(place.hooks, { ocp: ocp.url, ...options });
const PROXIES = ["27/1", "27/2", "27/3"];

function report(env: NodeJS.ProcessEnv = {}) {
  return place.report([], { OCP_USERNAME: CREDENTIALS.username, OCP_PASSWORD: CREDENTIALS.password, ...env });
}

test("ends with 0 where there was nothing to do: neither the state nor OCP has any of it", async () => {
  place.wrote("");
  ocp.removeCluster(27);
  const { code, out } = await report();
  expect(out).toContain("already gone: OBProxies 27/1 to 27/3; OBProxy cluster 27 (OCP does not list it)\n");
  expect(code).toBe(0);
});

test("ends with 1 where the state was lost and a destroy has deleted nothing", async () => {
  place.wrote("");
  const { code, out } = await report();
  expect(code).toBe(1);
  expect(out).toContain("LEFT OBProxies 27/1 to 27/3; OBProxy cluster 27: listed by OCP, and not in the state\n");
  expect(out).toContain("configure a state backend that all machines share");
});

test("says that what this run deleted is there again", async () => {
  place.wrote(String(run().deletes("900", place.keys)));
  const { code, out } = await report();
  expect(code).toBe(1);
  expect(out).toContain(
    "LEFT OBProxies 27/1 to 27/3; OBProxy cluster 27: listed by OCP, though this run deleted it\n  what to do: it was added anew, or its deletion was undone: see it in OCP's console; nothing, if it is to stay; if it is to go, declare it, deploy, then destroy\n",
  );
  place.holds(place.keys);
  expect((await report()).out).toContain("nothing, if it is to stay; if it is to go, run destroy\n");
});

describe("where a task has failed that deletes what has been let go since,", () => {
  const DO_NOT =
    "what to do: do not retry task 900, which deletes what by code and state is not to go any more (OBProxy 27/4); roll it back or abandon it in OCP's console (Task Center), then run destroy again";
  beforeEach(() => {
    ocp.addObproxy(27, 4);
    place.wrote(String(run().fails("900", [...PROXIES, "27/4"])));
  });

  test("tells nobody to retry it", async () => {
    place.holds(place.keys);
    const { code, out } = await report();
    expect(out).toContain(DO_NOT);
    expect(out).not.toMatch(/(?<!do not )retry (?:it|task)/);
    expect(code).toBe(1);
  });

  test("tells so where OCP is not asked", async () => {
    place.holds(place.keys);
    expect((await place.alone()).out).toContain(DO_NOT);
  });

  test("tells so of what is declared still, where OCP lists it", async () => {
    place.holds(["27", "27/1", "27/2", "27/4"]);
    expect((await report()).out).toContain("(OBProxy 27/3); roll it back or abandon it");
  });

  test("tells to retry it while the state holds all of it, and once OCP does not list it", async () => {
    place.holds([...place.keys, "27/4"]);
    expect((await report()).out).not.toContain("do not retry");
    place.holds(place.keys);
    ocp.removeObproxy(27, 4);
    expect((await report()).out).not.toContain("do not retry");
  });
});

test("tells to empty the state of what OCP does not list", async () => {
  place.wrote(String(run().deletes("900", place.keys)));
  place.holds(["27/3"]);
  ocp.removeCluster(27);
  const { code, out } = await report();
  expect(code).toBe(1);
  expect(out).toContain("STATE OBProxy 27/3: gone, but still in the state\n  what to do: run destroy again");
});

describe("what the state has let go, and OCP does not list, is not gone", () => {
  /** OCP forgets the OBProxies before the task is done. */
  const deletion = (...fail: readonly ["always"?]) => {
    ocp.planWork({ subtaskName: "Unreserve host", ticks: 100, ...(fail.length > 0 && { fail: "always", ticks: 0 }) });
    const task = ocp.submitDeleteObproxies(27, [1, 2, 3]);
    if (fail.length > 0) ocp.runToEnd(task.id);
    else for (let tick = 0; tick < 60; tick += 1) ocp.tick();
    expect(ocp.clusters[0]?.obproxies).toEqual([]);
    return task;
  };
  const proxies = async () => {
    const { code, out } = await report();
    expect(code).toBe(1);
    return out;
  };

  test("while its task is at work", async () => {
    const { id } = deletion();
    place.wrote(String(run().fails(id, PROXIES)));
    expect(await proxies()).toMatch(
      new RegExp(
        `FAILED OBProxies 27/1 to 27/3: .*\n(?:  .*\n)*  task ${id} is RUNNING in OCP now\n  what to do: wait for the end of task ${id}; the state holds it no more`,
      ),
    );
    place.wrote(
      String(
        run()
          .start(...PROXIES)
          .send(id, PROXIES),
      ),
    );
    expect(await proxies()).toContain(`what to do: wait for the end of task ${id}; the state holds it no more`);
  });

  test("where its task has failed", async () => {
    const { id } = deletion("always");
    place.wrote(String(run().fails(id, PROXIES)));
    expect(await proxies()).toContain(
      `what to do: mend the cause and retry task ${id} in OCP's console (Task Center); the state holds`,
    );
  });

  test("where a run before the last has begun a task that has failed", async () => {
    const { id } = deletion("always");
    place.wrote(String(run().fails(id, PROXIES)) + String(run({ after: 60, name: "2-2" }).start("27")));
    expect(await proxies()).toContain(
      `FAILED OBProxies 27/1 to 27/3: OCP does not list it any more, and its deletion, task ${id} "Delete obproxy server", is not done: FAILED: `,
    );
  });

  test("where no event is left of a task that has failed, as OCP's tags tell", async () => {
    const { id } = deletion("always");
    place.wrote("");
    expect(await proxies()).toContain(
      `FAILED OBProxies 27/1 to 27/3: OCP does not list it any more, and its deletion, task ${id} `,
    );
  });

  test("where the user may not read tasks", async () => {
    const { id } = deletion("always");
    place.wrote(String(run().fails(id, PROXIES)));
    ocp.setPermissions({ readTasks: false });
    expect(await proxies()).toContain("failed: OBProxies 27/1 to 27/3");
  });
});

test("takes for gone what a task has deleted that was retried in OCP's console, and says so", async () => {
  ocp.planWork({ subtaskName: "Unreserve host", fail: 1 });
  const task = ocp.submitDeleteObproxies(27, [1, 2, 3]);
  ocp.runToEnd(task.id);
  place.wrote(String(run().fails(task.id, PROXIES)));
  place.holds(place.keys);
  ocp.retry(task.id);
  ocp.runToEnd(task.id);
  const { out } = await report();
  expect(out).toContain(
    `already gone: OBProxies 27/1 to 27/3 (task ${task.id}, which deletes it, has ended well since)\n`,
  );
  expect(out).not.toContain("FAILED");
});

test("takes what failed, and was deleted by hand and forgotten since, for gone", async () => {
  place.wrote(String(run().fails("900", PROXIES)));
  ocp.removeCluster(27);
  const { code, out } = await report();
  expect(code).toBe(0);
  expect(out).toContain("(neither in the state nor in OCP any more)");
});

test("tells how the task of a killed hook stands now", async () => {
  const task = ocp.submitDeleteCluster(27);
  place.wrote(
    String(
      run()
        .start(...PROXIES)
        .send(task.id, PROXIES),
    ),
  );
  place.holds(place.keys);
  expect((await report()).out).toMatch(
    /INTERRUPTED OBProxies 27\/1 to 27\/3: the hook was killed before it came to an end; task \d+ ".*" in OCP now: RUNNING, \d+ of \d+ subtasks done\n {2}what to do: run destroy again: it finds the task, and waits for it\n/,
  );
});

test("is content with events and state where OCP cannot be asked, and says so", async () => {
  place.wrote(String(run().deletes("900", place.keys)));
  const { code, out } = await report({ OCP_PASSWORD: "another-password" });
  expect(code).toBe(0);
  expect(out).toContain("note: OCP could not be asked how things stand now (provider ocp): OCP does not accept");
  expect(out).not.toContain("another-password");
});

test("ends with 1 where neither events nor OCP tell, and says what to do", async () => {
  place.wrote("");
  const { code, out } = await report({ OCP_USERNAME: "", OCP_PASSWORD: "" });
  expect(code).toBe(1);
  expect(out).toContain(
    "UNKNOWN OBProxies 27/1 to 27/3; OBProxy cluster 27: not known whether gone: OCP could not be asked: no credentials",
  );
  expect(out).toContain("what to do: set them in the environment");
});

test("shows why the task of a killed hook has failed since", async () => {
  ocp.planWork({ subtaskName: /stop/i, fail: "always", error: "connect to agent 10.0.0.1:62888 timed out" });
  const task = ocp.submitDeleteObproxies(27, [1, 2, 3]);
  ocp.runToEnd(task.id);
  place.wrote(
    String(
      run()
        .start(...PROXIES)
        .send(task.id, PROXIES),
    ),
  );
  place.holds(place.keys);
  const { code, out } = await report();
  expect(code).toBe(1);
  expect(out).toContain("in OCP now: FAILED: ");
  expect(out).toContain("connect to agent 10.0.0.1:62888 timed out");
  expect(out).toContain(`what to do: mend the cause and retry task ${task.id} in OCP's console`);
});

test("says that a failed task has been retried since", async () => {
  const task = ocp.submitDeleteObproxies(27, [1, 2, 3]);
  place.wrote(String(run().fails(task.id, PROXIES)));
  place.holds(place.keys);
  const { out } = await report();
  expect(out).toContain(`  task ${task.id} is RUNNING in OCP now\n  what to do: run destroy again`);
});
