/**
 * The inner loops over text as bytes: as WebAssembly, or as a script where that is forbidden. Both work on one memory, whose
 * layout is in this file.
 *
 * Text is whole lines, each with its end: `\n`, `\r\n` or `\r`. It stands at {@link TEXT}, and {@link SLACK} bytes behind
 * it can be read.
 *
 * @module
 */
import { wasm } from "./wasm_bytes.ts"

/** Where a search finds its text: anywhere in a line, at its start, or at its end. */
export const Where = { anywhere: 0, start: 1, end: 2 } as const

/** The separator that stands for white space of ASCII, which divides text into words that are not empty. */
export const WHITE_SPACE = -1

/** The inner loops. Addresses are indices in `memory`. */
export interface Machine {
  readonly memory: Uint8Array
  /** The numbers that `tokens` has written. */
  readonly ids: Int32Array
  /** How many distinct words there are. They are numbered from 0 as they appear. */
  readonly size: number
  /** Where the words end. They stand from {@link ARENA} on in the order of their numbers, each followed by `\n`. */
  readonly arena: number
  /** Forgets all words. */
  readonly init: () => void
  /**
   * Divides the lines of the text that ends at `end` at a separator, a byte of ASCII or {@link WHITE_SPACE}, and writes the
   * numbers of the words. Returns how many there are. Returns -1 if the search for words takes more than `budget` steps,
   * which usual words never need: then many have the same hash.
   */
  readonly tokens: (end: number, separator: number, budget: number) => number
  /**
   * Keeps the lines of the text in which the bytes at {@link WANTED} are found, or, if `isNegated`, all others. Returns
   * where the text ends now. Each line ends with a line end that no other line can join.
   */
  readonly select: (end: number, length: number, where: number, isNegated: boolean) => number
  /**
   * Counts the line ends up to `end`. The byte at `end` is looked at as well: `\r` before it counts unless it is `\n`.
   */
  readonly lineEnds: (end: number) => number
}

/** How many bytes behind a text are read with it. */
export const SLACK = 16
/** How long a text can be, in bytes: a piece of text, which ends with the last line end, and some more. */
export const MOST_TEXT: number = 128 * 1024
/** How long what is searched can be, in bytes. */
export const MOST_WANTED = 4096
/** How many distinct words there can be. */
export const MOST_WORDS: number = 128 * 1024
/** How many bytes all distinct words can have, each with one more. */
export const MOST_ARENA: number = 2 * 1024 * 1024

/** Where what is searched stands. */
export const WANTED = 1024
/** Slots of 4 bytes: the number of a word + 1, or 0 where free. */
export const INDEX: number = WANTED + MOST_WANTED + SLACK
/** How many slots there are, a power of 2. */
export const SLOTS: number = 2 * MOST_WORDS
/** 16 bytes for each word: hash, address and length. */
export const ENTRIES: number = INDEX + 4 * SLOTS
/** The numbers that `tokens` writes, 4 bytes each: one for each byte, and some more. */
export const IDS: number = ENTRIES + 16 * MOST_WORDS
/** The text. */
export const TEXT: number = IDS + 4 * (MOST_TEXT + SLACK)
/** The distinct words. */
export const ARENA: number = TEXT + MOST_TEXT + 2 * SLACK
/** How large the memory is. */
export const MEMORY: number = ARENA + MOST_ARENA + SLACK

/** What the WebAssembly module exports. */
interface Exports {
  readonly memory: WebAssembly.Memory
  readonly size: WebAssembly.Global
  readonly arena: WebAssembly.Global
  readonly init: (index: number, slots: number, entries: number, arena: number) => void
  readonly tokens: (from: number, end: number, separator: number, out: number, budget: number) => number
  readonly select: (from: number, end: number, at: number, length: number, where: number, isNegated: number) => number
  readonly lineEnds: (from: number, end: number) => number
}

const PAGE = 65_536

/** Makes the machine of WebAssembly. Throws where that is forbidden, or knows no vectors. */
export const wasmMachine = (): Machine => {
  const module = new WebAssembly.Module(Uint8Array.from(atob(wasm), (char) => char.charCodeAt(0)))
  // The types of exports are not in the module. The bytes are our own.
  const made = new WebAssembly.Instance(module).exports as unknown as Exports
  made.memory.grow(Math.ceil(MEMORY / PAGE))
  const { buffer } = made.memory
  const machine: Machine = {
    memory: new Uint8Array(buffer),
    ids: new Int32Array(buffer, IDS, MOST_TEXT + SLACK),
    get size() {
      return made.size.value
    },
    get arena() {
      return made.arena.value
    },
    init: () => made.init(INDEX, SLOTS, ENTRIES, ARENA),
    tokens: (end, separator, budget) => made.tokens(TEXT, end, separator, IDS, budget),
    select: (end, length, where, isNegated) => made.select(TEXT, end, WANTED, length, where, isNegated ? 1 : 0),
    lineEnds: (end) => made.lineEnds(TEXT, end),
  }
  machine.init()
  return machine
}
