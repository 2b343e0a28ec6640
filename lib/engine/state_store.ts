/**
 * The state store: versions of keyed state, by operator and partition.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { CorruptBlock, NotPortable } from "../core/codec.ts"
import { type Piecewise, run, tryRun } from "../core/pace.ts"
import type { Partitioner } from "../rdd/partitioner.ts"
import type {
  CapturedState,
  Capturing,
  PendingState,
  Restoring,
  StateFormatFailed,
  StateMeasures,
  StateView,
} from "../rdd/state.ts"
import type { Placing } from "./capture_format.ts"
import { captureErrorOf, captureState, restoreErrorOf, restoreState } from "./captured_states.ts"
import type { Capturable } from "./state_capture.ts"
import { isSamePlacing, placeAnew, placingOf } from "./state_placing.ts"
import { Version } from "./state_version.ts"

/**
 * Keeps the versions of states. A batch opens a pending version, partition by partition, and seals it when all partitions
 * have been written. When the batch is committed, its sealed version becomes the current one; a version that is not sealed
 * is dropped. Versions of later batches stay. Opening a partition again, in a retry, starts over from the version below.
 */
export interface StateStore {
  /** Opens version `at` of a partition on top of version `from`, which is pending or current; undefined: of an empty one. */
  readonly open: (id: string, partition: number, from: number | undefined, at: number) => PendingState
  /** Finds version `at` of a partition, pending or current. Callers must not read it while a task writes it. */
  readonly find: (id: string, partition: number, at: number) => Capturable | undefined
  /** Seals version `at`: all of its partitions have been written. */
  readonly seal: (id: string, at: number) => Effect.Effect<void>
  /**
   * Keeps version `at`, sealed or current, readable for {@link StateStore.view} as long as the object that this gives is
   * referenced, also when later versions have replaced it.
   */
  readonly hold: (id: string, at: number) => object
  /** One partition of a version that is held; undefined if it is not, or has no such partition. */
  readonly view: (id: string, partition: number, at: number) => StateView | undefined
  /** The batch time of the newest version before `at`, sealed or current; undefined if there is none. */
  readonly newest: (id: string, at: number) => number | undefined
  /** The batch time of the current version; undefined if there is none. */
  readonly version: (id: string) => number | undefined
  /** Counts the work of an operation: records that it was given, and milliseconds that it took for them. */
  readonly worked: (id: string, records: number, millis: number) => void
  /** What the current version of a state holds, and what has been counted for the state; undefined for an unknown state. */
  readonly measures: (id: string) => StateMeasures | undefined
  /**
   * Captures what batch `at` has changed in states: the changes since the last capture, and a slice of a rolling copy of the
   * whole state. States that have not changed are left out, unless their oldest capture that is needed is of a batch
   * before `refresh`. They are then copied too, so that old captures can be removed. Fails if a key or a value is not portable.
   * Captured values are frozen, but not what they contain.
   *
   * To be called before `commit` of a later batch, for one batch after the other, each time when the capture before has
   * ended. All captures must be stored, in their order; if batches are dropped that were captured, captures start over
   * with a copy of the whole state.
   */
  readonly capture: (
    at: number,
    states: Iterable<Capturing>,
    options?: { readonly refresh?: number | undefined },
  ) => Effect.Effect<ReadonlyArray<CapturedState>, NotPortable | StateFormatFailed>
  /**
   * The batch time of the oldest capture of a state that is needed to restore it; undefined if it has not been captured.
   * Earlier ones can be removed when all later ones have been stored.
   */
  readonly neededFrom: (id: string) => number | undefined
  /**
   * Makes the version that was captured last the current version of a state, with batch time `at`. Takes the bytes of its
   * captures, one array each, from the oldest one that is needed or an earlier one on, in their order. Later captures
   * continue these. Keys, values, the order of insertion, and times of writes are as they were.
   */
  readonly restore: (
    id: string,
    at: number,
    captures: ReadonlyArray<Uint8Array>,
    restoring?: Restoring,
  ) => Effect.Effect<void, CorruptBlock | StateFormatFailed>
  /**
   * Tells which partitioner places the keys of a state. If a restored state was placed by another one, its entries are
   * placed anew. In each partition, entries then stand in the order of the partitions that they came from, and in the
   * order of insertion among those of one partition.
   */
  readonly place: (id: string, partitioner: Partitioner) => Effect.Effect<void>
  /** Makes the newest sealed version up to batch `at` the current one of each state. Drops the others up to `at`. */
  readonly commit: (at: number) => Effect.Effect<void>
  /** Drops the pending versions of batch `at` and of later batches. */
  readonly abort: (at: number) => Effect.Effect<void>
  /** Drops whole states. */
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
  /** The records and milliseconds that have been counted. */
  readonly work: { records: number; millis: number }
  /** How keys are placed in partitions; undefined if that is not known. */
  placing: Placing | undefined
  /** The batch time of the version that was captured last; undefined: the next capture must copy the whole state. */
  captured: number | undefined
  neededFrom: number | undefined
}

