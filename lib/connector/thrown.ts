/**
 * What the clients of services throw.
 *
 * @module
 */

/** Returns a field of what was thrown; undefined if it has no such field. */
export const fieldOf = (thrown: unknown, name: string): unknown =>
  typeof thrown === "object" && thrown !== null ? Reflect.get(thrown, name) : undefined

/** Whether what was thrown says that no encrypted connection could be made. */
export const isTlsFailure = (thrown: unknown): boolean =>
  /certificate|\bTLS\b|\bSSL\b/i.test(String(fieldOf(thrown, "message")))
