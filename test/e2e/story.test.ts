import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { linkPrograms, installTarball } from "../support/packed.js";
import { snippets } from "../support/pages.js";
import { start, type Running } from "../support/process.js";
import { terraformProgram } from "../support/program.js";
import { CliProject } from "../support/project.js";
import { REPOSITORY } from "../support/repository.js";
import { startTerraform, type Terraform } from "../support/terraform.js";

/**
 * docs/story.md is played as it stands: what follows `$ ` is typed, and what is printed has to be what the page shows.
 * `RENEW=1 npx jest test/e2e/story` writes anew what is printed there, and each change is read.
 */

jest.setTimeout(300_000);

const RENEW = process.env["RENEW"] === "1";
const PAGE = join(REPOSITORY, "docs/story.md");
/** What the page shows for what differs from run to run. */
const SHOWN = { url: "http://127.0.0.1:8080", home: "/home/me", directory: "/home/me/app" };

let terraform: Terraform;
let project: CliProject;
let ocp: Running | undefined;
let url = "";
const env: Record<string, string> = {};

beforeAll(async () => {
  terraform = await startTerraform();
  const [app] = snippets("README.md").filter(({ text }) => text.includes("app.synth()"));
  project = new CliProject(terraform, { app: "npx tsx main.ts", files: { "main.ts": app?.text ?? "" } });
  await installTarball(project);
  linkPrograms(project, {
    cdktf: join(dirname(require.resolve("cdktf-cli/package.json")), "bundle/bin/cdktf"),
    "cdktf-obproxy": join(project.modulesPath, "cdktf-obproxy/dist/cli/main.js"),
    tsx: join(REPOSITORY, "node_modules/tsx/dist/cli.mjs"),
  });
});
afterAll(async () => {
  ocp?.signal("SIGTERM");
  await ocp?.finished;
  project.remove();
  await terraform.stop();
});

interface Command {
  readonly typed: string;
  readonly printed: string;
}

test("the story goes as the page tells it", async () => {
  const page = readFileSync(PAGE, "utf8");
  const told = page.split(/(?<=^```text\n)([^]*?)(?=^```$)/m);
  const renewed: string[] = [];
  for (const [index, part] of told.entries()) {
    if (index % 2 === 0) {
      renewed.push(part);
      continue;
    }
    for (const command of commandsIn(part)) {
      const printed = await play(command.typed);
      renewed.push(`$ ${command.typed}\n${printed}`);
      if (!RENEW) {
        expect({ typed: command.typed, prints: essence(printed) }).toEqual({
          typed: command.typed,
          prints: essence(command.printed),
        });
      }
    }
  }
  if (RENEW) writeFileSync(PAGE, renewed.join(""));
  expect(renewed.join("")).toContain("4 objects: ");
});

function commandsIn(block: string): readonly Command[] {
  return block
    .split(/^\$ /m)
    .slice(1)
    .map((text) => {
      const [typed = "", ...printed] = text.split("\n");
      return { typed, printed: printed.join("\n") };
    });
}

/** What is printed by a command, as the page shows it. */
async function play(typed: string): Promise<string> {
  if (/\bsimulate\b/.test(typed)) return startOcp(typed);
  if (typed.startsWith("export ")) {
    for (const [, name = "", value = ""] of real(typed).matchAll(/(\w+)=(\S+)/g)) env[name] = value;
    return "";
  }
  const { output } = await terraform.shell(project.path, commandLine(typed), {
    ...{ ...env, TMPDIR: project.path, HOME: join(project.path, "home") },
  });
  return shown(output);
}

/** With the program that the tests run with, and in a shell that goes on after what fails. */
function commandLine(typed: string): string {
  return `set +e; ${real(typed).replace(/^terraform /, `${terraformProgram()} `)}`;
}

/** In the background, at a port that is free. */
async function startOcp(typed: string): Promise<string> {
  const args = [...typed.matchAll(/(--\w+) (?:"([^"]*)"|(\S+))/g)].flatMap(([, name = "", quoted, word = ""]) => [
    name,
    quoted ?? word,
  ]);
  const program = join(project.modulesPath, "cdktf-obproxy/dist/cli/main.js");
  const options = { cwd: project.path, env: { PATH: process.env["PATH"] }, timeoutMs: 280_000 };
  ocp = start(process.execPath, [program, "simulate", "--port", "0", ...args], options);
  while (url === "") {
    await new Promise((resolve) => setTimeout(resolve, 20));
    url = /at (http:\S+);/.exec(ocp.output())?.[1] ?? "";
  }
  return "";
}

const real = (text: string): string => text.replaceAll(SHOWN.url, url);

function shown(output: string): string {
  const plain = output
    .replaceAll(url, SHOWN.url)
    .replaceAll(join(project.path, "home"), SHOWN.home)
    .replaceAll(project.path, SHOWN.directory)
    .replaceAll("OpenTofu", "Terraform")
    .replace(/\btofu (?=show|-chdir)/g, "terraform ")
    .replace(/^Terraform used the selected providers[^]*?(?=^Plan: )/m, "[…]\n\n")
    .replace(/[ \t]+$/gm, "")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
  return plain === "" ? "" : `${plain}\n`;
}

/**
 * What is told, line by line, whatever the times, and whichever of the hooks that run side by side speaks first. How a task
 * goes on is told as it is seen; Terraform's own boxes repeat what the hooks have said.
 */
function essence(text: string): readonly string[] {
  const boxes = text.split(/^Error: local-exec provisioner error$/m).length - 1;
  const said = text.replace(/^Error: local-exec provisioner error$[^]*?(?=^exit code|(?![^]))/m, `${boxes} boxes\n`);
  const lines = said
    .split("\n")
    .map((line) =>
      line
        .replace(/ \[id=[\w-]+\]$/, "")
        .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/g, "then")
        .replace(/\b\d+ ?(?:ms|s|min|h)\b(?: \d+ s\b)?/g, "a while")
        .replace(/ \(trace id \w+\)/, "")
        .replace(`(${terraformProgram()} show -json)`, "(terraform show -json)")
        .replace(/^\S+ocp_obproxies.*$/, (hooks) => hooks.replace(/(\b27\/|OBProxy )\d\b/g, "$1N")),
    )
    .filter((line) => !/: task \d+: \d+\/\d+ done/.test(line) && !/: Still /.test(line));
  return [...new Set(lines)].sort();
}
