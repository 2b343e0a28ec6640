/**
 * Blocks: the records of one partition, as arrays, as text that is still bytes, or as columns.
 *
 * @module
 */

/**
 * The records of one partition. A stage reads `records` once and then loops by index. Records that are still bytes are
 * decoded at that moment.
 */
export interface Block<out A> {
  /** How many records there are. */
  readonly length: number
  /** The records, by index. */
  readonly records: ReadonlyArray<A>
}

/** Makes a block of an array, which must not change afterwards. */
export const fromArray = <A>(records: ReadonlyArray<A>): Block<A> => ({ length: records.length, records })

/** The block without records. */
export const empty: Block<never> = fromArray<never>([])

/** Joins blocks: one block with the records of all, in order. */
export const concat = <A>(blocks: ReadonlyArray<Block<A>>): Block<A> => {
  const [first, ...others] = blocks
  if (first === undefined) return empty
  return others.length === 0 ? first : new JoinedBlock(blocks)
}

/** How many arrays are joined by one call: calls take a limited number of arguments. */
const JOINED_AT_ONCE = 4096

/** Joins arrays into a new one. `concat` copies them whole, where `flatMap` would go through them record by record. */
export const joinArrays = <A>(arrays: ReadonlyArray<ReadonlyArray<A>>): Array<A> => {
  if (arrays.length <= JOINED_AT_ONCE) return Array<A>().concat(...arrays)
  const some: Array<Array<A>> = []
  for (let i = 0; i < arrays.length; i += JOINED_AT_ONCE) {
    some.push(Array<A>().concat(...arrays.slice(i, i + JOINED_AT_ONCE)))
  }
  return joinArrays(some)
}

/** Blocks after one another. They are joined when the records are read: text stays bytes until then. */
class JoinedBlock<out A> implements Block<A> {
  #parts: ReadonlyArray<Block<A>>
  #length: number | undefined
  constructor(parts: ReadonlyArray<Block<A>>) {
    this.#parts = parts
  }
  get records(): ReadonlyArray<A> {
    const [first, ...others] = this.#parts
    if (first !== undefined && others.length === 0) return first.records
    const joined = joinArrays(this.#parts.map((part) => part.records))
    this.#parts = [fromArray(joined)]
    return joined
  }
  get length(): number {
    return this.#length ??= this.#parts.reduce((sum, part) => sum + part.length, 0)
  }
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true })
const LF = 10
const CR = 13
const LINE_END = /\r\n|\n|\r/

/** Counts the lines of text by its bytes alone: many times faster than decoding them. */
const countLines = (bytes: Uint8Array): number => {
  const last = bytes.at(-1)
  let lines = last === undefined || last === LF || last === CR ? 0 : 1
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) lines++
  for (let at = bytes.indexOf(CR); at >= 0; at = bytes.indexOf(CR, at + 1)) if (bytes[at + 1] !== LF) lines++
  return lines
}

class TextBlock implements Block<string> {
  #bytes: Uint8Array | undefined
  #lines: ReadonlyArray<string> | undefined
  #length: number | undefined
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }
  get records(): ReadonlyArray<string> {
    if (this.#lines === undefined) {
      const bytes = this.#bytes ?? new Uint8Array()
      const text = decoder.decode(bytes)
      const lines = text.split(bytes.includes(CR) ? LINE_END : "\n")
      if (lines.at(-1) === "") lines.pop()
      this.#lines = lines
      this.#bytes = undefined
    }
    return this.#lines
  }
  get length(): number {
    return this.#length ??= this.#lines?.length ?? countLines(this.#bytes ?? new Uint8Array())
  }
}

/**
 * Makes a block of text lines, which stays UTF-8 bytes until its records are read. Lines end with `\n`, `\r\n` or `\r`; the
 * last line needs no end. Invalid bytes become U+FFFD.
 */
export const fromText = (bytes: Uint8Array): Block<string> => new TextBlock(bytes)
