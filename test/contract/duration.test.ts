import { formatDuration, parseDuration } from "../../src/contract/duration.js";

test.each([
  ["90s", 90_000],
  ["30m", 1_800_000],
  ["2h", 7_200_000],
  ["1h30m", 5_400_000],
  ["1h2m3s", 3_723_000],
  ["1h0m5s", 3_605_000],
  ["0h1s", 1_000],
])("reads %s", (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds);
});

test.each(["", "0s", "0h0m", "5", "1.5h", "-1h", "2d", "1m1h", "5 m", "1h ", " 1h", "1H", "h", "999999h"])(
  "refuses %j",
  (text) => {
    expect(parseDuration(text)).toBeUndefined();
  },
);

test.each([
  [-5, "0 ms"],
  [0, "0 ms"],
  [850, "850 ms"],
  [999.6, "1000 ms"],
  [12_000, "12 s"],
  [119_000, "119 s"],
  [119_700, "2 min"],
  [200_000, "3 min 20 s"],
  [7_199_700, "2 h"],
  [7_500_000, "2 h 5 min"],
])("writes %d ms as %s", (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text);
});
