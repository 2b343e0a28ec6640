/**
 * Text as bytes: searching lines and dividing them into words without decoding them.
 *
 * An isolate has one kernel. Its memory holds a piece of text, and a dictionary: each distinct word is decoded once and has
 * a number. Words are kept from one piece and one batch to the next. A full dictionary begins anew.
 *
 * @module
 */
import {
  ARENA,
  type Machine,
  MOST_ARENA,
  MOST_TEXT,
  MOST_WANTED,
  MOST_WORDS,
  TEXT,
  WANTED,
  wasmMachine,
  Where,
  WHITE_SPACE,
} from "./machine.ts"
import { ScriptMachine } from "./script_machine.ts"
import { parametersOf } from "../parameters.ts"
import type { SearchOperation, TextFunction, TextOperation } from "./text_function.ts"

/** Decodes text as records have it: invalid bytes become U+FFFD, and a byte order mark stays. */
export const decoder: TextDecoder = new TextDecoder("utf-8", { ignoreBOM: true })
const encoder = new TextEncoder()

const LF = 10
const CR = 13

/** The words of a text, as numbers of distinct words. */
export interface Tokens {
  /** The distinct words. Words may be added to the list, and those in it stay. */
  readonly words: ReadonlyArray<string>
  /** The numbers. The kernel's next call overwrites them. */
  readonly ids: Int32Array
  /** How many distinct words were not known before. */
  readonly fresh: number
}

/** A search over the bytes of lines. */
export interface ByteSearch {
  readonly wanted: Uint8Array
  readonly where: number
  readonly isNegated: boolean
}

const whereOf: Readonly<Record<SearchOperation["kernel"], number>> = {
  includes: Where.anywhere,
  startsWith: Where.start,
  endsWith: Where.end,
}

const isSearch = (operation: TextOperation): operation is SearchOperation => operation.kernel in whereOf

/**
 * Returns a search as bytes. Undefined where bytes do not show what the function finds in a decoded line: line ends are in
 * no line, U+FFFD may have been any invalid bytes, and half of a surrogate pair has no bytes.
 */
export const byteSearchOf = (operation: TextOperation | undefined): ByteSearch | undefined => {
  if (operation === undefined || !isSearch(operation)) return undefined
  const [text, isNegated] = operation.parameters
  if (text === "" || !text.isWellFormed() || /[\n\r\ufffd]/.test(text)) return undefined
  const wanted = encoder.encode(text)
  return wanted.length > MOST_WANTED ? undefined : { wanted, where: whereOf[operation.kernel], isNegated }
}

/** Returns the separator of an operation as a byte. Undefined for other operations and separators. */
export const byteSeparatorOf = (operation: TextOperation | undefined): number | undefined => {
  if (operation?.kernel === "words") return WHITE_SPACE
  if (operation?.kernel !== "split" || operation.parameters[0].length !== 1) return undefined
  const byte = operation.parameters[0].charCodeAt(0)
  return byte < 128 && byte !== LF && byte !== CR ? byte : undefined
}

/** Whether a text function gives another text. */
export const isChange = (operation: TextOperation | undefined): boolean =>
  operation?.kernel === "toLowerCase" || operation?.kernel === "toUpperCase" || operation?.kernel === "trim"

/**
 * Whether a text function may change the words in place of the lines, with the same result. It may not if the separator is
 * a letter, which could change itself, or a sign that is ignored where a capital sigma at the end of a word becomes a small
 * one.
 */