/** Drops the pending versions of some batch times. */
export const drop = (
  { pending, sealed }: { readonly pending: Map<number, unknown>; readonly sealed: Set<number> },
  which: (at: number) => boolean,
): void => {
  for (const at of Array.from(pending.keys()).filter(which)) {
    pending.delete(at)
    sealed.delete(at)
  }
}

/** The newest of some batch times that fit, if it is newer than `than`; otherwise `than`. */
export const latest = (
  times: Iterable<number>,
  which: (at: number) => boolean,
  than: number | undefined,
): number | undefined =>
  Array.from(times).filter(which).reduce<number | undefined>(
    (most, at) => most === undefined || at > most ? at : most,
    than,
  )

/** If a version of batch `at` or later was captured that is dropped now, the next capture must copy the whole state. */
const dropCaptured = (versions: Versions, at: number): void => {
  const { at: current, captured } = versions
  if (captured !== undefined && captured >= at && captured !== current) versions.captured = undefined
}

/** The newest version up to batch `at` that is sealed or current; undefined if there is none. */
const sealedAt = (
  { at: current, current: partitions, pending, sealed }: Versions,
  at: number,
): { readonly at: number; readonly partitions: Partitions } | undefined => {
  const newest = latest(sealed, (time) => time <= at, undefined)
  const found = newest === undefined ? undefined : pending.get(newest)
  if (newest !== undefined && found !== undefined) return { at: newest, partitions: found }
  return current === undefined || current > at ? undefined : { at: current, partitions }
}

/** Versions that can be read as long as they are referenced elsewhere. */
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

/** Captures what has changed in states. If one of them fails, nothing counts as captured. */
function* captureAll(
  versionsOf: (id: string) => Versions | undefined,
  at: number,
  given: Parameters<StateStore["capture"]>[1],
  refresh = -Infinity,
): Piecewise<ReadonlyArray<CapturedState>> {
  const found: Array<CapturedState> = []
  const done: Array<() => void> = []
  for (const { encode, fields, id } of given) {
    const versions = versionsOf(id)
    const newest = versions && sealedAt(versions, at)
    if (versions === undefined || newest === undefined || newest.at < (versions.captured ?? -Infinity)) continue
    const isWhole = versions.captured === undefined
    versions.captured = undefined
    const { placing } = versions
    const { neededFrom, pieces } = yield* captureState(newest.partitions, {
      at: newest.at,
      isWhole,
      placing,
      encode,
      fields,
      refresh,
    })
    done.push(() => {
      versions.captured = newest.at
      versions.neededFrom = neededFrom
    })
    if (pieces.length > 0) found.push({ id, at: newest.at, pieces, neededFrom })
  }
  // If one state fails, the caller gets the bytes of none.
  done.forEach((each) => each())
  return found
}

