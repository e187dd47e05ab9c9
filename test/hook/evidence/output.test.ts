import { inData, type RecordedRequest, type Simulator } from "../../../src/simulator/index.js";
import type { HookCall } from "../hook-process.js";
import {
  cluster,
  failureIn,
  inMockedTime,
  isDelete,
  LATE,
  proxy,
  Stage,
  TASK,
  withProvider,
  withTimeout,
} from "./stage.js";
import { half } from "../../support/thorough.js";

/** What a person reads: no secrets, nothing that a CI system or a terminal obeys, and enough to go on with. */

const stage = new Stage();

const refuseWith = (message: string): void => {
  stage.ocp.inject({ when: isDelete, does: { kind: "error", status: 400, code: 21015, message } });
};
const failWith = (error: string): void => {
  stage.ocp.planWork({ subtaskName: LATE, fail: "always", error });
};

describe("a setting that may hold a password is not echoed", () => {
  const SECRET = /Zq7|xK9w/;
  const urls = [
    "https://admin:Zq7 xK9w@127.0.0.1:1",
    "https://admin:Zq7/xK9w@127.0.0.1:1",
    "https://admin:Zq7@xK9w@127.0.0.1:1",
    "https://admin:Zq7#xK9w@127.0.0.1:1",
    "https://admin:Zq7?xK9w@127.0.0.1:1",
    "https://admin:Zq7%xK9w@127.0.0.1:1",
    "https:/admin:Zq7xK9w@127.0.0.1:1",
    "https://Zq7xK9w@127.0.0.1:1",
    "admin:Zq7xK9w@127.0.0.1:1",
    "admin:Zq7 xK9w@127.0.0.1:1",
    "//admin:Zq7/xK9w@127.0.0.1:1",
    "ftp://admin:Zq7@xK9w@127.0.0.1:1",
    "https://127.0.0.1:1/?password=Zq7xK9w",
    "https://127.0.0.1:1/#Zq7xK9w",
    "Zq7xK9w",
    "Zq7 xK9w",
  ];
  const proxies = [
    "http://admin:Zq7 xK9w@127.0.0.1:1",
    "http://admin:Zq7/xK9w@127.0.0.1:1",
    "http://admin:Zq7@xK9w@127.0.0.1:1",
    "http://admin:Zq7%xK9w@127.0.0.1:1",
    "http://admin:Zq7xK9w@127.0.0.1:1",
    "admin:Zq7xK9w@127.0.0.1:1",
    "admin:Zq7 xK9w@127.0.0.1:1",
    "admin:Zq7/xK9w@127.0.0.1:1",
    "admin:Zq7@xK9w@127.0.0.1:1",
    "socks5://admin:Zq7/xK9w@127.0.0.1:1",
    "socks5://admin:Zq7@xK9w@127.0.0.1:1",
  ];

  const expectSilence = async (call: HookCall): Promise<void> => {
    const { code, output } = await stage.runner.run(undefined, call);
    expect(code).toBe(1);
    expect(output).not.toMatch(SECRET);
  };

  test.each(urls)("OCP_URL %s", async (url) => {
    await expectSilence({ ...proxy, env: { OCP_URL: url } });
  });

  test.each(urls)("the provider's url %s", async (url) => {
    await expectSilence(withProvider(proxy, { url }));
  });

  describe.each(["HTTPS_PROXY", "https_proxy"])("%s", (variable) => {
    test.each(proxies)("%s", async (url) => {
      await expectSilence({ ...proxy, env: { OCP_URL: "https://ocp.invalid:1", [variable]: url } });
    });
  });

  test.each(proxies)("HTTP_PROXY %s", async (url) => {
    await expectSilence({ ...proxy, env: { OCP_URL: "http://ocp.invalid:1", HTTP_PROXY: url } });
  });
});

