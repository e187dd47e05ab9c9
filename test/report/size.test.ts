import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PeakMemory } from "../support/peak-memory.js";
import { run } from "../support/process.js";
import { REPOSITORY } from "../support/repository.js";
import { fiveHundred } from "./five-hundred.js";
import { Place } from "./place.js";

/** What five hundred objects cost. How long it takes is measured by bench/report.ts: here others may use the machine. */

const PROGRAM = join(REPOSITORY, "dist/cli/main.js");

test("tells of five hundred objects in less than 200 MiB, in every form", async () => {
  const place = new Place({ obproxyIds: Array.from({ length: 500 }, (_, index) => index + 1) });
  place.wrote(String(fiveHundred(place)));
  place.holds(["27", "27/500"]);
  const memory = new PeakMemory(place.path);
  const forms = ["--html", "report.html", "--junit", "report.xml", "--markdown"];
  const args = [...memory.flags, PROGRAM, "report", "--no-ocp", "--state", "state.json", ...forms];
  const env = { PATH: process.env["PATH"], OBPROXY_EVENTS: place.eventsFile, ...memory.env };
  const { code, stderr, stdout } = await run(process.execPath, args, { cwd: place.path, env });
  const { mebibytes } = memory;
  const page = readFileSync(join(place.path, "report.html"), "utf8");
  place.remove();
  expect(stderr).toBe("");
  expect(code).toBe(1);
  expect(stdout).toContain("**501 objects: 499 deleted, 1 waiting, 1 failed**");
  expect(page.match(/<th scope="row">OBProxy /g)).toHaveLength(501);
  expect(mebibytes).toBeGreaterThan(20);
  expect(mebibytes).toBeLessThan(200);
});
