import { readOnly } from "../../src/survey/read-only-api.js";
import type { OcpApi, TasksRequest } from "../../src/ocp/api.js";

function recorder(): { readonly api: OcpApi; readonly asked: TasksRequest[] } {
  const asked: TasksRequest[] = [];
  const unused = (): Promise<never> => Promise.reject(new Error("not asked for here"));
  const api: OcpApi = {
    baseUrl: "http://ocp",
    version: unused,
    cluster: unused,
    clusters: unused,
    tasks: (request) => {
      asked.push(request);
      return Promise.resolve({ entries: [], unread: [] });
    },
    task: unused,
    subtaskLog: unused,
    retryTask: unused,
    deleteCluster: unused,
    deleteObproxies: unused,
    close: () => Promise.resolve(),
  };
  return { api, asked };
}

test("what is asked for in another order is the same question; another name, status or page is another one", async () => {
  const { api, asked } = recorder();
  const once = readOnly(api, () => Promise.resolve());
  const questions: readonly TasksRequest[] = [
    { status: ["FAILED"], page: 1, size: 10 },
    { size: 10, page: 1, status: ["FAILED"] },
    { status: ["FAILED"], page: 1, size: 10, name: "Offline obproxy" },
    { status: ["FAILED"], page: 1, size: 10, name: "Delete obproxy server" },
    { status: ["FAILED"], page: 2, size: 10 },
    { status: ["RUNNING"], page: 1, size: 10 },
  ];
  for (const question of questions) await once.tasks(question);
  expect(asked).toEqual(questions.filter((_, index) => index !== 1));
});
