import { ENV } from "../../../src/hook/request.js";
import { tickFor } from "../../../src/hook/tick.js";

it("does not shrink safety waits where an HTTP proxy decides what `localhost` is", () => {
  const env = { [ENV.tickMs]: "20", HTTP_PROXY: "http://jump.example.com:3128" };
  expect(tickFor(env, "http://localhost:8080").tickMs).toBe(1000);
});
