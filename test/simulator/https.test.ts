import { readFileSync } from "node:fs";
import * as https from "node:https";
import { join } from "node:path";
import { type Simulator, startSimulator } from "../../src/simulator/index.js";
import { BASIC } from "./client.js";

/** A certificate for localhost and 127.0.0.1 that nothing but these tests trusts. */
const pem = (name: string): string => readFileSync(join(__dirname, "tls", `${name}.pem`), "utf8");

let simulator: Simulator;

beforeEach(async () => {
  simulator = await startSimulator({ tickMs: "manual", https: { key: pem("key"), cert: pem("cert") } });
});

afterEach(() => simulator.stop());

function get(path: string): Promise<{ readonly status: number | undefined; readonly location: string | undefined }> {
  return new Promise((resolve, reject) => {
    https
      .get(
        `${simulator.url}${path}`,
        { ca: pem("cert"), headers: { Authorization: BASIC }, agent: false },
        (response) => {
          response.resume();
          response.on("end", () => {
            resolve({ status: response.statusCode, location: response.headers.location });
          });
        },
      )
      .on("error", reject);
  });
}

test("it answers over TLS", async () => {
  expect(simulator.url).toMatch(/^https:/);
  expect((await get("/api/v2/info")).status).toBe(200);
});

test("redirects stay with TLS", async () => {
  expect((await get("/api//v2")).location).toBe(`${simulator.url}/login`);
});

test("a cut connection is one here too", async () => {
  simulator.inject({ does: { kind: "lostAnswer" } });
  await expect(get("/api/v2/info")).rejects.toMatchObject({ code: "ECONNRESET" });
});
