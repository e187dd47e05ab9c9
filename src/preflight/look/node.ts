import { execFile } from "node:child_process";

/** The version of the `node` that Terraform would start: the first on the PATH, whatever runs this. */
export function versionOfNode(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  return new Promise((resolve) => {
    // Options of NODE_OPTIONS that an old one does not know would be told in place of its version.
    const own = { ...env, NODE_OPTIONS: "" };
    execFile("node", ["--version"], { env: own, timeout: 20_000 }, (error, stdout) => {
      resolve(error === null ? /^v(\d+\.\d+\.\d+)/.exec(stdout)?.[1] : undefined);
    });
  });
}