/** OCP's words are shown in quotes, which double a backslash. */
function unquoted(output: string): string {
  return output.replace(/\\([\\"])/g, "$1") + output;
}

describe("the hook's own password is not shown in OCP's words", () => {
  const password = `Zq7&<"x/y+ü K9w`;
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  const spellings: readonly (readonly [string, string])[] = [
    ["as it is", password],
    ["percent-encoded", encodeURIComponent(password)],
    ["percent-encoded in lower case", encodeURIComponent(password).replace(/%../g, (code) => code.toLowerCase())],
    ["form-encoded", new URLSearchParams({ p: password }).toString().slice(2)],
    ["with HTML's names", password.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")],
    ["with HTML's numbers", password.replace("&", "&#38;").replace("<", "&#60;").replace('"', "&#34;")],
    ["with HTML's hexadecimal numbers", password.replace("&", "&#x26;").replace("<", "&#x3C;").replace('"', "&#x22;")],
    ["as JSON", JSON.stringify(password).slice(1, -1)],
    ["as JSON with escaped slashes", JSON.stringify(password).slice(1, -1).replace("/", "\\/")],
    ["as JSON in ASCII", JSON.stringify(password).slice(1, -1).replace("ü", "\\u00fc")],
    ["as JSON for HTML", password.replace("&", "\\u0026").replace("<", "\\u003c").replace('"', '\\"')],
    ["in Base64", base64(password)],
    ["in Base64 with the user", base64(`admin:${password}`)],
    ["in Base64 for URLs", Buffer.from(password).toString("base64url")],
    ["in Base64 for URLs with the user", Buffer.from(`admin:${password}`).toString("base64url")],
  ];
  const call: HookCall = { ...proxy, env: { OCP_PASSWORD: password } };

  beforeEach(() => stage.given({ credentials: { username: "admin", password } }));

  test.each(half(spellings))("%s, in a refusal", async (_how, spelling) => {
    refuseWith(`cannot go on with ${spelling} today`);
    const { output } = await stage.run(call);
    expect(output).toContain("cannot go on with");
    expect(unquoted(output)).not.toContain(spelling);
  });

  test.each(half(spellings))("%s, in a subtask's log", async (_how, spelling) => {
    failWith(`cannot go on with ${spelling} today`);
    const { output } = await stage.run(call);
    expect(output).toContain("cannot go on with");
    expect(unquoted(output)).not.toContain(spelling);
  });
});

describe("others' passwords are not shown", () => {
  test.each([
    "obclient -h 10.0.0.3 -uroot -pS3cr3tW0rd -e quit",
    "obclient -h 10.0.0.3 -u root -p'S3cr3tW0rd' -e quit",
    "sshpass -p S3cr3tW0rd ssh admin@10.0.0.3",
    "tool --password S3cr3tW0rd --host 10.0.0.3",
    "tool --password=S3cr3tW0rd --host 10.0.0.3",
    "tool --password 'S3cr3tW0rd' --host 10.0.0.3",
    "tool --passwd S3cr3tW0rd --host 10.0.0.3",
    "ALTER USER root IDENTIFIED BY 'S3cr3tW0rd'",
    'alter user root identified by "S3cr3tW0rd"',
    "CREATE USER 'proxyro'@'%' IDENTIFIED BY PASSWORD '*S3cr3tW0rd'",
    "curl -u admin:S3cr3tW0rd http://10.0.0.3:62888/api",
    "curl -uadmin:S3cr3tW0rd http://10.0.0.3:62888/api",
    "curl --user admin:S3cr3tW0rd http://10.0.0.3:62888/api",
    "curl --user 'admin:S3cr3tW0rd' http://10.0.0.3:62888/api",
  ])("in a subtask's log: %s", async (command) => {
    await stage.given();
    failWith(`failed: ${command}`);
    const { output } = await stage.run(proxy);
    expect(output).toContain("failed: ");
    expect(output).not.toContain("S3cr3tW0rd");
  });
});

describe("what a CI system would obey, or a reader be misled by, is not printed as it is", () => {
  const commands = [
    ["an Azure command", "##vso[task.setvariable variable=x]y", "##vso["],
    ["an Azure mark", "##[error]boom", "##["],
    ["a GitHub command", "::error file=x::boom", "::error file=x::"],
    ["another GitHub command", "::set-output name=x::y", "::set-output name=x::"],
    ["a right-to-left override", "safe\u202egnp.exe", "\u202e"],
    ["an isolate", "safe\u2066gnp\u2069", "\u2066"],
    ["a line separator", "one\u2028two", "\u2028"],
    ["a paragraph separator", "one\u2029two", "\u2029"],
    ["an escape sequence", "\u001b[2Ktwo", "\u001b"],
  ] as const;

  const places: readonly (readonly [string, (text: string) => Promise<HookCall>])[] = [
    [
      "a cluster's name",
      async (name) => {
        await stage.given({ clusters: [{ id: 27, name, obproxies: [3] }] });
        return proxy;
      },
    ],
    [
      "an OBProxy's address",
      async (ip) => {
        await stage.given({ clusters: [{ id: 27, name: "orders", obproxies: [{ id: 3, ip }] }] });
        return { ...cluster, settings: {} };
      },
    ],
    [
      "a refusal",
      async (message) => {
        await stage.given();
        refuseWith(message);
        return proxy;
      },
    ],
    [
      "a task's name",
      async (name) => {
        await stage.given({ version: "4.3.6" });
        stage.ocp.startTask({ name, clusterId: 27, subtasks: Array.from({ length: 20 }, () => "step") });
        return proxy;
      },
    ],
    [
      "a subtask's name",
      async (name) => {
        await stage.given({ version: "4.3.6" });
        stage.ocp.startTask({
          name: "Restart obproxy",
          clusterId: 27,
          subtasks: Array.from({ length: 20 }, () => name),
        });
        return proxy;
      },
    ],
    [
      "a subtask's log",
      async (error) => {
        await stage.given();
        failWith(error);
        return proxy;
      },
    ],
  ];

  describe.each(places)("in %s", (_where, prepare) => {
    test.each(half(commands))("%s", async (_what, text, dangerous) => {
      const { output } = await stage.run(await prepare(text));
      expect(output).toMatch(/OBProxy/);
      expect(output).not.toContain(dangerous);
    });
  });
});

describe("however much OCP sends, a person gets pages and not books", () => {
  /** As long as it may be for the answer to stay below what the client reads. */
  const HUGE = "long".repeat(750_000);
  const steps = Array.from({ length: 30 }, (_, index) => `step ${index}`);
  const PAGES = 20_000;

  test("for a cluster's name", async () => {
    await stage.given({ clusters: [{ id: 27, name: HUGE, obproxies: [3] }] });
    const { code, output } = await stage.run(proxy);
    expect(code).toBe(1);
    expect(output.length).toBeLessThan(PAGES);
  });

  test("for a refusal", async () => {
    await stage.given();
    refuseWith(HUGE);
    const { code, output } = await stage.run(proxy);
    expect(code).toBe(1);
    expect(output.length).toBeLessThan(PAGES);
  });

  test.each([
    ["a task's name", { name: HUGE, subtasks: steps }],
    ["a subtask's name", { name: "Restart obproxy", subtasks: steps.with(20, HUGE) }],
  ])("for %s", async (_what, task) => {
    await stage.given({ version: "4.3.6" });
    stage.ocp.startTask({ ...task, clusterId: 27 });
    const { code, output } = await stage.run(proxy);
    expect(code).toBe(0);
    expect(output.length).toBeLessThan(PAGES);
  });

  test("for the name of our own failed task", async () => {
    await stage.given();
    stage.ocp.planWork({ subtaskName: LATE, fail: "always" });
    const change = inData((data) => ({ ...data, name: HUGE }));
    stage.ocp.inject({ path: TASK, times: Infinity, does: { kind: "rewrite", change } });
    const { code, output } = await stage.run(proxy);
    expect(code).toBe(1);
    expect(output.length).toBeLessThan(PAGES);
  });

  test("for a thousand OBProxies that nobody declared", async () => {
    const obproxies = Array.from({ length: 1000 }, (_, index) => ({ id: index + 1, ip: "10.0.0.1".repeat(20) }));
    await stage.given({ clusters: [{ id: 27, name: "orders", obproxies }] });
    const { code, output } = await stage.run({ ...cluster, settings: {} });
    expect(code).toBe(1);
    expect(output.length).toBeLessThan(PAGES);
  });

  const LONG = 20_000;
  /** Each waits for the one that stands after it. */
  const chain = Array.from({ length: LONG }, (_, index) => ({
    id: LONG - index,
    name: `step ${LONG - index}`,
    status: index === 0 ? "FAILED" : "SUCCESSFUL",
    operation: "EXECUTE",
    timeout: 30,
    parallelIdx: -1,
    runTime: 1,
    upstreams: index === LONG - 1 ? [] : [LONG - index - 1],
    downstreams: index === 0 ? [] : [LONG - index + 1],
  }));
  const deletion = { name: "Offline obproxy", clusterId: 27, obproxyIds: [3] };

  test("for a failed task of thousands of subtasks, one after the other", async () => {
    await stage.given({ version: "4.3.6" });
    const { id } = stage.ocp.addPastTask({ ...deletion, status: "FAILED" });
    stage.ocp.overrideTask(id, { subtasks: chain });
    stage.ocp.removeObproxy(27, 3);
    const { code, output } = await stage.run(proxy);
    expect(code).toBe(1);
    expect(output).not.toContain("the hook itself has a defect");
    expect(output.length).toBeLessThan(PAGES);
  });

  test("for a task at work of thousands of subtasks, one after the other", async () => {
    await stage.given({ version: "4.3.6", tickMs: "manual" });
    const { id } = stage.ocp.startTask({ ...deletion, lock: false });
    stage.ocp.overrideTask(id, { subtasks: chain });
    const isTask = ({ path }: RecordedRequest): boolean => TASK.test(path);
    const looked = stage.ocp.nextRequest(isTask);
    const hook = stage.start(withTimeout(proxy, "10s"));
    await Promise.race([looked, hook.done]);
    stage.ocp.removeObproxy(27, 3);
    stage.ocp.overrideTask(id, { status: "SUCCESSFUL", subtasks: [] });
    const { code, output } = await hook.done;
    expect(output).not.toContain("the hook itself has a defect");
    expect(code).toBe(0);
    expect(output.length).toBeLessThan(PAGES);
  });
});

describe("a failed subtask whose log has no line in a known form", () => {
  const logged = async (log: string): Promise<string> => {
    await stage.given();
    stage.ocp.planWork({ subtaskName: LATE, fail: "always" });
    const does = { kind: "rewrite", change: inData(() => ({ log })) } as const;
    stage.ocp.inject({ path: /\/log$/, times: Infinity, does });
    const { lines } = await stage.run(proxy);
    return failureIn(lines);
  };

  test.each([
    ["plain text", "step 1 of 2\ncannot open /dev/sdb: no medium found", "cannot open /dev/sdb: no medium found"],
    ["text that ends with empty lines", "step 1 of 2\ndisk is full\n\n\n", "disk is full"],
    ["text with carriage returns", "step 1 of 2\r\ndisk is full\r\n", "disk is full"],
    ["another language", "开始\n主机 10.0.0.3 无法连接", "主机 10.0.0.3 无法连接"],
    ["lines of JSON", '{"level":"info"}\n{"level":"error","text":"disk is full"}', "disk is full"],
    ["one line", "killed", "killed"],
  ])("is told by its last lines: %s", async (_what, log, last) => {
    expect(await logged(log)).toContain(last);
  });

  test("is told by its last lines, not by its first", async () => {
    const told = await logged(Array.from({ length: 1000 }, (_, index) => `line no. ${index + 1};`).join("\n"));
    expect(told).toContain("line no. 1000;");
    expect(told).not.toContain("line no. 1;");
  });

  test("is told without secrets", async () => {
    expect(await logged("step 1 of 2\nlogin with password=S3cr3tW0rd was refused")).not.toContain("S3cr3tW0rd");
  });
});

describe("a status that OCP does not document", () => {
  const suspended = (from: number, to: number) => (ocp: Simulator, ticks: number) => {
    if (ticks === from) ocp.suspend(31440);
    if (ticks === to) ocp.resume(31440);
  };

  test("is shown while it lasts, for our own task", async () => {
    const run = await inMockedTime(
      withTimeout(proxy, "1h"),
      {},
      { before: (ocp) => ocp.planWork({ subtaskName: LATE, ticks: 20 }), onTick: suspended(8, 30) },
    );
    expect(run.code).toBe(0);
    expect(run.output).toContain("SUSPENDED");
  });

  test.each(["4.2.2", "4.3.6"])("is shown while it lasts, for a task that is found (OCP %s)", async (version) => {
    const before = (ocp: Simulator): void => {
      ocp.submitDeleteObproxies(27, [3]);
      ocp.suspend(31440);
    };
    const run = await inMockedTime(withTimeout(proxy, "1h"), { version }, { before, onTick: suspended(0, 40) });
    expect({ code: run.code, changes: run.changes }).toEqual({ code: 0, changes: [] });
    expect(run.output).toContain("SUSPENDED");
  });

  test("is told at the deadline", async () => {
    const run = await inMockedTime(withTimeout(proxy, "1m"), {}, { onTick: suspended(4, Infinity) });
    expect(run.code).toBe(1);
    expect(failureIn(run.lines)).toContain("SUSPENDED");
    expect(failureIn(run.lines)).toContain("31440");
  });
});
