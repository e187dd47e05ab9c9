import { type Simulator, startSimulator } from "../../src/simulator/index.js";
import { ask, type Ask, basic, BASIC, type Reply } from "./client.js";
import { likenessOf, recorded, shapeOf } from "./recording.js";

const TASKS = "/api/v2/tasks/instances";
const SERVERS = "/api/v2/obproxy/clusters/1/servers/delete";

interface Scene {
  readonly simulator: Simulator;
  readonly ask: (method: string, path: string, options?: Ask) => Promise<Reply>;
}

interface Case {
  readonly reply: (scene: Scene) => Promise<Reply>;
  /** Members that only OCP's documentation has (+) or that it has not (-). */
  readonly differs?: readonly string[];
}

const on =
  (method: string, path: string, options?: Ask): Case["reply"] =>
  (scene) =>
    scene.ask(method, path, options);

const noCredentials: Ask = { authorization: null };
const withBasic = (authorization: string): Ask => ({ authorization });

/** A session and its CSRF token, as a Basic request gets them. */
async function session(scene: Scene): Promise<{ readonly cookie: string; readonly csrf: string }> {
  const { headers } = await scene.ask("GET", TASKS);
  const value = (name: string): string =>
    /=([^;]*)/.exec(headers["set-cookie"]?.find((cookie) => cookie.startsWith(`${name}=`)) ?? "")?.[1] ?? "";
  return { cookie: `JSESSIONID=${value("JSESSIONID")}`, csrf: value("XSRF-TOKEN") };
}

/** A task that has ended: SUCCESSFUL, or FAILED where a plan says so. */
function endedTask({ simulator }: Scene): string {
  const { id } = simulator.submitDeleteObproxies(1, [1], "POST");
  simulator.runToEnd(id);
  return id;
}

const metadbOutage = ({ simulator }: Scene): void => {
  simulator.inject({ does: { kind: "metadbOutage" } });
};

const CREATOR_ID = "+ data.contents[].creator.id: number";

