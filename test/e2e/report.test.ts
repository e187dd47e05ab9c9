import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020.js";
import { parseEvents } from "../../src/contract/events.js";
import { Carrier } from "../../src/index.js";
import { withEachCarrier } from "../support/carriers.js";
import type { Finished } from "../support/process.js";
import { REPOSITORY } from "../support/repository.js";
import { type Environment, startTerraform, type Terraform } from "../support/terraform.js";
import { CREDENTIALS, everything, World } from "../support/world.js";

/** The built command after destroys of real Terraform, by what the real hooks have written. */

let terraform: Terraform;
beforeAll(async () => {
  terraform = await startTerraform();
});
afterAll(() => terraform.stop());

let world: World;
afterEach(() => world.close());

const PROGRAM = join(REPOSITORY, "dist/cli/main.js");

async function open(carrier: Carrier): Promise<void> {
  world = await World.open(terraform, carrier);
  await world.deploy(everything);
}

/** A state directory of this world alone, as a person has one. */
function state(): Environment {
  const directory = (states[world.project.path] ??= mkdtempSync(join(world.project.path, "state-")));
  return { XDG_STATE_HOME: directory };
}
const states: Record<string, string> = {};

function destroy(): Promise<Finished> {
  return world.project.destroy([], state());
}

function report(options: readonly string[] = [], env: Environment = {}): Promise<Finished> {
  return terraform.node(world.project.path, [PROGRAM, "report", world.project.outPath, ...options], {
    ...world.project.env,
    ...state(),
    ...env,
  });
}

function expectEventsAsDocumented(): void {
  const schema = JSON.parse(readFileSync(join(REPOSITORY, "docs/events.schema.json"), "utf8")) as object;
  const ajv = new Ajv2020({ strictRequired: false, strictTypes: false });
  const isDescribed = ajv.compile({ ...schema, unevaluatedProperties: false });
  const files = world.project.files().filter((path) => path.endsWith(".jsonl"));
  expect(files).toHaveLength(1);
  const text = readFileSync(files[0]!, "utf8");
  const { events, unread } = parseEvents(text);
  expect(unread).toBe(0);
  expect(events.length).toBeGreaterThan(20);
  for (const event of events) expect({ event, valid: isDescribed(event) }).toEqual({ event, valid: true });
  expect(text).not.toContain(CREDENTIALS.password);
}

withEachCarrier("with %s, a destroy that", (carrier) => {
  test("went well leaves nothing, and says so", async () => {
    await open(carrier);
    expect((await destroy()).code).toBe(0);
    const { code, stderr, stdout } = await report();
    expect(stderr).toBe("");
    // On a busy machine not all hooks come in time for one call.
    expect(stdout).toMatch(/\n {2}deleted: OBProx(y|ies) 27\/.* \(task \d+\)\n/);
    expect(stdout).toMatch(/\n {2}deleted: OBProxy cluster 27 \(task \d+\)\n/);
    expect(stdout.trimEnd().split("\n").at(-1)).toBe("4 objects: 4 deleted");
    expect(code).toBe(0);
    expectEventsAsDocumented();
  });

  test("failed is told of, and again when it has been made good", async () => {
    await open(carrier);
    const work = { subtaskName: "Stop and uninstall obproxy", tasks: 1 } as const;
    world.ocp.planWork({ ...work, fail: 1, error: "no space left on host" });
    expect((await destroy()).code).toBe(1);
    const failed = await report(["--html", "report.html", "--junit", "report.xml"]);
    expect(failed.code).toBe(1);
    expect(failed.stdout).toMatch(/\n {2}failed: OBProxies 27\/1 to 27\/3\n/);
    expect(failed.stdout).toMatch(/\nFAILED OBProx(y|ies) 27\/.*: OCP's task \d+ /);
    expect(failed.stdout).toContain("no space left on host");
    expect(failed.stdout).toContain("  waiting: OBProxy cluster 27 (for OBProxies 27/1 to 27/3; ");
    expect(failed.stdout.trimEnd().split("\n").at(-1)).toBe("4 objects: 1 waiting, 3 failed");
    expect(readFileSync(join(world.project.path, "report.html"), "utf8")).toContain("no space left on host");
    expect(readFileSync(join(world.project.path, "report.xml"), "utf8")).toContain('failures="3"');
    expectEventsAsDocumented();

    for (const { id } of world.ocp.tasks.filter(({ status }) => status === "FAILED")) {
      world.ocp.retry(id);
      world.ocp.runToEnd(id);
    }
    expect((await destroy()).code).toBe(0);
    const { code, stdout } = await report();
    expect(stdout.trimEnd().split("\n").at(-1)).toMatch(/^4 objects: /);
    expect(stdout).not.toContain("FAILED");
    expect(code).toBe(0);
  });
});

test("tells of a destroy that was killed in mid-task, and of the task that goes on", async () => {
  await open(Carrier.TERRAFORM_DATA);
  world.ocp.planWork({ subtaskName: "Stop and uninstall obproxy", ticks: 500 });
  const sent = world.ocp.nextRequest(({ method, status }) => method !== "GET" && status === 200);
  const running = await world.project.startDestroy(state());
  await sent;
  // Until the hooks have seen their task.
  await world.ocp.nextRequest(({ path }) => /\/tasks\/instances\/\d+$/.test(path));
  killWithChildren(running.pid);
  await running.finished;
  const { code, stdout } = await report();
  expect(code).toBe(1);
  expect(stdout).toMatch(
    /INTERRUPTED OBProx(?:y|ies) 27\/.*: the hook was killed before it came to an end; task \d+ ".*" in OCP now: RUNNING, \d+ of \d+ subtasks done\n {2}what to do: run destroy again/,
  );
  expect(stdout.trimEnd().split("\n").at(-1)).toBe("4 objects: 1 waiting, 3 interrupted");
});

/** As a CI system does that cancels a job. */
function killWithChildren(pid: number): void {
  const children = (of: number): readonly number[] => {
    const listing = execFileSync("ps", ["-eo", "pid=,ppid="], { encoding: "utf8" });
    const own = listing
      .trim()
      .split("\n")
      .map((line) => line.trim().split(/\s+/).map(Number))
      .flatMap(([child = 0, parent]) => (parent === of ? [child] : []));
    return [...own.flatMap(children), ...own];
  };
  for (const each of [...children(pid), pid]) process.kill(each, "SIGKILL");
}

test("tells that nothing was to be done where the stack was never deployed", async () => {
  world = await World.open(terraform, Carrier.TERRAFORM_DATA, { clusters: [] });
  world.synth(everything);
  await world.project.addresses();
  const { code, stdout } = await report();
  expect(stdout).toContain("already gone: OBProxies 27/1 to 27/3; OBProxy cluster 27 (OCP does not list it)");
  expect(code).toBe(0);
});

test("does not miss the state of a stack that has nothing to do with OBProxies", async () => {
  world = await World.open(terraform, Carrier.TERRAFORM_DATA, { clusters: [] });
  world.project.synth(() => undefined);
  const { code, stdout } = await report();
  expect(stdout).toContain("note: the stack holds no OcpProvider");
  expect(stdout.trimEnd().split("\n").at(-1)).toBe("no objects: there was nothing to delete");
  expect(code).toBe(0);
});
