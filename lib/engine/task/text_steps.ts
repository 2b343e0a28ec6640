/**
 * The first steps of a loop on bytes.
 *
 * Where the records of a loop are lines of text that is still bytes, and its first steps are text functions, these steps are
 * done on the bytes: `filter` keeps some of the lines, and a `flatMap` that divides lines gives words as numbers of distinct
 * words. A `map` that changes text changes each distinct word once. The loop does the other steps.
 *
 * @module
 */
import {
  type ByteSearch,
  byteSearchOf,
  byteSeparatorOf,
  isChange,
  isChangeOfWords,
  type Kernel,
  sharedKernel,
  type Tokens,
} from "../../core/text/kernel.ts"
import { operationOf, type TextFunction } from "../../core/text/text_function.ts"
import type { Callable } from "../../rdd/primitive.ts"
import { linesOf } from "../../rdd/text_block.ts"
import type { LoopKind, Piece } from "./program.ts"

const none: ReadonlyArray<unknown> = []

/** A division of lines into words, and what is done with the words. */
interface Division {
  readonly separator: number
  readonly changes: ReadonlyArray<TextFunction<string>>
  /** How many steps this is. */
  readonly steps: number
}

/** The first steps of a loop that can be done on bytes: searches, and then perhaps a division. */
export class TextSteps {
  readonly #searches: ReadonlyArray<ByteSearch>
  readonly #division: Division | undefined
  /** Whether lines are only counted after the searches. */
  readonly #isCounted: boolean
  readonly #kernel: Kernel = sharedKernel()
  /** How many pieces the last pause had, and how many of them are left. */
  #pause = 0
  #left = 0
  /** A copy of the numbers of words: other tasks use the kernel before the loop has gone over all of them. */
  #ids = new Int32Array(0)

  constructor(searches: ReadonlyArray<ByteSearch>, division: Division | undefined, isCounted: boolean) {
    this.#searches = searches
    this.#division = division
    this.#isCounted = isCounted
  }

  /** Does the steps for whole lines. The piece is only valid until the next call. */
  run(lines: Uint8Array): Piece {
    const kernel = this.#kernel
    const { length } = this.#searches
    const division = this.#isPaused() ? undefined : this.#division
    if ((length === 0 && division === undefined) || !kernel.load(lines)) return recordsOf(linesOf(lines), 0)
    for (const search of this.#searches) kernel.select(search)
    if (kernel.text.length === 0) return recordsOf(none, length)
    if (this.#isCounted) return { ...recordsOf(none, length), length: kernel.lines }
    const tokens = division && kernel.tokens(division.separator)
    if (division === undefined || tokens === undefined) return recordsOf(linesOf(kernel.text), length)
    this.#pauseIfUseless(tokens)
    const { changes, steps } = division
    const { ids } = tokens
    if (this.#ids.length < ids.length) this.#ids = new Int32Array(2 * ids.length)
    this.#ids.set(ids)
    const words = changes.length === 0 ? tokens.words : kernel.changed(changes)
    return { source: "words", records: words, values: this.#ids, length: ids.length, done: length + steps }
  }

  /** Whether this piece is not divided on bytes. */
  #isPaused(): boolean {
    return this.#left > 0 && this.#left-- > 0
  }

  /** Where most words are new, the loop divides the lines of the next pieces: of more each time this goes on. */
  #pauseIfUseless({ fresh, ids }: Tokens): void {
    this.#pause = 2 * fresh > ids.length ? 2 * this.#pause + 1 : 0
    this.#left = this.#pause
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

/** Finds a division, with changes before and behind it. */
const divisionOf = (kinds: ReadonlyArray<LoopKind>, functions: ReadonlyArray<Callable>): Division | undefined => {
  const isMapOf = (isWanted: typeof isChange) => (f: Callable, i: number): f is TextFunction<string> =>
    kinds[i] === "map" && isWanted(operationOf(f))
  const countFrom = (from: number): number => {
    const end = functions.findIndex((f, i) => i >= from && !isMapOf(isChange)(f, i))
    return (end < 0 ? functions.length : end) - from
  }
  const at = countFrom(0)
  const separator = kinds[at] === "flatMap" || kinds[at] === "split"
    ? byteSeparatorOf(operationOf(functions[at]))
    : undefined
  if (separator === undefined) return undefined
  const before = functions.slice(0, at)
  if (!before.every((f) => isChangeOfWords(operationOf(f), separator))) return undefined
  const steps = at + 1 + countFrom(at + 1)
  return { separator, steps, changes: functions.slice(0, steps).filter(isMapOf(isChange)) }
}

/**
 * Finds the first steps that can be done on bytes. Undefined if there are none. If records are only counted after all steps
 * (`isCounted`), lines that searches keep need not be decoded.
 */
export const textStepsOf = (
  kinds: ReadonlyArray<LoopKind>,
  functions: ReadonlyArray<Callable>,
  isCounted = false,
): TextSteps | undefined => {
  const searches: Array<ByteSearch> = []
  for (let i = 0; kinds[i] === "filter"; i++) {
    const search = byteSearchOf(operationOf(functions[i]))
    if (search === undefined) break
    searches.push(search)
  }
  const division = divisionOf(kinds.slice(searches.length), functions.slice(searches.length))
  if (searches.length === 0 && division === undefined) return undefined
  return new TextSteps(searches, division, isCounted && searches.length === kinds.length)
}
