#!/usr/bin/env node
// The installed `cdktf`, started with a third of the processor time: what V8 has made of it is kept, and what it has to read
// and write HCL and to convert it is not loaded before something asks for it. (docs.test.ts runs it as it is, too.)
require("./kept-code.cjs");
const Module = require("node:module");
const { dirname, join } = require("node:path");

const LATER = ["@cdktf/hcl2cdk", "@cdktf/hcl-tools", "@cdktf/hcl2json"];

const load = Module._load;
Module._load = function (request, ...rest) {
  return LATER.includes(request) ? later(() => load.call(this, request, ...rest)) : load.call(this, request, ...rest);
};

/** Bundlers copy the members of what they load; of this there are none, and they look for them in its prototype. */
function later(loadIt) {
  let loaded;
  const member = (_, name) => (loaded ??= loadIt())[name];
  const members = new Proxy({}, { get: member });
  return new Proxy(members, {
    get: (target, name) => name === "__esModule" || member(target, name),
    getPrototypeOf: () => members,
    ownKeys: () => [],
  });
}

require(join(dirname(require.resolve("cdktf-cli/package.json")), "bundle/bin/cdktf.js"));
