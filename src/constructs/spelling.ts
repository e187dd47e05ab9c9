/** Messages name properties as TypeScript writes them; who calls us from another language writes them otherwise. */

type Spelling = (name: string) => string;

const snakeCase: Spelling = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const pascalCase: Spelling = (name) => name.replace(/^[a-z]/, (letter) => letter.toUpperCase());

/** By what jsii's runtimes say of themselves in the environment; Java writes what TypeScript writes. */
const SPELLINGS: readonly (readonly [agent: RegExp, Spelling])[] = [
  [/^Python\//, snakeCase],
  [/^go/, pascalCase],
  [/^DotNet\//, pascalCase],
];

/** `clusterId`, `timeouts.delete` and `obproxyIds[0]` in backticks, and calls of cdktf's methods. */
const NAMED = /(`)([a-z]\w*(?:\.[a-z]\w*)*)(?=(?:\[\d+\])?`)|\b((?:Token|stack)\.)([a-z]\w*)(?=\()/g;

export function inUsersSpelling(text: string, agent = process.env["JSII_AGENT"] ?? ""): string {
  const [, spell] = SPELLINGS.find(([pattern]) => pattern.test(agent)) ?? [];
  if (spell === undefined) return text;
  return text.replace(NAMED, (_, quote?: string, path?: string, object?: string, method?: string) =>
    path === undefined
      ? `${object ?? ""}${spell(method ?? "")}`
      : `${quote ?? ""}${path.split(".").map(spell).join(".")}`,
  );
}
