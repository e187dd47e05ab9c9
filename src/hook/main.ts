import { dirname } from "node:path";
import { hook } from "./hook.js";
import { writeLine } from "./tell/output.js";

// By the path as it was called, where the settings lie: the file itself may be one that several stacks share.
void hook(process.env, dirname(process.argv[1] ?? __filename), writeLine).then((exitCode) => {
  // Nothing that is left open holds anything back.
  process.exit(exitCode);
});
