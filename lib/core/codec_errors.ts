/**
 * The errors of the record codec.
 *
 * @module
 */
import { EngineFault } from "./errors.ts"

/**
 * A record cannot leave its isolate: it holds something other than plain data. `path` leads to it, starting with the
 * record's index, and `found` names it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { encode, NotPortable } from "./codec.ts"
 *
 * assert.throws(
 *   () => encode([{ user: { name: () => "Ada" } }]),
 *   (error) => error instanceof NotPortable && error.path === "[0].user.name" && error.found === "function",
 * )
 * ```
 */
export class NotPortable extends EngineFault<{
  /** Where it is, such as `[3].user.name`. */
  readonly path: string
  /** What it is, such as `function` or `instance of Foo`. */
  readonly found: string
}> {
  /** The tag to catch it by. */
  readonly _tag = "NotPortable" as const
  /** What was found where, and what may be there. */
  override get message(): string {
    return `Cannot encode the record value at ${this.path}: ${this.found}. Records are plain data, dates, bigints, ` +
      "bytes, tuples, maps, sets, Options and Results; anything else needs a Schema"
  }
}

/**
 * Bytes are not what the codec wrote: cut short, altered, or of another version. `problem` says what gave it away.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { CorruptBlock, decode } from "./codec.ts"
 *
 * assert.throws(() => decode(new Uint8Array()), (error) => error instanceof CorruptBlock && error.problem === "it is empty")
 * ```
 */
export class CorruptBlock extends EngineFault<{
  /** What gave it away. */
  readonly problem: string
}> {
  /** The tag to catch it by. */
  readonly _tag = "CorruptBlock" as const
  /** What gave it away. */
  override get message(): string {
    return `Corrupt block of encoded records: ${this.problem}`
  }
}

/** Throws {@link CorruptBlock}. */
export const corrupt = (problem: string): never => {
  throw new CorruptBlock({ problem })
}
