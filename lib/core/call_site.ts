/**
 * Where in the user's source an operator was written: captured when it is composed, read only when somebody asks.
 *
 * @module
 */
import * as Data from "effect/Data"

/** A place in the user's source: the first stack frame outside this library. */
export interface CallSite {
  /** `word_count.ts:12:3`, or `<unknown>`. */
  readonly short: string
  /** The whole location, such as a file URL with line and column, or `<unknown>`. */
  readonly long: string
}

const LIBRARY = new URL("..", import.meta.url).href
const FRAME = /\(?((?:file|https?|npm|jsr|blob|data|node|ext):[^()\s]+|\/[^()\s]+):(\d+):(\d+)\)?$/
const RUNTIME = /[\\/]effect[\\/@](?:\d|dist|src)|^(?:ext|node):/

/** The place that a line of a stack names, if that is in the user's source. */
const placeOf = (line: string): string | undefined => {
  const found = FRAME.exec(line.trim())
  const file = found?.[1]
  if (file === undefined || file.startsWith(LIBRARY) || RUNTIME.test(file)) return undefined
  return `${file}:${found?.[2]}:${found?.[3]}`
}

const locate = (stack: string): string => {
  for (const line of stack.split("\n").slice(1)) {
    const place = placeOf(line)
    if (place !== undefined) return place
  }
  return "<unknown>"
}

/** The lines of a stack that are in the user's source. */
export const userFrames = (stack: string): ReadonlyArray<string> =>
  stack.split("\n").filter((line) => /^\s*at /.test(line) && placeOf(line) !== undefined)

class Captured implements CallSite {
  #holder: { readonly stack?: string } | undefined
  #long: string | undefined
  constructor(holder: { readonly stack?: string }) {
    this.#holder = holder
  }
  get long(): string {
    if (this.#long === undefined) {
      this.#long = locate(this.#holder?.stack ?? "")
      this.#holder = undefined
    }
    return this.#long
  }
  get short(): string {
    return this.long.slice(Math.max(this.long.lastIndexOf("/"), this.long.lastIndexOf("\\")) + 1)
  }
  toString(): string {
    return this.short
  }
  toJSON(): string {
    return this.long
  }
  /** How consoles show it. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.long
  }
}

let current: CallSite | undefined

/** The place that calls into the library now, or the place fixed by {@link withCallSite}. */
export const callSite = (): CallSite => {
  if (current !== undefined) return current
  const holder: { stack?: string } = {}
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 16
  Error.captureStackTrace(holder, callSite)
  Error.stackTraceLimit = limit
  return new Captured(holder)
}

/** Runs `body` at once; every operator made in it is said to stand at `site`. */
export const withCallSite = <A>(site: CallSite, body: () => A): A => {
  const before = current
  current = site
  try {
    return body()
  } finally {
    current = before
  }
}

/** Looks up the places in some fields, and in lists of them. */
const lookUp = (fields: object): void => {
  for (const value of Object.values(fields)) {
    if (value instanceof Captured) void value.long
    else if (Array.isArray(value)) {
      for (const each of value) if (typeof each === "object" && each !== null) lookUp(each)
    }
  }
}

/**
 * `Data.Error`, for errors that name places in the user's source. They are looked up before the error takes its own stack,
 * because a stack that is read while another one is written has the lines of what the source was compiled to.
 */
export const Located: typeof Data.Error = class extends Data.Error<Record<string, unknown>> {
  constructor(fields: Record<string, unknown>) {
    lookUp(fields)
    super(fields)
  }
} as never
