// Loaded by `--require` (startup.ts): writes down when the parts of a hook's start were over, in milliseconds.
const { performance } = require("node:perf_hooks");
const net = require("node:net");
const vm = require("node:vm");
const { writeFileSync } = require("node:fs");

const reached = { started: performance.now() };
const once = (name) => (reached[name] ??= performance.now());

vm.Script = class extends vm.Script {
  constructor(...args) {
    once("read");
    super(...args);
    once("compiled");
  }
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
