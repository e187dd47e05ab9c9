// `node --import ./scripts/typescript.mjs x.ts`: tsx without its cache, which is more than these scripts need, and which
// fails on a machine that has no temporary directory.
process.env.TSX_DISABLE_CACHE = "1";
await import("tsx");
delete process.env.TSX_DISABLE_CACHE;
