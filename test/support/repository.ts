import { resolve } from "node:path";

/** The root of this repository. */
export const REPOSITORY = resolve(__dirname, "../..");