/** Moves all keys to the partitions that a partitioner gives them. */
function* moveAll(versions: Versions, partitioner: Partitioner): Piecewise<void> {
  const { at = -Infinity, current } = versions
  const tables = yield* placeAnew(current, partitioner)
  versions.current = new Map(Array.from(tables, (table, i) => [i, Version.of(at, table)]))
  versions.placing = placingOf(partitioner)
  versions.captured = undefined
}

/** Makes a store in memory. */
export const make: Effect.Effect<StateStore> = Effect.sync(() => {
  const states = new Map<string, Versions>()
  const held = new Held()
  const versionsOf = (id: string): Versions => {
    const known = states.get(id)
    if (known !== undefined) return known
    const fresh: Versions = {
      at: undefined,
      current: new Map(),
      pending: new Map(),
      sealed: new Set(),
      work: { records: 0, millis: 0 },
      placing: undefined,
      captured: undefined,
      neededFrom: undefined,
    }
    states.set(id, fresh)
    return fresh
  }
  const find = (id: string, partition: number, at: number): Version | undefined => {
    const { current, pending } = versionsOf(id)
    return (pending.get(at) ?? current).get(partition)
  }
  return {
    find,
    open: (id, partition, from, at) => {
      const versions = versionsOf(id)
      const { pending, sealed } = versions
      dropCaptured(versions, at)
      const base = from === undefined ? undefined : find(id, partition, from)
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
        // A version may have no partitions.
        if (!pending.has(at)) pending.set(at, new Map())
        sealed.add(at)
      }),
    newest: (id, at) => {
      const { at: current, sealed } = versionsOf(id)
      return latest(sealed, (time) => time < at, current)
    },
    version: (id) => states.get(id)?.at,
    worked: (id, records, millis) => {
      const { work } = versionsOf(id)
      work.records += records
      work.millis += millis
    },
    measures: (id) => {
      const versions = states.get(id)
      if (versions === undefined) return undefined
      const partitions = Array.from(versions.current.values())
      const sum = (of: (version: Version) => number) => partitions.reduce((total, each) => total + of(each), 0)
      return {
        ...versions.work,
        keys: sum(({ size }) => size),
        // An estimate visits entries, so it is made only where it is asked for.
        get bytes() {
          return sum(({ bytes }) => bytes)
        },
      }
    },
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
    abort: (at) =>
      Effect.sync(() =>
        states.forEach((versions) => {
          drop(versions, (time) => time >= at)
          dropCaptured(versions, at)
        })
      ),
    capture: (at, given, options) =>
      tryRun(() => captureAll((id) => states.get(id), at, given, options?.refresh), captureErrorOf),
    neededFrom: (id) => states.get(id)?.neededFrom,
    restore: (id, at, captures, restoring) =>
      tryRun(function* () {
        const { neededFrom, placing, tables } = yield* restoreState(captures, restoring?.decode)
        const versions = versionsOf(id)
        versions.at = at
        versions.captured = restoring?.isOld === true ? undefined : at
        versions.current = new Map(Array.from(tables, ([i, table]) => [i, Version.of(at, table)]))
        versions.placing = placing
        versions.neededFrom = neededFrom
      }, restoreErrorOf),
    place: (id, partitioner) =>
      Effect.suspend(() => {
        const versions = versionsOf(id)
        const { placing } = versions
        if (placing !== undefined && !isSamePlacing(placing, placingOf(partitioner))) {
          return run(() => moveAll(versions, partitioner))
        }
        versions.placing ??= placingOf(partitioner)
        return Effect.void
      }),
    forget: (ids) =>
      Effect.sync(() => {
        for (const id of ids) states.delete(id)
      }),
  }
})

/** A store in memory, as a layer: a new one wherever it is provided, because engines must not share states. */
export const layerMemory: Layer.Layer<StateStore> = Layer.fresh(Layer.effect(StateStore, make))
