/**
 * The inner loops over text as bytes as a script, for where WebAssembly is forbidden. It does what `machine.wat` does, on a
 * memory of the same layout.
 *
 * @module
 */
import {
  ARENA,
  IDS,
  INDEX,
  type Machine,
  MEMORY,
  MOST_TEXT,
  MOST_WORDS,
  SLACK,
  SLOTS,
  TEXT,
  WANTED,
  Where,
  WHITE_SPACE,
} from "./machine.ts"

const LF = 10
const CR = 13
const SPACE = 32
const TAB = 9
/** How many low bits of a spread hash are dropped to get the slot where a search begins. */
const SHIFT = Math.clz32(SLOTS) + 1
const SPREAD = 0x9e3779b9

/** Where the line end at `at` ends. */
const behind = (bytes: Uint8Array, at: number, end: number): number =>
  bytes[at] === CR && at + 1 < end && bytes[at + 1] === LF ? at + 2 : at + 1

const isLineEnd = (byte: number | undefined): boolean => byte === LF || byte === CR

/** The machine as a script. */
export class ScriptMachine implements Machine {
  readonly memory: Uint8Array = new Uint8Array(MEMORY)
  readonly ids: Int32Array = new Int32Array(this.memory.buffer, IDS, MOST_TEXT + SLACK)
  size = 0
  arena = ARENA
  readonly #index = new Int32Array(this.memory.buffer, INDEX, SLOTS)
  readonly #hashes = new Int32Array(MOST_WORDS)
  /** Where each word starts, and where the one after the last will start. */
  readonly #starts = new Int32Array(MOST_WORDS + 1)
  #budget = 0

  constructor() {
    this.init()
  }

  init(): void {
    this.#index.fill(0)
    this.#starts[0] = ARENA
    this.size = 0
    this.arena = ARENA
  }

  tokens(end: number, separator: number, budget: number): number {
    const { ids, memory } = this
    const isWords = separator === WHITE_SPACE
    this.#budget = budget
    let count = 0
    let from = TEXT
    let hash = 0
    for (let at = TEXT; at < end; at++) {
      const byte = memory[at]!
      if (isWords ? byte !== SPACE && (byte < TAB || byte > CR) : byte !== separator && byte !== LF && byte !== CR) {
        hash = (Math.imul(31, hash) + byte) | 0
        continue
      }
      if (!isWords || at > from) {
        const number = this.#locate(from, at, hash)
        if (number < 0) return -1
        ids[count++] = number
      }
      // The line feed of a CR LF ends nothing.
      if (!isWords && byte === CR && at + 1 < end && memory[at + 1] === LF) at++
      from = at + 1
      hash = 0
    }
    return count
  }

  select(end: number, length: number, where: number, isNegated: boolean): number {
    const { memory } = this
    let out = TEXT
    const keep = (from: number, to: number): void => {
      if (out !== from) memory.copyWithin(out, from, to)
      const start = out
      out += to - from
      // The last CR could form one line end with what follows, or with the one before if it were an LF alone.
      for (let at = out - 1; at >= start && memory[at] === CR; at--) memory[at] = LF
    }
    for (let from = TEXT;;) {
      const place = this.#find(from, end, length)
      let start = place
      while (place < end && start > from && !isLineEnd(memory[start - 1])) start--
      if (isNegated) keep(from, start)
      if (place === end) return out
      let stop = place + length
      while (!isLineEnd(memory[stop])) stop++
      const after = behind(memory, stop, end)
      const isFound = where === Where.start
        ? place === start
        : where === Where.anywhere || this.#isWanted(stop - length, length)
      if (isFound !== isNegated) keep(start, after)
      from = after
    }
  }

  lineEnds(end: number): number {
    const text = this.memory.subarray(TEXT, end + 1)
    const length = end - TEXT
    let count = 0
    for (let at = text.indexOf(LF); at >= 0 && at < length; at = text.indexOf(LF, at + 1)) count++
    for (let at = text.indexOf(CR); at >= 0 && at < length; at = text.indexOf(CR, at + 1)) {
      if (text[at + 1] !== LF) count++
    }
    return count
  }

  /** Whether the bytes that are searched stand at a place. */
  #isWanted(at: number, length: number): boolean {
    const { memory } = this
    for (let i = 0; i < length; i++) if (memory[at + i] !== memory[WANTED + i]) return false
    return true
  }

  /** The first place before `end` at which the bytes that are searched stand, or `end`. */
  #find(from: number, end: number, length: number): number {
    const text = this.memory.subarray(0, end)
    const first = text[WANTED]!
    for (let at = text.indexOf(first, from); at >= 0 && at + length <= end; at = text.indexOf(first, at + 1)) {
      if (this.#isWanted(at, length)) return at
    }
    return end
  }

  #locate(from: number, to: number, hash: number): number {
    const { memory } = this
    const starts = this.#starts
    const hashes = this.#hashes
    const index = this.#index
    const mask = SLOTS - 1
    const length = to - from
    let slot = Math.imul(hash, SPREAD) >>> SHIFT
    for (let number = index[slot]! - 1; number >= 0; number = index[slot]! - 1) {
      if (hashes[number] === hash) {
        let other = starts[number]!
        if (starts[number + 1]! - other === length + 1) {
          let at = from
          while (at < to && memory[at] === memory[other]) {
            at++
            other++
          }
          if (at === to) return number
        }
      }
      if (--this.#budget < 0) return -1
      slot = (slot + 1) & mask
    }
    const number = this.size
    index[slot] = number + 1
    hashes[number] = hash
    let end = this.arena
    for (let at = from; at < to; at++) memory[end++] = memory[at]!
    memory[end++] = LF
    this.arena = starts[number + 1] = end
    this.size = number + 1
    return number
  }
}
