/**
 * The test kit's namespace.
 *
 * @module
 */
export * from "./harness.ts"
export { type Given, input, type InputOptions } from "./input.ts"
