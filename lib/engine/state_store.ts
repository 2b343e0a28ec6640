/**
 * The state store: versions of keyed state, by operator and partition.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { PendingState, StateView } from "../rdd/state.ts"
import { Version } from "./state_version.ts"

/**
 * Keeps the state of stateful operations. A batch opens pending versions, one a partition, and seals a version when all
 * of its partitions have been written; when the batch ends well its sealed version becomes the current one, and nothing
 * remains of one that is not sealed. Later batches may have versions by then: they stay. Opening a version again (a
 * retry) starts over from the version it reads.
 */
export interface StateStore {
  /** Opens version `at` of one partition on top of version `from`: pending or current; undefined is an empty one. */
  readonly open: (id: string, partition: number, from: number | undefined, at: number) => PendingState
  /** Says that all partitions of version `at` have been written. */
  readonly seal: (id: string, at: number) => Effect.Effect<void>
  /**
   * Keeps version `at`, sealed or current, readable for {@link StateStore.view} as long as the object that this gives is
   * referenced, also when later versions have replaced it.
   */
  readonly hold: (id: string, at: number) => object
  /** One partition of a version that is held; undefined if it is not, or has no such partition. */
  readonly view: (id: string, partition: number, at: number) => StateView | undefined
  /** The batch time of the newest version before `at`: pending and sealed, or the current one. Undefined: none. */
  readonly newest: (id: string, at: number) => number | undefined
  /** The batch time of the current version; undefined if there is none. */
  readonly version: (id: string) => number | undefined
  /** Makes the newest sealed version of each state the current one, of those up to batch `at`; drops the others of them. */
  readonly commit: (at: number) => Effect.Effect<void>
  /** Drops the pending versions of batch `at` and of those after it. */
  readonly abort: (at: number) => Effect.Effect<void>
  /** Drops whole states: nobody will ask for them again. */
  readonly forget: (ids: Iterable<string>) => Effect.Effect<void>
}

/** The state store service. */
export const StateStore: Context.Service<StateStore, StateStore> = Context.Service<StateStore>(
  "@dstream/dstream/StateStore",
)

type Partitions = Map<number, Version>

interface Versions {
  /** The current version: its batch time, and its partitions. */
  at: number | undefined
  current: Partitions
  readonly pending: Map<number, Partitions>
  readonly sealed: Set<number>
}

const drop = ({ pending, sealed }: Versions, which: (at: number) => boolean): void => {
  for (const at of Array.from(pending.keys()).filter(which)) {
    pending.delete(at)
    sealed.delete(at)
  }
}

/** The newest of some batch times that is among those asked for, if it is newer than another. */
const latest = (times: Iterable<number>, which: (at: number) => boolean, than: number | undefined) =>
  Array.from(times).filter(which).reduce<number | undefined>(
    (most, at) => most === undefined || at > most ? at : most,
    than,
  )

/** Versions that are readable for as long as they are referenced. */
class Held {
  readonly #versions = new Map<string, WeakRef<Partitions>>()
  readonly #gone = new FinalizationRegistry<string>((key) => {
    if (this.#versions.get(key)?.deref() === undefined) this.#versions.delete(key)
  })

  #key(id: string, at: number): string {
    return `${at} ${id}`
  }

  add(id: string, at: number, partitions: Partitions): void {
    const key = this.#key(id, at)
    if (this.#versions.get(key)?.deref() === partitions) return
    this.#versions.set(key, new WeakRef(partitions))
    this.#gone.register(partitions, key)
  }

  find(id: string, at: number): Partitions | undefined {
    return this.#versions.get(this.#key(id, at))?.deref()
  }
}

/** A store in memory: it keeps the current version of each state, and the pending ones. */
export const make: Effect.Effect<StateStore> = Effect.sync(() => {
  const states = new Map<string, Versions>()
  const held = new Held()
  const versionsOf = (id: string): Versions => {
    const known = states.get(id)
    if (known !== undefined) return known
    const fresh: Versions = { at: undefined, current: new Map(), pending: new Map(), sealed: new Set() }
    states.set(id, fresh)
    return fresh
  }
  return {
    open: (id, partition, from, at) => {
      const { current, pending, sealed } = versionsOf(id)
      const base = from === undefined ? undefined : (pending.get(from) ?? current).get(partition)
      const version = Version.on(base ?? Version.empty(), at)
      const partitions = pending.get(at) ?? new Map<number, Version>()
      sealed.delete(at)
      pending.set(at, partitions.set(partition, version))
      return version
    },
    hold: (id, at) => {
      const { at: current, current: partitions, pending } = versionsOf(id)
      const found = pending.get(at) ?? (current === at ? partitions : new Map<number, Version>())
      held.add(id, at, found)
      return found
    },
    view: (id, partition, at) => held.find(id, at)?.get(partition),
    seal: (id, at) =>
      Effect.sync(() => {
        const { pending, sealed } = versionsOf(id)
        // A version without partitions is one all the same.
        if (!pending.has(at)) pending.set(at, new Map())
        sealed.add(at)
      }),
    newest: (id, at) => {
      const { at: current, sealed } = versionsOf(id)
      return latest(sealed, (time) => time < at, current)
    },
    version: (id) => states.get(id)?.at,
    commit: (at) =>
      Effect.sync(() => {
        for (const versions of states.values()) {
          const newest = latest(versions.sealed, (time) => time <= at, undefined)
          const partitions = newest === undefined ? undefined : versions.pending.get(newest)
          if (partitions !== undefined) {
            for (const version of partitions.values()) version.settle()
            versions.current = partitions
            versions.at = newest
          }
          drop(versions, (time) => time <= at)
        }
      }),
    abort: (at) => Effect.sync(() => states.forEach((versions) => drop(versions, (time) => time >= at))),
    forget: (ids) =>
      Effect.sync(() => {
        for (const id of ids) states.delete(id)
      }),
  }
})

/** A store in memory, as a layer: a new one wherever it is provided, for engines must not share their state. */
export const layerMemory: Layer.Layer<StateStore> = Layer.fresh(Layer.effect(StateStore, make))
