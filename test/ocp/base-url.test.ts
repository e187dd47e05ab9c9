import { parseBaseUrl } from "../../src/ocp/base-url.js";
import { OcpConfigError } from "../../src/ocp/errors.js";

test.each([
  ["https://ocp.example.com", "https://ocp.example.com"],
  [" http://ocp.example.com:8080/ ", "http://ocp.example.com:8080"],
  ["https://ocp.example.com:443//a//b///", "https://ocp.example.com/a/b"],
  ["http://[::1]:8080/ocp/", "http://[::1]:8080/ocp"],
  ["HTTPS://OCP.Example.com", "https://ocp.example.com"],
])("%j is %s", (text, href) => {
  expect(parseBaseUrl(text).href).toBe(href);
});

test.each([
  ["", "is empty"],
  ["ocp", "is not a URL"],
  ["http://admin:12/hunter2@ocp.example.com", "holds credentials"],
  ["ocp.example.com:8080", "does not start with http:// or https://"],
  ["ftp://ocp.example.com", "does not start with http:// or https://"],
  ["http://ocp.example.com/?a=1", "has a query or a fragment"],
  ["http://ocp.example.com/#/login", "has a query or a fragment"],
  ["http://ocp.example.com/api/v2", "ends with the path of the API itself"],
])("%j is refused with what is wrong and what to do", (text, problem) => {
  expect(() => parseBaseUrl(text)).toThrow(OcpConfigError);
  expect(() => parseBaseUrl(text)).toThrow(problem);
});

test("credentials in the URL are refused and not repeated", () => {
  expect(() => parseBaseUrl("http://admin:hunter2@ocp.example.com")).toThrow(
    "OCP's URL “http://***@ocp.example.com” holds credentials",
  );
});
