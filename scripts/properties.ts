// Writes docs/properties.md from the docstrings of what the package exports; `--check` only compares.
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { format, resolveConfig } from "prettier";
import ts from "typescript";

const PAGE = "docs/properties.md";
const ENTRY = resolve("src/index.ts");

const INTRO = `<!-- Written by \`npm run docs\` from the docstrings in src/constructs: change them there. -->

# Properties

What is not marked **required** may be left out. [What is allowed to change after a deploy, and what a change plans](limits.md)
stands among the limits.
`;

async function main(): Promise<void> {
  const page = await properties();
  if (!process.argv.includes("--check")) {
    writeFileSync(PAGE, page);
    return;
  }
  if (readFileSync(PAGE, "utf8") === page) return;
  console.error(`${PAGE} is not what the docstrings say: run \`npm run docs\`.`);
  process.exitCode = 1;
}

async function properties(): Promise<string> {
  const { config } = ts.readConfigFile("tsconfig.json", (path) => ts.sys.readFile(path)) as {
    config: { compilerOptions: object };
  };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ".");
  const program = ts.createProgram([ENTRY], options);
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(ENTRY);
  const module = source && checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error(`${ENTRY} exports nothing.`);
  const exported = checker
    .getExportsOfModule(module)
    .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol));
  const sections = [
    ...inOrder(exported, ts.SymbolFlags.Class).map((construct) => {
      const props = exported.find(({ name }) => name === `${construct.name}Props`);
      if (props === undefined) throw new Error(`${construct.name} has no properties of its own.`);
      return [`## ${construct.name}`, text(construct), ...table(props)];
    }),
    ...inOrder(exported, ts.SymbolFlags.Interface)
      .filter(({ name }) => !name.endsWith("Props"))
      .map((struct) => [`## ${struct.name}`, text(struct), ...table(struct)]),
    ...inOrder(exported, ts.SymbolFlags.Enum).map((choice) => [`## ${choice.name}`, text(choice), ...choices(choice)]),
  ];
  const page = [INTRO, ...sections.map((lines) => lines.join("\n\n"))].join("\n");
  return format(page, { ...(await resolveConfig(PAGE)), filepath: PAGE });

  function text(symbol: ts.Symbol): string {
    return ts
      .displayPartsToString(symbol.getDocumentationComment(checker))
      .replace(/\{@link (\w+)\}/g, "`$1`")
      .replace(/\s+/g, " ");
  }

  function table(struct: ts.Symbol): string[] {
    const rows = [...(struct.members?.values() ?? [])].map((property) => {
      const declaration = property.valueDeclaration;
      if (declaration === undefined) throw new Error(`${property.name} is declared nowhere.`);
      const type = checker.typeToString(checker.getNonNullableType(checker.getTypeOfSymbol(property)), declaration);
      const isOptional = (property.flags & ts.SymbolFlags.Optional) !== 0;
      return row([
        `\`${property.name}\``,
        `\`${type}\``,
        isOptional ? defaultOf(property) : "**required**",
        text(property),
      ]);
    });
    return [[row(["property", "type", "default", ""]), row(["---", "---", "---", "---"]), ...rows].join("\n")];
  }

  function choices(choice: ts.Symbol): string[] {
    const rows = [...(choice.exports?.values() ?? [])].map((member) =>
      row([`\`${choice.name}.${member.name}\``, text(member)]),
    );
    return [[row(["value", ""]), row(["---", "---"]), ...rows].join("\n")];
  }
}

/** As the index exports them, the provider first: what is declared is declared under it. */
function inOrder(symbols: readonly ts.Symbol[], flag: ts.SymbolFlags): readonly ts.Symbol[] {
  const order = ["OcpProvider", "ObproxyCluster", "Obproxy"];
  const place = ({ name }: ts.Symbol): number => (order.includes(name) ? order.indexOf(name) : order.length);
  return symbols.filter((symbol) => (symbol.flags & flag) !== 0).sort((a, b) => place(a) - place(b));
}

/** `@default - in words` or `@default value`. */
function defaultOf(property: ts.Symbol): string {
  const tag = property.getJsDocTags().find(({ name }) => name === "default");
  const said = ts.displayPartsToString(tag?.text).replace(/\s+/g, " ");
  if (said === "") throw new Error(`${property.name} is optional and its docstring has no @default.`);
  return said.startsWith("- ") ? said.slice(2) : `\`${said}\``;
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

void main();
