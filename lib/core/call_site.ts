/**
 * Call sites: the places in the user's source where operators are called. The stack is captured when an operator is
 * called, and parsed only when its call site is read.
 *
 * @module
 */
import * as Data from "effect/Data"

/** A place in the user's source: the first stack frame outside this library. */
export interface CallSite {
  /** File name, line and column, such as `word_count.ts:12:3`, or `<unknown>`. */
  readonly short: string
  /** The same with the full path or URL of the file, or `<unknown>`. */
  readonly long: string
}

const FRAME = /\(?((?:file|https?|npm|jsr|blob|data|node|ext):[^()\s]+|\/[^()\s]+):(\d+):(\d+)\)?$/
const RUNTIME = /[\\/]effect[\\/@](?:\d|dist|src)|^(?:ext|node):/

/** Where stack frames say that this module is: `…/core/call_site.ts`, or the file that it was bundled into. */
const here = (): string | undefined => {
  const { stack } = new Error()
  for (const frame of stack?.split("\n") ?? []) {
    const match = FRAME.exec(frame.trim())
    if (match !== null) return match[1]
  }
}

const OWN_FILE = /core[\\/]call_site\.\w+$/

/** The path of a file URL; other names of files as they are. Node and Bun name some files by URL and some by path. */
const pathOf = (file: string): string =>
  file.startsWith("file://") ? decodeURIComponent(file.slice("file://".length)) : file

let root: ((file: string) => boolean) | undefined

/**
 * Tells whether a file belongs to this library. With source maps, a bundle has the names of its sources. Without them,
 * the whole bundle counts as the library, because nothing tells its parts apart.
 */
const isLibrary = (file: string): boolean => {
  if (root === undefined) {
    const own = pathOf(here() ?? import.meta.url)
    const folder = own.replace(OWN_FILE, "")
    root = folder === own ? (path) => path === own : (path) => path.startsWith(folder)
  }
  return root(pathOf(file))
}

/** Returns the location in a stack frame if it is in the user's source. */
const userLocation = (frame: string): string | undefined => {
  const match = FRAME.exec(frame.trim())
  const file = match?.[1]
  if (file === undefined || isLibrary(file) || RUNTIME.test(file)) return undefined
  return `${file}:${match?.[2]}:${match?.[3]}`
}

const firstUserLocation = (stack: string): string => {
  for (const frame of stack.split("\n").slice(1)) {
    const location = userLocation(frame)
    if (location !== undefined) return location
  }
  return "<unknown>"
}

/** Returns the frames of a stack that are in the user's source. */
export const userFrames = (stack: string): ReadonlyArray<string> =>
  stack.split("\n").filter((line) => /^\s*at /.test(line) && userLocation(line) !== undefined)

/** A call site whose stack has been captured, but not been formatted and parsed yet. */
class CapturedSite implements CallSite {
  #holder: { readonly stack?: string } | undefined
  #long: string | undefined
  constructor(holder: { readonly stack?: string }) {
    this.#holder = holder
  }
  get long(): string {
    if (this.#long === undefined) {
      this.#long = firstUserLocation(this.#holder?.stack ?? "")
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
  /** Makes consoles print the location. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.long
  }
}

let current: CallSite | undefined

/** Returns the place in the user's source that is calling the library now, or the one set by {@link withCallSite}. */
export const callSite = (): CallSite => {
  if (current !== undefined) return current
  const holder: { stack?: string } = {}
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 16
  Error.captureStackTrace(holder, callSite)
  Error.stackTraceLimit = limit
  return new CapturedSite(holder)
}

/** Runs `body` synchronously. All operators that are called in it get the call site `site`. */
export const withCallSite = <A>(site: CallSite, body: () => A): A => {
  const before = current
  current = site
  try {
    return body()
  } finally {
    current = before
  }
}

/** Resolves the call sites among some fields, and in arrays of objects among them. */
const resolveCallSites = (fields: object): void => {
  for (const value of Object.values(fields)) {
    if (value instanceof CapturedSite) void value.long
    else if (Array.isArray(value)) {
      for (const each of value) if (typeof each === "object" && each !== null) resolveCallSites(each)
    }
  }
}

/**
 * The base class of errors that have call sites as fields: `Data.Error` that resolves them before it captures its own
 * stack. A stack that is formatted while another stack is being formatted has the line numbers of the compiled code
 * instead of the source.
 */
export const Located: typeof Data.Error = class extends Data.Error<Record<string, unknown>> {
  constructor(fields: Record<string, unknown>) {
    resolveCallSites(fields)
    super(fields)
  }
} as never
