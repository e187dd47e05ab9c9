import { Token } from "cdktf";

/**
 * `text` as a string in Terraform's configuration: what a user wrote stays what it is, `${` and `%{` are no templates
 * there; what cdktf wrote, a token, stays a token.
 */
export function terraformText(text: string): string {
  if (!Token.isUnresolved(text)) return text.replace(/[$%](?=\{)/g, (sign) => sign + sign);
  // Beside a token cdktf counts braces itself, and a sign before a token would make an escape of it, so here every such
  // sign becomes a template of its own.
  return text.replace(/[$%](?=\{(?!TfToken\[)|\$\{TfToken\[)/g, (sign) => `\${"${sign}"}`);
}
