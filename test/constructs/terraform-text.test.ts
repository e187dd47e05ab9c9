import { Token } from "cdktf";
import { terraformText } from "../../src/constructs/terraform-text.js";

test.each([
  ["orders", "orders"],
  ["${var.x}", "$${var.x}"],
  ["%{ if true }", "%%{ if true }"],
  ["$${x}", "$$${x}"],
  ["100 % {sure} $5", "100 % {sure} $5"],
])("%j becomes %j", (text, expected) => {
  expect(terraformText(text)).toBe(expected);
});

test("a token stays a token, and what stands around it does not become a template", () => {
  const token = Token.asString({ resolve: () => "${var.n}" });
  expect(terraformText(token)).toBe(token);
  expect(terraformText(`a\${b}%{c}$${token}`)).toBe(`a\${"$"}{b}\${"%"}{c}\${"$"}${token}`);
});
