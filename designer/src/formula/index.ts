/** Formulas in the browser: the same results as on the server, without asking it. */
export { evaluate } from "./evaluate.ts";
export { type Env, NotLoaded, type User } from "./types.ts";
