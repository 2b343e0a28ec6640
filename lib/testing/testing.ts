/**
 * The test kit's namespace.
 *
 * @module
 */
export * from "./harness.ts"
export * from "./input.ts"
