import { spawn } from "node:child_process";

export interface Finished {
  /** Null: ended by a signal. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Both streams, in the order in which they came. */
  readonly output: string;
}

export interface Running {
  readonly pid: number;
  readonly finished: Promise<Finished>;
  /** What has been printed so far. */
  output(): string;
  signal(signal: NodeJS.Signals): void;
  /** To it and all that it has started, as a terminal does; only where it was started as a job of its own. */
  signalAll(signal: NodeJS.Signals): void;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Then the process is killed and `finished` rejects with what it has printed. */
  readonly timeoutMs?: number;
  /** A job of its own, as a shell makes one of a command. */
  readonly job?: boolean;
}

/** Starts a program without a shell and without an input. */
export function start(command: string, args: readonly string[], options: RunOptions): Running {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env,
    stdio: ["ignore", "pipe", "pipe"],
    detached: options.job === true,
  });
  let stdout = "";
  let stderr = "";
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    output += text;
  });
  const finished = new Promise<Finished>((resolve, reject) => {
    const timeoutMs = options.timeoutMs ?? 120_000;
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`${[command, ...args].join(" ")} took more than ${timeoutMs / 1000} s:\n${output}`));
    }, timeoutMs);
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, stdout, stderr, output });
    });
  });
  return {
    pid: child.pid ?? -1,
    finished,
    output: () => output,
    signal: (signal) => child.kill(signal),
    signalAll: (signal) => {
      if (options.job !== true || child.pid === undefined) throw new Error(`${command} is no job of its own`);
      process.kill(-child.pid, signal);
    },
  };
}

export function run(command: string, args: readonly string[], options: RunOptions): Promise<Finished> {
  return start(command, args, options).finished;
}

/** What a program printed; throws all of it where the program failed. */
export function succeeded(finished: Finished): string {
  if (finished.code !== 0) throw new Error(`exit status ${finished.code ?? "none"}\n${finished.output}`);
  return finished.stdout;
}
