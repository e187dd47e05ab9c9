/* global BUILD, __filename */
/**
 * Runs a program as Node.js itself would, from what V8 made of it when it ran before, where that is at hand. It lies beside
 * the program as it was called: whoever can write there can change the program too, so it is trusted as far as that is.
 *
 * V8 itself refuses what another version or other flags have made, but not what a disk has spoiled: hence the checksum. What
 * cannot be read or written is done without: that costs milliseconds.
 *
 * A part of the built hook, in words that any Node.js can read (scripts/build.ts).
 */
function run(program) {
  var fs = require("fs");
  var path = require("path");
  var vm = require("vm");
  var zlib = require("zlib");
  var name = ".obproxy-hook-" + BUILD + "-" + process.version + "-" + process.arch + ".compiled";
  var file = path.join(path.dirname(process.argv[1]), name);

  var compiled;
  try {
    var bytes = fs.readFileSync(file);
    var end = bytes.length - 4;
    if (zlib.crc32(bytes.subarray(0, end)) === bytes.readUInt32LE(end)) compiled = bytes.subarray(0, end);
  } catch {
    // There is none, or no whole one.
  }
  var wrapped = "(function (exports, require, module, __filename, __dirname) { " + program + "\n});";
  var script = new vm.Script(wrapped, { filename: __filename, cachedData: compiled });
  if (compiled === undefined) process.once("exit", keep);
  script.runInThisContext()(exports, require, module, __filename, __dirname);

  function keep(exitCode) {
    if (exitCode !== 0) return;
    try {
      // One of many that run at once does it, and nobody reads it before it is whole.
      var part = fs.openSync(file + ".part", "wx", 384);
      // As they were when this was compiled, and will be the next time: see scripts/build.ts.
      ["--no-liftoff-only", "--wasm-tier-up", "--wasm-dynamic-tiering"].forEach(require("v8").setFlagsFromString);
      var data = script.createCachedData();
      var sum = Buffer.alloc(4);
      sum.writeUInt32LE(zlib.crc32(data));
      fs.writeSync(part, Buffer.concat([data, sum]));
      fs.closeSync(part);
      fs.renameSync(file + ".part", file);
    } catch {
      // Another one does it, or nobody may.
    }
  }
}

module.exports = run;
