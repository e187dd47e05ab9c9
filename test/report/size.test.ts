import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../support/process.js";
import { REPOSITORY } from "../support/repository.js";
import { fiveHundred } from "./five-hundred.js";
import { Place } from "./place.js";

/** What five hundred objects cost. How long it takes is measured by bench/report.ts: here others may use the machine. */

const PROGRAM = join(REPOSITORY, "dist/cli/main.js");
const MEBIBYTE = 1024;

test("tells of five hundred objects in less than 200 MiB, in every form", async () => {
  const place = new Place({ obproxyIds: Array.from({ length: 500 }, (_, index) => index + 1) });
  place.wrote(String(fiveHundred(place)));
  place.holds(["27", "27/500"]);
  // Writes down the most that the process has had.
  const witness = join(place.path, "witness.cjs");
  writeFileSync(
    witness,
    `process.on("exit", () => require("fs").writeFileSync(${JSON.stringify(join(place.path, "rss"))}, String(process.resourceUsage().maxRSS)));`,
  );
  const forms = ["--html", "report.html", "--junit", "report.xml", "--markdown"];
  const args = ["--require", witness, PROGRAM, "report", "--no-ocp", "--state", "state.json", ...forms];
  const env = { PATH: process.env["PATH"], OBPROXY_EVENTS: place.eventsFile };
  const { code, stderr, stdout } = await run(process.execPath, args, { cwd: place.path, env });
  const kibibytes = Number(readFileSync(join(place.path, "rss"), "utf8"));
  const page = readFileSync(join(place.path, "report.html"), "utf8");
  place.remove();
  expect(stderr).toBe("");
  expect(code).toBe(1);
  expect(stdout).toContain("**501 objects: 499 deleted, 1 waiting, 1 failed**");
  expect(page.match(/<th scope="row">OBProxy /g)).toHaveLength(501);
  expect(kibibytes).toBeGreaterThan(20 * MEBIBYTE);
  expect(kibibytes).toBeLessThan(200 * MEBIBYTE);
});
