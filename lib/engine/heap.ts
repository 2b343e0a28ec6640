/**
 * The heap of the isolate: its limit, and how much of it is used.
 *
 * @module
 */

/** A heap. */
export interface Heap {
  /** The limit in bytes. A process that exceeds it ends. */
  readonly limit: number
  /** How many bytes are used, with what the garbage collector has not freed yet. It takes some microseconds. */
  readonly used: () => number
}

interface V8 {
  readonly getHeapStatistics: () => { readonly heap_size_limit: number; readonly used_heap_size: number }
}

const { process } = globalThis as { readonly process?: { readonly getBuiltinModule?: (id: string) => unknown } }

const v8 = process?.getBuiltinModule?.("node:v8") as V8 | undefined

/** What V8 adds to its limit for young objects, in bytes. Objects that last have no share in it. */
const YOUNG = 96 * 1024 * 1024

/**
 * Returns the limit of the heap for objects that last, in bytes; `Infinity` if the runtime does not tell. It is what
 * `--max-old-space-size` sets.
 */
export const heapLimit = (): number => {
  const limit = v8?.getHeapStatistics().heap_size_limit
  return limit === undefined || !(limit > 0) ? Infinity : Math.max(limit - YOUNG, limit / 2)
}

/** Returns the heap of the isolate; undefined if the runtime does not tell its limit. */
export const currentHeap = (): Heap | undefined => {
  const limit = heapLimit()
  return v8 === undefined || limit === Infinity
    ? undefined
    : { limit, used: () => v8.getHeapStatistics().used_heap_size }
}
