import { isDuration } from "../../src/constructs/timeouts.js";

test.each(["90s", "30m", "2h", "1h30m", "1h0m5s", "0h1s"])("%s is a duration", (text) => {
  expect(isDuration(text)).toBe(true);
});

test.each(["", "0s", "0h0m", "10", "5 m", "1.5h", "-1m", "30m1h", "1d", "2H"])("%j is none", (text) => {
  expect(isDuration(text)).toBe(false);
});
