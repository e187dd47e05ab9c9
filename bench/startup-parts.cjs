// Loaded by `--require` (startup.ts): writes down when the parts of a hook's start were over, in milliseconds.
const { performance } = require("node:perf_hooks");
const Module = require("node:module");
const net = require("node:net");
const { writeFileSync } = require("node:fs");

const reached = { started: performance.now() };
const once = (name) => (reached[name] ??= performance.now());

const { _compile: compile, require: load } = Module.prototype;
let compiled = 0;
// The file is compiled first, and then the program that stands in it.
Module.prototype._compile = function (...args) {
  compiled += 1;
  if (compiled === 2) once("read");
  return compile.apply(this, args);
};
// The first thing that the program does.
Module.prototype.require = function (...args) {
  if (compiled === 2) once("compiled");
  return load.apply(this, args);
};
const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function (...args) {
  once("connected");
  return connect.apply(this, args);
};
process.on("exit", () => {
  once("ended");
  writeFileSync(process.env.BENCH_PARTS_FILE, JSON.stringify(reached));
});
