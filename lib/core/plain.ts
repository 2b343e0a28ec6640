/**
 * Plain objects: records and maps by name, rather than instances of classes.
 *
 * @module
 */

/** Whether an object is plain: its prototype is that of object literals, or it has none. */
export const isPlain = (u: object): u is Readonly<Record<string, unknown>> => {
  const prototype: unknown = Object.getPrototypeOf(u)
  return prototype === Object.prototype || prototype === null
}
