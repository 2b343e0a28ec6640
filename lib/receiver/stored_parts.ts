/**
 * Received parts in the block store of the engine.
 *
 * @module
 */
import { concat } from "../rdd/block.ts"
import { isHeld, type Storage } from "../rdd/storage.ts"
import type { StorageLevel } from "../rdd/storage_level.ts"
import { type Part, type PartStore, weightOf } from "./parts.ts"

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
    const flush = () => {
      if (some.length === 0) return
      const weight = weightOf(some)
      const block = concat(some.map((part) => part.block))
      held.push({ block: this.#storage.hold(block, { level: this.#level, weight }), weight })
      some = []
    }
    for (const part of parts) {
      if (some.length > 0 && weightOf(some) + part.weight > JOINED) flush()
      some.push(part)
    }
    flush()
    return held
  }

  replace({ block }: Part, pieces: ReadonlyArray<Part>): ReadonlyArray<Part> {
    const held = pieces.map((piece) => ({
      weight: piece.weight,
      block: this.#storage.hold(piece.block, { level: this.#level, weight: piece.weight }),
    }))
    if (isHeld(block)) this.#storage.release(block)
    return held
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
