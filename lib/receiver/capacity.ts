/**
 * The default capacity of receivers.
 *
 * @module
 */
import { heapLimit } from "../engine/heap.ts"

/** The capacity of a receiver where the heap is large, in bytes: 256 MiB. */
export const CAPACITY: number = 256 * 1024 * 1024

/** The part of the heap that one receiver may fill. The estimates of its records may be half of what they take. */
const PART_OF_HEAP = 1 / 8

/** The capacity of a receiver without its own, in bytes: 256 MiB, or an eighth of the limit of the heap. */
export const defaultCapacity = (): number => Math.min(CAPACITY, Math.floor(heapLimit() * PART_OF_HEAP))
