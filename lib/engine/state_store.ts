/**
 * The state store: versions of keyed state, by operator and partition.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { KeyedTable } from "../core/keyed_table.ts"
import type { PendingState } from "../rdd/state.ts"

/**
 * Keeps the state of stateful operations. A batch opens pending versions; all of them are committed together when the
 * batch ends well, or dropped. Opening a version again (a retry) starts over from the version it reads.
 */
export interface StateStore {
  /** Opens the version `at` of one partition, reading version `from`. */
  readonly open: (id: string, partition: number, from: number | undefined, at: number) => Effect.Effect<PendingState>
  /** Makes all pending versions of batch `at` the current ones. */
  readonly commit: (at: number) => Effect.Effect<void>
  /** Drops all pending versions of batch `at`. */
  readonly abort: (at: number) => Effect.Effect<void>
}

/** The state store service. */
export const StateStore: Context.Service<StateStore, StateStore> = Context.Service<StateStore>(
  "@dstream/dstream/StateStore",
)

const GONE = Symbol("gone")

class Committed {
  readonly entries = new KeyedTable<unknown, unknown>()
  size = 0
}

class Pending implements PendingState {
  readonly changes = new KeyedTable<unknown, unknown>()
  readonly base: Committed
  size: number
  constructor(base: Committed) {
    this.base = base
    this.size = base.size
  }
  #read(key: unknown): unknown {
    const changed = this.changes.find(key)
    if (changed >= 0) return this.changes.values[changed]
    const kept = this.base.entries.find(key)
    return kept >= 0 ? this.base.entries.values[kept] : GONE
  }
  get(key: unknown): unknown {
    const value = this.#read(key)
    return value === GONE ? undefined : value
  }
  has(key: unknown): boolean {
    return this.#read(key) !== GONE
  }
  set(key: unknown, value: unknown): void {
    if (!this.has(key)) this.size++
    this.changes.values[this.changes.locate(key)] = value
  }
  delete(key: unknown): boolean {
    if (!this.has(key)) return false
    this.size--
    this.changes.values[this.changes.locate(key)] = GONE
    return true
  }
  *entries(): Iterable<readonly [unknown, unknown]> {
    const { entries } = this.base
    for (let i = 0; i < entries.size; i++) {
      const value = this.#read(entries.keys[i])
      if (value !== GONE) yield [entries.keys[i], value]
    }
    for (let i = 0; i < this.changes.size; i++) {
      const key = this.changes.keys[i]
      if (this.changes.values[i] !== GONE && this.base.entries.find(key) < 0) yield [key, this.changes.values[i]]
    }
  }
  /** Writes the changes into the base: work grows with the changes, not with the state. */
  commit(): Committed {
    const { entries } = this.base
    for (let i = 0; i < this.changes.size; i++) {
      entries.values[entries.locate(this.changes.keys[i])] = this.changes.values[i]
    }
    this.base.size = this.size
    return this.size * 2 < entries.size ? this.#compacted() : this.base
  }
  #compacted(): Committed {
    const next = new Committed()
    const { entries } = this.base
    for (let i = 0; i < entries.size; i++) {
      if (entries.values[i] !== GONE) next.entries.values[next.entries.locate(entries.keys[i])] = entries.values[i]
    }
    next.size = this.size
    return next
  }
}

/** A store in memory: it keeps the last committed version of each partition. */
export const make: Effect.Effect<StateStore> = Effect.sync(() => {
  const committed = new Map<string, Committed>()
  const pending = new Map<number, Map<string, Pending>>()
  return {
    open: (id, partition, _from, at) =>
      Effect.sync(() => {
        const name = `${partition}/${id}`
        const version = new Pending(committed.get(name) ?? new Committed())
        const versions = pending.get(at) ?? new Map<string, Pending>()
        pending.set(at, versions.set(name, version))
        return version
      }),
    commit: (at) =>
      Effect.sync(() => {
        for (const [name, version] of pending.get(at) ?? []) committed.set(name, version.commit())
        pending.delete(at)
      }),
    abort: (at) => Effect.sync(() => void pending.delete(at)),
  }
})

/** The store in memory, as a layer. */
export const layerMemory: Layer.Layer<StateStore> = Layer.effect(StateStore, make)