export const isChangeOfWords = (operation: TextOperation | undefined, separator: number): boolean =>
  (operation?.kernel === "toLowerCase" || operation?.kernel === "toUpperCase") &&
  !/[a-z'.:^`]/i.test(String.fromCharCode(separator))

/**
 * How many distinct words a text can have: those of one byte and the empty one, and others, which have two bytes or more
 * and a separator.
 */
const mostWords = (bytes: number): number => 257 + Math.ceil(bytes / 3)

/** How many steps the search for the words of a text may take. Usual words need less than one each. */
const budgetOf = (bytes: number): number => 1024 + 8 * bytes

/** Text as bytes, on a machine that nothing else uses. */
export class Kernel {
  readonly #machine: Machine
  /** Where the text ends. */
  #end = TEXT
  #words: Array<string> = []
  /** The words as text functions have changed them, by the parameters of these. */
  readonly #changed = new Map<string, Array<string>>()
  /** Where the words end that have been decoded. */
  #decoded = ARENA

  constructor(machine: Machine) {
    this.#machine = machine
  }

  /** Takes whole lines as the text. The last one needs no end. Returns false, and does nothing, if they are too long. */
  load(lines: Uint8Array): boolean {
    if (lines.length >= MOST_TEXT) return false
    const { memory } = this.#machine
    memory.set(lines, TEXT)
    this.#end = TEXT + lines.length
    const last = memory[this.#end - 1]
    if (lines.length > 0 && last !== LF && last !== CR) memory[this.#end++] = LF
    return true
  }

  /** Keeps the lines of the text that a search finds, or those that it does not find. */
  select({ isNegated, wanted, where }: ByteSearch): void {
    this.#machine.memory.set(wanted, WANTED)
    this.#end = this.#machine.select(this.#end, wanted.length, where, isNegated)
  }

  /** The bytes of the text. The next call overwrites them. */
  get text(): Uint8Array {
    return this.#machine.memory.subarray(TEXT, this.#end)
  }

  /** How many lines the text has. */
  get lines(): number {
    const machine = this.#machine
    // A line feed behind a carriage return would be taken for the same line end.
    machine.memory[this.#end] = 0
    return machine.lineEnds(this.#end)
  }

  /**
   * Divides the lines of the text at a separator. Returns undefined, and forgets all words, if too many words have the same
   * hash. The caller then divides the lines itself.
   */
  tokens(separator: number): Tokens | undefined {
    const machine = this.#machine
    const bytes = this.#end - TEXT
    const isFull = machine.size + mostWords(bytes) > MOST_WORDS || machine.arena - ARENA + bytes + 1 > MOST_ARENA
    if (isFull) this.#forget()
    const count = machine.tokens(this.#end, separator, budgetOf(bytes))
    if (count < 0) {
      this.#forget()
      return undefined
    }
    const known = this.#words.length
    this.#decode()
    return { words: this.#words, ids: machine.ids.subarray(0, count), fresh: this.#words.length - known }
  }

  /** Decodes the new words at once: no word has a line feed. */
  #decode(): void {
    const { arena, memory } = this.#machine
    if (arena === this.#decoded) return
    const words = decoder.decode(memory.subarray(this.#decoded, arena - 1)).split("\n")
    for (let i = 0; i < words.length; i++) this.#words.push(words[i]!)
    this.#decoded = arena
  }

  /** The distinct words as text functions change them, one after the other. Each word is changed once. */
  changed(functions: ReadonlyArray<TextFunction<string>>): ReadonlyArray<string> {
    const key = functions.map(parametersOf).join()
    const known = this.#changed.get(key)
    const words = known ?? []
    if (known === undefined) this.#changed.set(key, words)
    for (let i = words.length; i < this.#words.length; i++) {
      words.push(functions.reduce((word, f) => f(word), this.#words[i]!))
    }
    return words
  }

  #forget(): void {
    this.#machine.init()
    this.#changed.clear()
    this.#words = []
    this.#decoded = ARENA
  }

  /** Counts the lines of any text. */
  countLines(text: Uint8Array): number {
    const { memory } = this.#machine
    const last = text.at(-1)
    let lines = last === undefined || last === LF || last === CR ? 0 : 1
    for (let from = 0; from < text.length; from += MOST_TEXT) {
      // With the next byte: it may be the line feed that belongs to a carriage return.
      const part = text.subarray(from, from + MOST_TEXT + 1)
      memory.set(part, TEXT)
      const end = TEXT + Math.min(part.length, MOST_TEXT)
      if (part.length <= MOST_TEXT) memory[end] = 0
      lines += this.#machine.lineEnds(end)
    }
    return lines
  }
}

/** The machine of WebAssembly, or the script where it is forbidden. */
const machine = (): Machine => {
  try {
    return wasmMachine()
  } catch {
    return new ScriptMachine()
  }
}

let kernel: Kernel | undefined

/** The kernel of this isolate. It is made when it is first needed: it takes some megabytes of memory and a millisecond. */
export const sharedKernel = (): Kernel => kernel ??= new Kernel(machine())
