/**
 * Makes the values of logged states read-only.
 *
 * @module
 */

/** Hides the methods that change a Map or Set. `Object.freeze` alone does not prevent these changes. */
const hideChanges = (value: object, kind: string, methods: ReadonlyArray<string>): void => {
  const refuse = (): never => {
    throw new TypeError(`a ${kind} that is a state cannot be changed in place: change a copy, new ${kind}(state)`)
  }
  for (const name of methods) Object.defineProperty(value, name, { value: refuse })
}

/**
 * Freezes an object or array, but not what it contains, and returns it. A function that changes a logged state in place then
 * fails, instead of making the log differ from the state. Typed arrays and dates cannot be frozen.
 */
export const frozen = (value: unknown): unknown => {
  if (typeof value !== "object" || value === null || Object.isFrozen(value) || ArrayBuffer.isView(value)) return value
  // Classes that extend them may have methods that change a copy.
  const prototype = Object.getPrototypeOf(value)
  if (prototype === Map.prototype) hideChanges(value, "Map", ["set", "delete", "clear"])
  if (prototype === Set.prototype) hideChanges(value, "Set", ["add", "delete", "clear"])
  return Object.freeze(value)
}
