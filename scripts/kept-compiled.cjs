/* global BUILD, __filename */
/**
 * Runs a program as Node.js itself would, from what V8 made of it when it ran before, where that is at hand. It lies beside
 * the program as it was called: whoever can write there can change the program too, so it is trusted as far as that is.
 *
 * V8 itself refuses what another version or other flags have made, but not what a disk has spoiled, what was made of another
 * program of the same length (somebody has changed a number in this one), nor what another build of the same Node.js has made:
 * hence the checksum, of them all. What cannot be read or written is done without: that costs milliseconds.
 *
 * A part of the built hook, in words that any Node.js can read (scripts/build.ts).
 */
function run(program) {
  var fs = require("fs");
  var path = require("path");
  var vm = require("vm");
  var zlib = require("zlib");
  var name = ".obproxy-hook-" + BUILD + "-" + process.version + "-" + process.arch + ".compiled";
  var file = path.join(path.dirname(process.argv[1] || __filename), name);

  var isKept = false;
  var compiled;
  try {
    var bytes = fs.readFileSync(file);
    var end = bytes.length - 4;
    if (checksum(bytes.subarray(0, end)) === bytes.readUInt32LE(end)) compiled = bytes.subarray(0, end);
  } catch {
    // There is none, or no whole one.
  }
  var wrapped = "(function (exports, require, module, __filename, __dirname) { " + program + "\n});";
  var script = new vm.Script(wrapped, { filename: __filename, cachedData: compiled });
  // Node.js 21 and the first of 22 have no checksum.
  if (zlib.crc32 && (compiled === undefined || script.cachedDataRejected)) {
    // While OCP is at work, when nobody waits for the hook; at its end where that comes sooner.
    setTimeout(keep, 1500, 0).unref();
    process.once("exit", keep);
  }
  script.runInThisContext()(exports, require, module, __filename, __dirname);

  function checksum(data) {
    return zlib.crc32(data, zlib.crc32(program, fs.statSync(process.execPath).size % 4294967296));
  }

  function keep(exitCode) {
    if (exitCode !== 0 || isKept) return;
    isKept = true;
    var part = file + ".part";
    var descriptor;
    try {
      // One that was killed has left it.
      var before = fs.statSync(part, { throwIfNoEntry: false });
      if (before && Date.now() - before.mtimeMs > 60000) fs.unlinkSync(part);
      // One of many that run at once does it, and nobody reads it before it is whole.
      descriptor = fs.openSync(part, "wx", 384);
    } catch {
      return; // Another one does it, or nobody may.
    }
    try {
      // As they were when this was compiled, and will be the next time: see scripts/build.ts.
      var setFlag = require("v8").setFlagsFromString;
      ["--no-liftoff-only", "--wasm-tier-up", "--wasm-dynamic-tiering"].forEach(setFlag);
      var data = script.createCachedData();
      setFlag("--liftoff-only");
      var sum = Buffer.alloc(4);
      sum.writeUInt32LE(checksum(data));
      // All of it or an error; a full disk may take a part without one from writeSync.
      fs.writeFileSync(descriptor, Buffer.concat([data, sum]));
      fs.closeSync(descriptor);
      fs.renameSync(part, file);
    } catch {
      try {
        fs.unlinkSync(part);
      } catch {
        // The next one that comes a minute later does it.
      }
    }
  }
}

module.exports = run;