const cases: Readonly<Record<string, Case>> = {
  "401_no_credentials_GET": { reply: on("GET", TASKS, noCredentials) },
  "401_no_credentials_GET_zh_CN": {
    reply: on("GET", TASKS, { ...noCredentials, headers: { "Accept-Language": "zh-CN" } }),
  },
  "302_no_credentials_POST": { reply: on("POST", `${TASKS}/1/retry`, noCredentials) },
  "401_other_scheme_GET": { reply: on("GET", TASKS, withBasic("Bearer abc")) },
  "302_other_scheme_POST": { reply: on("POST", `${TASKS}/1/retry`, withBasic("Bearer abc")) },
  "401_basic_wrong_password": { reply: on("GET", TASKS, withBasic(basic("admin", "wrong"))) },
  "401_basic_wrong_password_POST": { reply: on("POST", `${TASKS}/1/retry`, withBasic(basic("admin", "wrong"))) },
  "401_basic_unknown_user": { reply: on("GET", TASKS, withBasic(basic("nobody", "x"))) },
  "401_basic_malformed_base64": { reply: on("GET", TASKS, withBasic("Basic !!!notbase64")) },
  "401_basic_no_colon": { reply: on("GET", TASKS, withBasic("Basic YWRtaW4=")) },
  "401_basic_lowercase_scheme": { reply: on("GET", TASKS, withBasic(BASIC.replace("Basic", "basic"))) },
  "302_basic_lowercase_scheme_POST": {
    reply: on("POST", `${TASKS}/12345/retry`, withBasic(BASIC.replace("Basic", "basic"))),
  },
  "401_locked_account_right_basic": {
    reply: (scene) => {
      scene.simulator.lockAccount();
      return scene.ask("GET", TASKS);
    },
  },
  "200_html_cookie_POST_no_csrf": {
    reply: async (scene) => {
      const { cookie } = await session(scene);
      return scene.ask("POST", `${TASKS}/12345/retry`, { ...noCredentials, headers: { Cookie: cookie } });
    },
  },
  "404_cookie_POST_with_csrf": {
    reply: async (scene) => {
      const { cookie, csrf } = await session(scene);
      const headers = { Cookie: `${cookie}; XSRF-TOKEN=${csrf}`, "X-XSRF-TOKEN": csrf };
      return scene.ask("POST", `${TASKS}/12345/retry`, { ...noCredentials, headers });
    },
  },
  "200_cookie_plus_wrong_basic": {
    reply: async (scene) => {
      endedTask(scene);
      const { cookie } = await session(scene);
      return scene.ask("GET", TASKS, { authorization: basic("admin", "wrong"), headers: { Cookie: cookie } });
    },
    differs: [CREATOR_ID],
  },
  "302_stale_cookie_POST": {
    reply: on("POST", `${TASKS}/1/retry`, { ...noCredentials, headers: { Cookie: "JSESSIONID=ABC" } }),
  },
  "401_whitelisted_path_wrong_basic": { reply: on("GET", "/api/v2/time", withBasic(basic("admin", "wrong"))) },
  "200_time": { reply: on("GET", "/api/v2/time", noCredentials) },
  "200_html_login_page": { reply: on("GET", "/login", noCredentials) },
  "302_outside_api": { reply: on("GET", "/foo", noCredentials) },

  "200_html_unknown_path_GET": { reply: on("GET", "/api/v2/nope/1") },
  "200_html_unknown_path_DELETE": { reply: on("DELETE", "/api/v2/nope/1") },
  "200_html_wrong_method_DELETE": { reply: on("DELETE", `${TASKS}/1`) },
  "200_html_wrong_method_GET": { reply: on("GET", `${TASKS}/1/retry`) },
  "200_html_no_content_type": { reply: on("POST", SERVERS, { body: "{}", contentType: null }) },
  "200_html_accept_xml": { reply: on("GET", TASKS, { headers: { Accept: "application/xml" } }) },
  "400_id_not_a_number": { reply: on("GET", `${TASKS}/abc`) },
  "400_id_too_big": { reply: on("GET", `${TASKS}/9223372036854775808`) },
  "404_id_negative": { reply: on("GET", `${TASKS}/-1`) },
  "400_malformed_json": { reply: on("POST", SERVERS, { body: '{"a":' }) },
  "400_empty_body": { reply: on("POST", SERVERS, { body: "" }) },
  "400_json_wrong_type": { reply: on("POST", SERVERS, { body: '{"obproxyServerIds":"x"}' }) },
  "400_validation": { reply: on("POST", SERVERS, { body: '{"obproxyServerIds":[]}' }) },
  "400_path_list_bad": { reply: on("DELETE", "/api/v2/obproxy/clusters/1/obproxies/1,x") },
  "200_HEAD": { reply: on("HEAD", TASKS) },
  "404_HEAD_missing_task": { reply: on("HEAD", `${TASKS}/12345`) },
  "200_OPTIONS": { reply: on("OPTIONS", TASKS) },
  "302_double_slash": { reply: on("GET", "/api/v2/tasks//instances") },
  "400_html_encoded_slash": { reply: on("GET", "/api/v2/tasks%2Finstances") },
  "400_html_header_too_big": { reply: on("GET", TASKS, { headers: { "X-Long": "x".repeat(9000) } }) },
  "405_html_TRACE": { reply: on("TRACE", TASKS) },
  "200_gzip_headers": { reply: on("GET", "/api/v2/info", { headers: { "Accept-Encoding": "gzip" } }) },

  "404_task_not_found": { reply: on("GET", `${TASKS}/12345`) },
  "404_task_not_found_zh_CN": { reply: on("GET", `${TASKS}/12345`, { headers: { "Accept-Language": "zh-CN" } }) },
  "404_trace_id_given": { reply: on("GET", `${TASKS}/12345`, { headers: { "x-trace-id": "my-own-trace-1" } }) },
  "200_subtask_log_of_nothing": { reply: on("GET", `${TASKS}/12345/subtasks/678/log`) },
  "404_subtask_not_found": { reply: on("POST", `${TASKS}/12345/subtasks/678/skip`) },
  "400_retry_wrong_state": { reply: (scene) => scene.ask("POST", `${TASKS}/${endedTask(scene)}/retry`) },
  "400_subtask_wrong_state_foreign_task_id": {
    reply: (scene) => {
      const subtask = scene.simulator.task(endedTask(scene))!.subtasks[0]!;
      return scene.ask("POST", `${TASKS}/999999/subtasks/${subtask.id}/retry`);
    },
  },
  "400_rollback_prohibited": {
    reply: (scene) => {
      scene.simulator.planWork({ subtaskName: "Clean obproxy files", fail: "always" });
      return scene.ask("POST", `${TASKS}/${endedTask(scene)}/rollback`);
    },
  },
  "200_task_list_empty": { reply: on("GET", `${TASKS}?name=zzz`) },
  "200_task_list_unknown_status": { reply: on("GET", `${TASKS}?status=NOPE`) },
  "200_task_list_size_capped": { reply: on("GET", `${TASKS}?name=zzz&size=5000&page=0`) },
  "200_task_list_page_beyond": {
    reply: (scene) => {
      endedTask(scene);
      return scene.ask("GET", `${TASKS}?size=2&page=99`);
    },
  },
  "200_task_list_page": {
    reply: (scene) => {
      endedTask(scene);
      return scene.ask("GET", TASKS);
    },
    differs: [CREATOR_ID],
  },
  "500_task_list_bad_sort": { reply: on("GET", `${TASKS}?sort=nope`) },

  "401_metadb_down_right_basic": {
    reply: (scene) => {
      metadbOutage(scene);
      return scene.ask("GET", `${TASKS}/3`);
    },
  },
  "401_metadb_down_right_basic_DELETE": {
    reply: (scene) => {
      metadbOutage(scene);
      return scene.ask("DELETE", "/api/v2/obproxy/clusters/1");
    },
  },
  "500_metadb_down_cookie": {
    reply: async (scene) => {
      const { cookie } = await session(scene);
      metadbOutage(scene);
      return scene.ask("GET", `${TASKS}/3`, { ...noCredentials, headers: { Cookie: cookie } });
    },
  },
};

