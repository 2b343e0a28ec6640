/**
 * Failures of functions that are called for one key at a time.
 *
 * @module
 */
import { FunctionFailed, Mismatch } from "../../core/errors.ts"
import { UnsupportedKey } from "../../core/keys.ts"
import { showRecord } from "../../core/show.ts"

/** Adds the key to what a function threw. Errors that the library itself threw are returned as they are. */
export const failedFor = (key: unknown, cause: unknown): unknown =>
  cause instanceof Mismatch || cause instanceof UnsupportedKey || cause instanceof FunctionFailed
    ? cause
    : new FunctionFailed({ cause, key: showRecord(key) })
