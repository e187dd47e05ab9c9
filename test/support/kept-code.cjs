// Loaded first: keeps what V8 makes of the large programs of others, which are compiled anew at each start otherwise.
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const Module = require("node:module");
const { dirname, join } = require("node:path");
const vm = require("node:vm");

const KEPT = join(__dirname, "../../node_modules/.cache/cdktf-obproxy/code");
/** Of smaller ones it takes as long to look for what is kept. */
const LEAST = 20_000;

const compile = Module.prototype._compile;
const made = [];

Module.prototype._compile = function (content, filename) {
  if (content.length < LEAST || content.startsWith("#!")) return compile.call(this, content, filename);
  const path = join(KEPT, createHash("md5").update(process.version).update(process.arch).update(content).digest("hex"));
  const cachedData = fs.existsSync(path) ? fs.readFileSync(path) : undefined;
  const importModuleDynamically = vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  const script = new vm.Script(Module.wrap(content), { filename, cachedData, importModuleDynamically });
  if (cachedData === undefined || script.cachedDataRejected) made.push({ script, path });
  const load = (id) => this.require(id);
  const { cache, extensions, main, resolve } = Module.createRequire(filename);
  const requireOfModule = Object.assign(load, { cache, extensions, main, resolve });
  return script.runInThisContext().call(this.exports, this.exports, requireOfModule, this, filename, dirname(filename));
};

process.on("exit", () => {
  try {
    if (made.length > 0) fs.mkdirSync(KEPT, { recursive: true });
    for (const { script, path } of made) {
      // By now it holds the functions that were called, too.
      const unfinished = `${path}.${process.pid}`;
      fs.writeFileSync(unfinished, script.createCachedData());
      fs.renameSync(unfinished, path);
    }
  } catch {
    // What cannot be kept is done without.
  }
});
