/**
 * The state store: versions of keyed state, by operator and partition.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { PendingState } from "../rdd/state.ts"
import { Version } from "./state_version.ts"

/**
 * Keeps the state of stateful operations. A batch opens pending versions, one a partition, and seals a version when all
 * of its partitions have been written; sealed versions become the current ones together when the batch ends well, and
 * nothing remains of the others. Opening a version again (a retry) starts over from the version it reads.
 */
export interface StateStore {
  /** Opens version `at` of one partition on top of version `from`: pending or current; undefined is an empty one. */
  readonly open: (id: string, partition: number, from: number | undefined, at: number) => Effect.Effect<PendingState>
  /** Says that version `at` is about to be written: if nothing comes of it in its batch it is dropped. */
  readonly begin: (id: string, at: number) => void
  /** Says that all partitions of version `at` have been written. */
  readonly seal: (id: string, at: number) => Effect.Effect<void>
  /** The batch time of the newest version before `at`: pending and sealed, or the current one. Undefined: none. */
  readonly newest: (id: string, at: number) => number | undefined
  /** The batch time of the current version; undefined if there is none. */
  readonly version: (id: string) => number | undefined
  /** Whether version `at` was begun and dropped, or is older than the current one: it will not come back. */
  readonly isGone: (id: string, at: number) => boolean
  /** Makes all sealed versions up to batch `at` the current ones, and drops the rest. */
  readonly commit: (at: number) => Effect.Effect<void>
  /** Drops all pending versions. */
  readonly abort: (at: number) => Effect.Effect<void>
}

/** The state store service. */
export const StateStore: Context.Service<StateStore, StateStore> = Context.Service<StateStore>(
  "@dstream/dstream/StateStore",
)

interface Versions {
  /** The current version: its batch time, and its partitions. */
  at: number | undefined
  current: Map<number, Version>
  readonly pending: Map<number, Map<number, Version>>
  readonly sealed: Set<number>
  /** Versions that were begun and dropped, since the current one. */
  readonly lost: Set<number>
}

/** A store in memory: it keeps the current version of each state, and the pending ones of the batch. */
export const make: Effect.Effect<StateStore> = Effect.sync(() => {
  const states = new Map<string, Versions>()
  const versionsOf = (id: string): Versions => {
    const known = states.get(id)
    if (known !== undefined) return known
    const fresh: Versions = {
      at: undefined,
      current: new Map(),
      pending: new Map(),
      sealed: new Set(),
      lost: new Set(),
    }
    states.set(id, fresh)
    return fresh
  }
  const drop = (versions: Versions) => {
    for (const at of versions.pending.keys()) versions.lost.add(at)
    for (const at of versions.lost) if (at <= (versions.at ?? -Infinity)) versions.lost.delete(at)
    versions.pending.clear()
    versions.sealed.clear()
  }
  return {
    open: (id, partition, from, at) =>
      Effect.sync(() => {
        const { current, pending, sealed } = versionsOf(id)
        const base = from === undefined ? undefined : (pending.get(from) ?? current).get(partition)
        const version = Version.on(base ?? Version.empty(), at)
        const partitions = pending.get(at) ?? new Map<number, Version>()
        sealed.delete(at)
        pending.set(at, partitions.set(partition, version))
        return version
      }),
    begin: (id, at) => {
      const { pending } = versionsOf(id)
      if (!pending.has(at)) pending.set(at, new Map())
    },
    seal: (id, at) => Effect.sync(() => void versionsOf(id).sealed.add(at)),
    newest: (id, at) => {
      const { at: current, sealed } = versionsOf(id)
      return Array.from(sealed).reduce<number | undefined>(
        (most, time) => time < at && time > (most ?? -Infinity) ? time : most,
        current,
      )
    },
    version: (id) => states.get(id)?.at,
    isGone: (id, at) => {
      const versions = states.get(id)
      return versions !== undefined && (versions.lost.has(at) || at <= (versions.at ?? -Infinity))
    },
    commit: (at) =>
      Effect.sync(() => {
        for (const versions of states.values()) {
          const newest = Array.from(versions.sealed).filter((time) => time <= at).reduce(
            (a, b) => Math.max(a, b),
            -Infinity,
          )
          const partitions = versions.pending.get(newest)
          if (partitions !== undefined) {
            versions.current = new Map(Array.from(partitions, ([partition, version]) => [partition, version.settle()]))
            versions.at = newest
          }
          drop(versions)
        }
      }),
    abort: () => Effect.sync(() => states.forEach(drop)),
  }
})

/** A store in memory, as a layer: a new one wherever it is provided, for engines must not share their state. */
export const layerMemory: Layer.Layer<StateStore> = Layer.fresh(Layer.effect(StateStore, make))
