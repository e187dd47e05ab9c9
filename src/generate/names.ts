/** Words that no variable may be called in a module of TypeScript, and what the generated module calls its own. */
const TAKEN = new Set([
  ...["abstract", "any", "arguments", "as", "async", "await", "boolean", "break", "case", "catch", "class", "const"],
  ...["constructor", "continue", "debugger", "declare", "default", "delete", "do", "else", "enum", "eval", "export"],
  ...[
    "extends",
    "false",
    "finally",
    "for",
    "from",
    "function",
    "get",
    "if",
    "implements",
    "import",
    "in",
    "instanceof",
  ],
  ...["interface", "is", "let", "module", "namespace", "never", "new", "null", "number", "object", "of", "package"],
  ...["private", "protected", "public", "require", "return", "set", "static", "string", "super", "switch", "symbol"],
  ...[
    "this",
    "throw",
    "true",
    "try",
    "type",
    "typeof",
    "undefined",
    "unknown",
    "var",
    "void",
    "while",
    "with",
    "yield",
  ],
  ...["ocp", "scope", "id", "app"],
]);

/** As ids of constructs, which a tree of them keeps as members of an object. */
const INHERITED = Object.getOwnPropertyNames(Object.prototype);

/** Hands out names, each once. */
export class Names {
  private readonly given: Set<string>;

  /** @param reserved what is given to something else */
  constructor(reserved: readonly string[] = []) {
    this.given = new Set(reserved);
  }

  /**
   * A variable for a cluster with this name: `orders-eu` becomes `ordersEu`. What holds no ASCII letter becomes
   * `cluster27`; what is taken already gets a number.
   */
  variable(name: string, id: string): string {
    const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
    const joined = words.map((word, index) => (index === 0 ? lowerFirst(word) : upperFirst(word))).join("");
    const fits = /^[A-Za-z]/.test(joined) && !TAKEN.has(joined);
    return this.free(fits ? joined : `cluster${id}`);
  }

  /** The id of a construct: `orders-eu` stays, for it is a part of no address. */
  construct(name: string, id: string): string {
    const kept = name.replace(/[^A-Za-z0-9_-]+/g, "-").replace(/^-+|-+$/g, "");
    return this.free(kept === "" || INHERITED.includes(kept) ? `cluster-${id}` : kept);
  }

  /** With a number behind it where it is taken: `orders_2`. */
  private free(name: string): string {
    let found = name;
    for (let number = 2; this.given.has(found); number += 1) found = `${name}_${number}`;
    this.given.add(found);
    return found;
  }
}

function lowerFirst(word: string): string {
  // An abbreviation as a whole: `DB` becomes `db`.
  return word === word.toUpperCase() ? word.toLowerCase() : word.charAt(0).toLowerCase() + word.slice(1);
}

function upperFirst(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
