/**
 * Operations that Deno refuses, because a permission is missing.
 *
 * @module
 */

/** How many causes below an error are looked at. They may form a circle. */
const DEPTH = 8

/** Whether Deno refused an operation: whether an error, or one of its causes, is Deno's. */
export const isDenied = (error: unknown, depth: number = DEPTH): boolean =>
  error instanceof Error && depth > 0 && (error.name === "NotCapable" || isDenied(error.cause, depth - 1))