/** Members of one shape that the other lacks. */
function differences(ours: readonly string[], theirs: readonly string[]): readonly string[] {
  return [
    ...ours.filter((member) => !theirs.includes(member)).map((member) => `+ ${member}`),
    ...theirs.filter((member) => !ours.includes(member)).map((member) => `- ${member}`),
  ];
}

describe("answers are like those of a running ocp-express", () => {
  let simulator: Simulator;
  let scene: Scene;

  beforeEach(async () => {
    simulator = await startSimulator({
      version: "4.3.5",
      tickMs: "manual",
      clusters: [{ id: 1, name: "test", obproxies: [1, 2] }],
    });
    scene = { simulator, ask: (method, path, options) => ask(simulator.url, method, path, options) };
  });

  afterEach(() => simulator.stop());

  test.each(Object.keys(cases))("%s", async (name) => {
    const recording = recorded(name);
    const { reply, differs = [] } = cases[name]!;

    const answer = await reply(scene);

    expect(likenessOf(answer)).toEqual(recording.likeness);
    if (recording.json !== undefined) {
      expect(differences(shapeOf(answer.json), shapeOf(recording.json))).toEqual(differs);
    }
  });

  test.each([
    "401_no_credentials_GET",
    "401_no_credentials_GET_zh_CN",
    "401_basic_unknown_user",
    "401_basic_malformed_base64",
    "401_basic_no_colon",
    "404_task_not_found_zh_CN",
    "404_task_not_found",
    "400_id_not_a_number",
    "400_rollback_prohibited",
  ])("%s, with the same words", async (name) => {
    const { message } = recorded(name).json!.error;
    const answer = await cases[name]!.reply(scene);
    expect(answer.json?.error.message).toBe(message);
  });

  test("404_trace_id_given, with the same trace", async () => {
    const answer = await cases["404_trace_id_given"]!.reply(scene);
    expect(answer.json?.traceId).toBe("my-own-trace-1");
  });
});
