/**
 * Received parts in the block store of the engine.
 *
 * @module
 */
import { concat } from "../rdd/block.ts"
import { isHeld, type Storage } from "../rdd/storage.ts"
import type { StorageLevel } from "../rdd/storage_level.ts"
import type { Part, PartStore } from "./parts.ts"

/** Small parts are joined until they weigh so many bytes: each becomes a file, if there is no room for it in memory. */
const JOINED = 4 * 1024 * 1024

/** Keeps the parts of one receiver in the block store, at its storage level. */
export class StoredParts implements PartStore {
  readonly #storage: Storage
  readonly #level: StorageLevel

  constructor(storage: Storage, level: StorageLevel = "MEMORY_AND_DISK") {
    this.#storage = storage
    this.#level = level
  }

  /** Takes parts, in order. Neighbouring small ones become one. */
  hold(parts: ReadonlyArray<Part>): ReadonlyArray<Part> {
    const held: Array<Part> = []
    let some: Array<Part> = []
    let weight = 0
    const flush = () => {
      if (some.length > 0) held.push(this.#hold({ block: concat(some.map(({ block }) => block)), weight }))
      some = []
      weight = 0
    }
    for (const part of parts) {
      if (weight + part.weight > JOINED) flush()
      some.push(part)
      weight += part.weight
    }
    flush()
    return held
  }

  replace(part: Part, pieces: ReadonlyArray<Part>): ReadonlyArray<Part> {
    const held = pieces.map((piece) => this.#hold(piece))
    this.release([part])
    return held
  }

  #hold({ block, weight }: Part): Part {
    return { block: this.#storage.hold(block, { level: this.#level, weight }), weight }
  }

  /** Frees the memory of parts whose batch has ended. */
  release(parts: ReadonlyArray<Part>): void {
    for (const { block } of parts) if (isHeld(block)) this.#storage.release(block)
  }

  /** Whether there is room for so many bytes in memory. If not, room is made, and listeners are called. */
  hasRoom(weight: number): boolean {
    if (this.#storage.hasRoom(weight)) return true
    this.#storage.makeRoom(weight)
    return false
  }

  /** Calls a function whenever memory has been freed. Returns a function that ends this. */
  onRoom(listener: () => void): () => void {
    return this.#storage.onRoom(listener)
  }
}
