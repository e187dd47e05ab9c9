import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { startSimulator, type Simulator } from "../../src/simulator/index.js";
import { CREDENTIALS, everything, orders } from "../support/world.js";
import { Place } from "./place.js";

/** Whether an app has changed since it was synthesized goes by what it can load, and by nothing else beside it. */

let ocp: Simulator;
let place: Place;
beforeEach(async () => {
  ocp = await startSimulator({ credentials: CREDENTIALS, version: "4.3.6", tickMs: "manual", clusters: [orders()] });
  place = new Place(ocp.url);
  place.synth(everything);
  place.holds({ "27": "orders", "27/1": "orders", "27/2": "orders", "27/3": "orders" });
});
afterEach(async () => {
  place.remove();
  await ocp.stop();
});

/** A minute older than the synth, or a minute younger. */
function write(name: string, text: string, minutes: 1 | -1): void {
  const path = join(place.path, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  const time = new Date(Date.now() + minutes * 60_000);
  utimesSync(path, time, time);
}

/** What is told as changed since. */
async function changed(): Promise<string | undefined> {
  const { out } = await place.run();
  return /^WARNING cdktf\.out: cdktf\.out was synthesized .* ago, and (\S+) has changed since/m.exec(out)?.[1];
}

const FILES: Readonly<Record<string, string>> = {
  "main.ts": 'import { stack } from "./lib/stack.js";\nimport "cdktf";\nexport { more } from "./more";\n',
  "lib/stack.ts": 'const sizes = require("../sizes.json");\nawait import("./late.mjs");\nimport x from "./.gen/y";\n',
  "lib/late.mts": "",
  "lib/.gen/y.ts": "",
  "more/index.ts": 'import "../main.js"; // a circle\nimport "./none.js";\n',
  "sizes.json": "{}",
  "unused.ts": "",
  "jest.config.js": "",
  "test/main.test.ts": 'import "../main.js";',
  "README.md": "",
  "docs/example.ts": "",
  "node_modules/x/index.js": "",
  ".git/hooks/x.js": "",
  "terraform.stack.tfstate": '{"version":4,"resources":[]}',
  "package.json": "{}",
};

describe("an app in TypeScript", () => {
  const configure = (minutes: 1 | -1 = -1, app = "npx tsx main.ts"): void => {
    write("cdktf.json", JSON.stringify({ language: "typescript", app }), minutes);
  };
  beforeEach(() => {
    configure();
    for (const [name, text] of Object.entries(FILES)) write(name, text, -1);
  });

  test.each(["main.ts", "lib/stack.ts", "lib/late.mts", "more/index.ts", "sizes.json"])(
    "has changed with %s, which it loads",
    async (name) => {
      write(name, FILES[name] ?? "", 1);
      expect(await changed()).toBe(name);
    },
  );

  test("has changed with cdktf.json", async () => {
    configure(1);
    expect(await changed()).toBe("cdktf.json");
  });

  test("has not changed with anything else", async () => {
    const loaded = ["main.ts", "lib/stack.ts", "lib/late.mts", "more/index.ts", "sizes.json"];
    for (const [name, text] of Object.entries(FILES)) if (!loaded.includes(name)) write(name, text, 1);
    expect(await changed()).toBeUndefined();
  });

  test.each(["npm start", undefined])("is looked for among its sources where its command is %j", async (app) => {
    write("cdktf.json", JSON.stringify({ language: "typescript", app }), -1);
    for (const name of ["jest.config.js", "test/main.test.ts", "docs/example.ts", "lib/a.spec.ts", "lib/x.py"]) {
      write(name, "", 1);
    }
    expect(await changed()).toBeUndefined();
    write("lib/stack.ts", "", 1);
    expect(await changed()).toBe("lib/stack.ts");
  });
});

describe.each([
  [
    "python",
    "pipenv run python main.py",
    ["lib/a.py"],
    ["test_a.py", "tests/b.py", "conftest.py", "venv/c.py", "d.ts"],
  ],
  ["go", "go run main.go", ["lib/a.go"], ["lib/a_test.go", "vendor/b.go", "c.py"]],
  ["java", "./gradlew run", ["src/main/java/A.java"], ["src/test/java/B.java", "build/C.java"]],
  ["csharp", "dotnet run -p My.csproj", ["A.cs"], ["obj/B.cs", "bin/C.cs", "My.Tests/D.cs"]],
])("an app in %s", (language, app, own, others) => {
  beforeEach(() => {
    write("cdktf.json", JSON.stringify({ language, app }), -1);
  });

  test("has changed with its sources", async () => {
    for (const name of own) write(name, "", 1);
    expect(await changed()).toBe(own[0]);
  });

  test("has not changed with its tests, with what is built, or with another language", async () => {
    for (const name of others) write(name, "", 1);
    expect(await changed()).toBeUndefined();
  });
});
