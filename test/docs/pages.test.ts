import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { parseDocument } from "yaml";
import { anchorOf, pages, pageText, snippets } from "../support/pages.js";
import { REPOSITORY } from "../support/repository.js";

const { DOORS, MAY_IMPORT } = jest.requireActual<{
  readonly MAY_IMPORT: Readonly<Record<string, readonly string[]>>;
  readonly DOORS: readonly { readonly from: string; readonly to: string }[];
}>("../../scripts/walls.cjs");

const LANGUAGES = ["groovy", "hcl", "json", "mermaid", "sh", "text", "ts", "yaml"];

describe.each(pages())("%s", (page) => {
  const text = pageText(page);
  const prose = text.replace(/^```[^]*?^```$/gm, "");

  test("leads where it says", () => {
    const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
    const broken = links.filter((target) => {
      if (/^https:\/\//.test(target)) return false;
      const [path = "", anchor] = target.split("#");
      const file = path === "" ? join(REPOSITORY, page) : join(REPOSITORY, dirname(page), path);
      if (!existsSync(file)) return true;
      if (anchor === undefined) return false;
      const headings = [...readFileSync(file, "utf8").matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => heading);
      return !headings.map(anchorOf).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  test("says of each snippet what it is, so that it can be tried", () => {
    expect(snippets(page).filter(({ language }) => !LANGUAGES.includes(language))).toEqual([]);
  });

  test("names scripts that there are", () => {
    const { scripts } = JSON.parse(pageText("package.json")) as { scripts: Readonly<Record<string, string>> };
    const named = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name = ""]) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  test("has JSON that can be read, line by line", () => {
    const lines = snippets(page).flatMap((snippet) => (snippet.language === "json" ? snippet.text.split("\n") : []));
    for (const line of lines) expect(typeof JSON.parse(line)).toBe("object");
  });

  test("has YAML that can be read", () => {
    const documents = snippets(page).filter(({ language }) => language === "yaml");
    expect(documents.flatMap((snippet) => parseDocument(snippet.text).errors)).toEqual([]);
  });
});

test("the index of docs/ names every page", () => {
  const named = [...pageText("docs/README.md").matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, name]) => name);
  const there = readdirSync(join(REPOSITORY, "docs")).filter((name) => name.endsWith(".md") && name !== "README.md");
  expect([...named].sort()).toEqual(there.sort());
});

describe("decision records", () => {
  const records = readdirSync(join(REPOSITORY, "docs/decisions"))
    .filter((name) => name !== "README.md")
    .sort();

  test("are numbered without gaps, and stand in the index with title, status and date", () => {
    const index = pageText("docs/decisions/README.md").replace(/ +/g, " ");
    records.forEach((name, place) => {
      const number = place + 1;
      expect(name).toMatch(new RegExp(`^${String(number).padStart(4, "0")}-`));
      const text = pageText(`docs/decisions/${name}`);
      const [, title, status, date] =
        /^# (.*)\n\n- Status: (.*)\n- Date: (\d{4}-\d\d-\d\d)\n/
          .exec(text)
          ?.map((each) => each.replace(/^\d+\. /, "")) ?? [];
      expect(index).toContain(`| [${number}](${name}) | ${title} | ${status} | ${date} |`);
    });
  });

  test.each(records)("%s has the form of all", (name) => {
    const headings = [...pageText(`docs/decisions/${name}`).matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual(["Context", "Decision", "Consequences"]);
  });
});

test("every trap that a test cites stands in docs/ocp.md", () => {
  const tests = readdirSync(join(REPOSITORY, "test"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFileSync(join(REPOSITORY, "test", name), "utf8"));
  const cited = new Set(
    tests.flatMap((each) => [...each.matchAll(/\btrap (\d+)/g)].map(([, number]) => Number(number))),
  );
  const told = [...pageText("docs/ocp.md").matchAll(/^### Trap (\d+): /gm)].map(([, number]) => Number(number));
  expect(cited.size).toBeGreaterThan(10);
  expect([...cited].filter((number) => !told.includes(number))).toEqual([]);
  expect(told).toEqual(told.map((_, index) => index + 1));
});

test("the picture of the rooms has the walls that the linter holds", () => {
  const picture = snippets("docs/architecture.md").find(({ text }) => text.startsWith("flowchart"))?.text ?? "";
  const drawn = [...picture.matchAll(/^ *(\w+)(?:\[[^\]]*\])? (-->|-\.->) (\w+)/gm)].map(([, from, how, to]) => [
    from,
    how,
    to,
  ]);
  const held = [
    ...Object.entries(MAY_IMPORT).flatMap(([from, others]) => others.map((to) => [from, "-->", to])),
    ...DOORS.map(({ from, to }) => [from, "-.->", to]),
  ];
  expect(drawn.map(String).sort()).toEqual(held.map(String).sort());
});

/** The longest part of each `what` that does not differ from case to case. */
function messages(path: string): readonly string[] {
  const source = ts.createSourceFile(path, pageText(path), ts.ScriptTarget.ES2022, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAssignment(node) && node.name.getText() === "what") found.push(fixedPart(node.initializer));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found.filter((part) => part.length > 8);
}

function fixedPart(value: ts.Expression): string {
  const parts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) parts.push(node.text);
    if (ts.isTemplateHead(node) || ts.isTemplateMiddle(node) || ts.isTemplateTail(node)) parts.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(value);
  const trimmed = parts.map((part) => part.replace(/^[\s:;,")]+|[\s:;,"(]+$/g, ""));
  return trimmed.sort((a, b) => b.length - a.length)[0] ?? "";
}

test("docs/failures.md tells of every failure", () => {
  const all = messages("src/hook/tell/failures.ts");
  const told = pageText("docs/failures.md");
  expect(all.length).toBeGreaterThan(20);
  // What comes after a colon is the case at hand.
  const missing = all.filter((message) => !told.includes(message.split(/: |; /)[0] ?? ""));
  expect(missing).toEqual([]);
});
