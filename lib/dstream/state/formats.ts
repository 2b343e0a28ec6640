/**
 * Formats of states: their errors, and which version what was stored is of.
 *
 * @module
 */
import type { AnyFormat } from "../state_format.ts"
import { type Restoring, StateFormatFailed } from "../../rdd/state.ts"

/** Writes values in the current version of a format. Throws `StateFormatFailed`. */
export const encoder = (format: AnyFormat) => (value: unknown): unknown => {
  try {
    return format.encode(value as never)
  } catch (cause) {
    throw new StateFormatFailed({ operation: "written in", version: format.version, value, cause })
  }
}

/** Reads values of a version; undefined: they were written as plain data, as the first version has them. */
export const decoder = (format: AnyFormat, version = 1): Restoring => ({
  isOld: version !== format.version,
  decode: (value) => {
    try {
      return format.decode(value, version)
    } catch (cause) {
      throw new StateFormatFailed({ operation: "read from", version, value, cause })
    }
  },
})
