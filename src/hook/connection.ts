import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CA_FILE, credentialVariables, urlVariable } from "../contract/names.js";
import type { ProviderSettings } from "../contract/settings-file.js";
import type { Credentials } from "../ocp/auth.js";
import { isPlain } from "../ocp/text.js";
import { HookFailure } from "./tell/failure.js";

/** Where OCP is and who asks. */
export interface Connection {
  readonly baseUrl: string;
  readonly credentials: Credentials;
  readonly ca: string | undefined;
  readonly insecureSkipVerify: boolean;
  /** What was taken off a secret, for people. Default: nothing. */
  readonly remarks?: readonly string[];
  /** What is odd about the credentials, for people, where OCP refuses them. No secret is in it. Default: nothing. */
  readonly oddities?: readonly string[];
}

/** Who signs in: the name of the user, or the id of the access key. */
export function userOf({ credentials }: Connection): string {
  return credentials.kind === "basic" ? credentials.username : credentials.accessKeyId;
}

const NOTHING_DELETED = ["nothing was sent to OCP"];

/**
 * Joins the settings with the environment of the process that runs Terraform: secrets come from there alone.
 *
 * @param directory where the hook lies
 * @throws HookFailure when the URL or the credentials are missing, half set or set twice
 */
export function connectionFrom(provider: ProviderSettings, env: NodeJS.ProcessEnv, directory: string): Connection {
  const variables = Object.values(credentialVariables(provider.envPrefix));
  const names = variables.filter((name) => read(env, name) !== undefined);
  const trimmed = names.filter((name) => LINE_END.test(env[name] ?? ""));
  const oddities = names.flatMap((name) => odditiesOf(read(env, name) ?? "").map((what) => `${name} ${what}`));
  return {
    baseUrl: urlFrom(provider, env),
    credentials: credentialsFrom(provider.envPrefix, env),
    ...(trimmed.length === 0
      ? {}
      : { remarks: trimmed.map((name) => `${name} ends with a line feed, which is taken off`) }),
    ...(oddities.length === 0 ? {} : { oddities }),
    ca: provider.hasCaFile ? readCa(join(directory, CA_FILE)) : undefined,
    insecureSkipVerify: provider.insecureSkipVerify,
  };
}

function urlFrom({ url, envPrefix }: ProviderSettings, env: NodeJS.ProcessEnv): string {
  const variable = urlVariable(envPrefix);
  const found = url ?? read(env, variable);
  if (found !== undefined) return found;
  throw new HookFailure({
    what: `no URL of OCP: the OcpProvider has no \`url\` and ${variable} is not set`,
    details: NOTHING_DELETED,
    next: `set ${variable} in the environment of terraform or cdktf, for example https://ocp.example.com:8080`,
  });
}

function credentialsFrom(prefix: string, env: NodeJS.ProcessEnv): Credentials {
  const names = credentialVariables(prefix);
  const username = read(env, names.username);
  const password = read(env, names.password);
  const accessKeyId = read(env, names.accessKeyId);
  const accessKeySecret = read(env, names.accessKeySecret);
  const basic = [names.username, names.password];
  const aksk = [names.accessKeyId, names.accessKeySecret];
  const hasBasic = username !== undefined || password !== undefined;
  const hasAksk = accessKeyId !== undefined || accessKeySecret !== undefined;
  if (hasBasic && hasAksk) {
    throw new HookFailure({
      what: `two kinds of credentials for OCP are set: ${[...basic, ...aksk].filter((name) => read(env, name) !== undefined).join(", ")}`,
      details: NOTHING_DELETED,
      next: `leave either ${basic.join(" and ")} or ${aksk.join(" and ")} in the environment`,
    });
  }
  if (username !== undefined && password !== undefined) return { kind: "basic", username, password };
  if (accessKeyId !== undefined && accessKeySecret !== undefined) return { kind: "aksk", accessKeyId, accessKeySecret };
  if (!hasBasic && !hasAksk) {
    throw new HookFailure({
      what: `no credentials for OCP: neither ${basic.join(" and ")} nor ${aksk.join(" and ")} are set`,
      details: NOTHING_DELETED,
      next: "set them in the environment of terraform or cdktf (in CI: as masked variables of the teardown job)",
    });
  }
  const [set, missing] = (hasBasic ? basic : aksk).sort((a) => (read(env, a) === undefined ? 1 : -1));
  throw new HookFailure({
    what: `credentials for OCP are half set: ${set ?? ""} is there, ${missing ?? ""} is not`,
    details: NOTHING_DELETED,
    next: `set ${missing ?? ""} too`,
  });
}

/**
 * An empty variable is what CI systems make of a secret that does not exist, and a line feed at its end is what files and
 * `echo` add to one that does.
 */
function read(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = env[name]?.replace(LINE_END, "");
  return value === undefined || value === "" ? undefined : value;
}

const LINE_END = /(?:\r?\n)+$/;

/** What people paste around a secret, and do not see. It may be part of it, so it is sent as it is. */
function odditiesOf(value: string): readonly string[] {
  if (isPlain(value) && !/^[ "'`]| $/.test(value)) return [];
  return ODD.filter(([shape]) => shape.test(value)).map(([, words]) => words);
}

const ODD: readonly (readonly [RegExp, string])[] = [
  [/\r$/, "ends with a carriage return"],
  [/[\r\n](?!$)/, "holds a line break"],
  [/^(["'`\u201c\u2018]).*["'`\u201d\u2019]$/s, "stands in quotes"],
  [/^[\p{Zs}\t]/u, "begins with a blank"],
  [/[\p{Zs}\t]$/u, "ends with a blank"],
  [/(?![\t\r\n])[\p{Cc}\p{Cf}]/u, "holds a character that nobody sees"],
];

function readCa(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new HookFailure(
      {
        what: `the CA file beside the hook cannot be read: ${String(error)}`,
        details: NOTHING_DELETED,
        next: "synthesize again (cdktf synth), then repeat the command",
      },
      { cause: error },
    );
  }
}
