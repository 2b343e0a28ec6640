/**
 * The first steps of a loop on bytes.
 *
 * Where the records of a loop are lines of text that is still bytes, and its first steps are text functions, these steps are
 * done on the bytes: `filter` keeps some of the lines, and a `flatMap` that divides lines gives words as numbers of distinct
 * words. The loop does the other steps.
 *
 * @module
 */
import { type ByteSearch, byteSearchOf, byteSeparatorOf, type Kernel, sharedKernel } from "../../core/text/kernel.ts"
import { operationOf } from "../../core/text/text_function.ts"
import type { Callable } from "../../rdd/primitive.ts"
import { linesOf } from "../../rdd/text_block.ts"
import type { LoopKind, Piece } from "./program.ts"

const none: ReadonlyArray<unknown> = []

/** The first steps of a loop that can be done on bytes: searches, and then perhaps a division into words. */
export class TextSteps {
  readonly #searches: ReadonlyArray<ByteSearch>
  /** The separator of the division that follows the searches; undefined if there is none. */
  readonly #separator: number | undefined
  readonly #kernel: Kernel
  /** A copy of the numbers of words: other tasks use the kernel before the loop has gone over all of them. */
  #ids = new Int32Array(0)

  constructor(searches: ReadonlyArray<ByteSearch>, separator: number | undefined, kernel: Kernel = sharedKernel()) {
    this.#searches = searches
    this.#separator = separator
    this.#kernel = kernel
  }

  /** Does the steps for whole lines. The piece is only valid until the next call. */
  run(lines: Uint8Array): Piece {
    const kernel = this.#kernel
    if (!kernel.load(lines)) return recordsOf(linesOf(lines), 0)
    const { length } = this.#searches
    for (const search of this.#searches) kernel.select(search)
    if (kernel.text.length === 0) return recordsOf(none, length)
    const tokens = this.#separator === undefined ? undefined : kernel.tokens(this.#separator)
    if (tokens === undefined) return recordsOf(linesOf(kernel.text), length)
    const { ids, words } = tokens
    if (this.#ids.length < ids.length) this.#ids = new Int32Array(2 * ids.length)
    this.#ids.set(ids)
    return { source: "words", records: words, values: this.#ids, length: ids.length, done: length + 1 }
  }
}

/** Makes a piece of records, for which so many of the first steps are done. */
export const recordsOf = (records: ReadonlyArray<unknown>, done: number): Piece => ({
  source: "records",
  records,
  values: none,
  length: records.length,
  done,
})

/** Finds the first steps that can be done on bytes. Undefined if there are none. */
export const textStepsOf = (
  kinds: ReadonlyArray<LoopKind>,
  functions: ReadonlyArray<Callable>,
): TextSteps | undefined => {
  const searches: Array<ByteSearch> = []
  for (let i = 0; i < kinds.length; i++) {
    const operation = operationOf(functions[i])
    const search = kinds[i] === "filter" ? byteSearchOf(operation) : undefined
    if (search === undefined) {
      const separator = kinds[i] === "flatMap" || kinds[i] === "split" ? byteSeparatorOf(operation) : undefined
      return i === 0 && separator === undefined ? undefined : new TextSteps(searches, separator)
    }
    searches.push(search)
  }
  return searches.length === 0 ? undefined : new TextSteps(searches, undefined)
}
