/**
 * Blocks: the records of one partition, in whatever form they came.
 *
 * @module
 */

/**
 * The records of one partition. A stage asks for `records` once and then loops by index; where the records are still
 * bytes they are read at that moment.
 */
export interface Block<out A> {
  /** How many records there are. */
  readonly length: number
  /** The records, by index. */
  readonly records: ReadonlyArray<A>
}

/** A block over an array, which must not change afterwards. */
export const fromArray = <A>(records: ReadonlyArray<A>): Block<A> => ({ length: records.length, records })

/** The block without records. */
export const empty: Block<never> = fromArray<never>([])

/** One block with the records of all, in order. */
export const concat = <A>(blocks: ReadonlyArray<Block<A>>): Block<A> => {
  const [first, ...others] = blocks
  if (first === undefined) return empty
  return others.length === 0 ? first : fromArray(blocks.flatMap((block) => block.records))
}

const LINE_END = /\r\n|\n|\r/

class TextBlock implements Block<string> {
  #bytes: Uint8Array | undefined
  #lines: ReadonlyArray<string> | undefined
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }
  get records(): ReadonlyArray<string> {
    if (this.#lines === undefined) {
      const bytes = this.#bytes ?? new Uint8Array()
      const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)
      const lines = text.split(bytes.includes(13) ? LINE_END : "\n")
      if (lines.at(-1) === "") lines.pop()
      this.#lines = lines
      this.#bytes = undefined
    }
    return this.#lines
  }
  get length(): number {
    return this.records.length
  }
}

/**
 * A block of text lines, kept as UTF-8 bytes until somebody reads it. Lines end with `\n`, `\r\n` or `\r`; a last line
 * needs no end. Invalid bytes become U+FFFD.
 */
export const fromText = (bytes: Uint8Array): Block<string> => new TextBlock(bytes)
