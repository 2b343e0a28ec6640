/**
 * Failures of functions that are called key by key: they say for which key.
 *
 * @module
 */
import { FunctionFailed, Mismatch } from "../../core/errors.ts"
import { UnsupportedKey } from "../../core/keys.ts"
import { showRecord } from "../../core/show.ts"

/** What such a function has thrown, as the reason of a failure. What the library has thrown itself stays as it is. */
export const failedFor = (key: unknown, cause: unknown): unknown =>
  cause instanceof Mismatch || cause instanceof UnsupportedKey || cause instanceof FunctionFailed
    ? cause
    : new FunctionFailed({ cause, key: showRecord(key) })
