/**
 * The default capacity of receivers.
 *
 * @module
 */

/** The capacity of a receiver where the heap is large, in bytes: 256 MiB. */
export const CAPACITY: number = 256 * 1024 * 1024

/** The part of the heap that one receiver may fill. The estimates of its records may be half of what they take. */
const PART_OF_HEAP = 1 / 8

interface V8 {
  readonly getHeapStatistics: () => { readonly heap_size_limit: number }
}

/** The limit of the heap in bytes; `Infinity` if the runtime does not tell. */
const heapLimit = (): number => {
  const { process } = globalThis as { readonly process?: { readonly getBuiltinModule?: (id: string) => unknown } }
  const v8 = process?.getBuiltinModule?.("node:v8") as V8 | undefined
  const limit = v8?.getHeapStatistics().heap_size_limit
  return limit === undefined || !(limit > 0) ? Infinity : limit
}

/** The capacity of a receiver without its own, in bytes: 256 MiB, or an eighth of the limit of the heap. */
export const defaultCapacity = (): number => Math.min(CAPACITY, Math.floor(heapLimit() * PART_OF_HEAP))
