/** Written in by the build; see scripts/build.ts. */
declare const PACKAGE_VERSION: string;

const HELP = `Usage: cdktf-obproxy <command> [options]

Commands:
  preflight   tell what a deploy or a destroy would meet, and delete nothing
  report      tell what has become of a destroy, and what to do next
  retry       have OCP retry a failed deletion, and wait for its end
  generate    print constructs for what OCP holds, or compare it with a stack
  simulate    run an OCP that exists only in memory, to try a teardown on

Run "cdktf-obproxy <command> --help" for a command's options, and "cdktf-obproxy --version" for the version.
`;

async function main([command, ...rest]: readonly string[]): Promise<number> {
  switch (command) {
    case "--help":
    case "-h":
    case "help":
      process.stdout.write(HELP);
      return 0;
    case "--version":
    case "-v":
      process.stdout.write(`${PACKAGE_VERSION}\n`);
      return 0;
    case undefined:
      process.stderr.write(HELP);
      return 2;
  }
  // A file of its own (scripts/build.ts), ten times as long as this one: help and version do not wait for it.
  const run = (await import("./commands.js")).commandOf(command);
  if (run !== undefined) return run(rest);
  process.stderr.write(`cdktf-obproxy: there is no command ${JSON.stringify(command)}.\n\n${HELP}`);
  return 2;
}

// Whoever reads may have had enough, as `head` has: what is left has no reader, and the exit code is still that of the
// command.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
