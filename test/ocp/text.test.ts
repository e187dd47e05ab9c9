import { clean, cut, jsonForLog, oneLine } from "../../src/ocp/text.js";
import { COMMANDS, HIDDEN, OBEYED } from "./support/obeyed.js";

test.each(HIDDEN.map((mark) => [`U+${mark.codePointAt(0)!.toString(16)}`, mark]))(
  "%s, which nobody sees, goes",
  (_, mark) => {
    expect(oneLine(`or${mark}ders`)).toBe("orders");
  },
);

test.each([
  ["line feeds", "a\nb\r\nc"],
  ["separators", "a\u2028b\u2029c"],
  ["controls", "a\u0000\u0007b\u007f\u0085c"],
  ["tabs and other spaces", "a\tb\u00a0c"],
  ["colours, whose letters stay", "a\u001b[31mb"],
])("%s become a space", (_, text) => {
  expect(oneLine(text)).toMatch(/^a (\[31m)?b( c)?$/);
});

test.each([
  ["half a character", "a\ud83d!", "a\ufffd!"],
  ["the other half", "a\ude00!", "a\ufffd!"],
  ["a private one", "a\ue000!", "a\ufffd!"],
])("%s is shown as unreadable", (_, text, shown) => {
  expect(oneLine(text)).toBe(shown);
});

test.each([
  "订单集群：正在停止 OBProxy（第 3 台），请稍候。",
  "Größe, naïve, Ελληνικά, Привет, 日本語, 한국어, 😀",
  "host 10.0.0.4:2883, fe80::1, Foo::bar, 50 %, #3, ## heading, a##b, [x]",
  "section 3 start: done; https://ocp.example.com:8080/#/login",
  "  an indented line",
])("%s stays as it is", (text) => {
  expect(oneLine(text)).toBe(text);
});

describe("what a CI system would obey", () => {
  test.each(COMMANDS)("%s is broken, at the start and in the middle of a line", (command) => {
    expect(command).toMatch(OBEYED);
    expect(oneLine(command)).not.toMatch(OBEYED);
    expect(oneLine(`OBProxy 27/3: task "${command}" failed`)).not.toMatch(OBEYED);
    expect(oneLine(command).replace(/ /g, "")).toBe(command.replace(/ /g, ""));
  });

  test("stays broken where it was hidden", () => {
    for (const mark of HIDDEN) {
      for (const command of COMMANDS) {
        const hidden = Array.from(command).join(mark);
        expect(oneLine(hidden)).not.toMatch(OBEYED);
        expect(clean(hidden)).not.toMatch(OBEYED);
      }
    }
  });
});

test("JSON for a log holds the same values, and nothing that a log must not hold", () => {
  const value = {
    "##vso[a]": [
      "::error::x",
      "a\u202eb\u2028c\u0085",
      "\ud800",
      "中文 😀",
      "##[error]",
      "section_start:1:x",
      ":::",
      "\u{e0041}",
    ],
    other: 5,
  };
  const text = jsonForLog(value);
  expect(JSON.parse(text)).toEqual(value);
  expect(text).not.toMatch(/##|::|section_start:|[\p{Cf}\p{Zl}\p{Zp}\p{DI}]/u);
  expect(text.replace(/\n/g, "")).not.toMatch(/\p{C}/u);
  expect(text).toContain("中文 😀");
});

test("a text is cut between characters", () => {
  expect(cut("abcdef", 4)).toBe("abc…");
  expect(cut("ab😀def", 4)).toBe("ab…");
  expect(cut("abcd", 4)).toBe("abcd");
});

test("a secret that is hidden or cut does not get through", () => {
  const mask = (text: string): string => text.replaceAll("hunter2", "***");
  expect(clean("pass hun\u200bter2 now", 300, mask)).toBe("pass *** now");
  expect(clean("pass hunter2 now", 9, mask)).toBe("pass ***…");
});
