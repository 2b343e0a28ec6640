/**
 * Parameters of functions that one factory has made.
 *
 * @module
 */

/**
 * The property in which a function may carry its parameters as text. Functions of one factory, such as those that split
 * by different separators, have the same text; with this property their graphs have different structures, and loops
 * tell them apart.
 */
export const PARAMETERS = "~dstream/parameters"

/** The parameters of a function as text; undefined if it carries none. */
export const parametersOf = (f: unknown): string | undefined =>
  typeof f === "function" && PARAMETERS in f ? String(f[PARAMETERS]) : undefined
