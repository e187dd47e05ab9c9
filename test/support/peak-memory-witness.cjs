// Loaded by `--require` (peak-memory.ts): writes down the most memory that this process has had, in KiB.
const fs = require("node:fs");

process.on("exit", () => {
  let peak;
  try {
    peak = /^VmHWM:\s*(\d+)/m.exec(fs.readFileSync("/proc/self/status", "utf8"))?.[1];
  } catch {
    // Not Linux.
  }
  fs.writeFileSync(process.env.PEAK_MEMORY_FILE, peak ?? String(process.resourceUsage().maxRSS));
});
