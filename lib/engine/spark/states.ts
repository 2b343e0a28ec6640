/**
 * The versions of states that are on the cluster: which outputs have their captures.
 *
 * A version is a list of captures, the same bytes that checkpoints store. Tasks make the state of them, change it, and write
 * the next capture.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { joined } from "../../core/bytes.ts"
import type { CorruptBlock, NotPortable } from "../../core/codec.ts"
import type { Partitioner } from "../../rdd/partitioner.ts"
import type {
  CapturedState,
  Capturing,
  Restoring,
  StateCoding,
  StateFormatFailed,
  StateMeasures,
} from "../../rdd/state.ts"
import { fromBytes, type Placing } from "../capture_format.ts"
import { restoreErrorOf } from "../captured_states.ts"
import { inputsOf } from "../plan/places.ts"
import * as StateStore from "../state_store.ts"
import { drop, latest } from "../state_store.ts"
import { isSamePlacing, placingOf } from "../state_placing.ts"
import { fromParcels, toOutput } from "./captures.ts"
import type { Report } from "./command.ts"
import { type ClusterError, explainLoss } from "./errors.ts"
import { Parcels } from "./parcels.ts"
import type { Cluster } from "./relations.ts"
import type { StageOutput } from "./outputs.ts"

/** A version of a state. */
interface Version {
  readonly at: number
  /** The outputs that have its captures, oldest first. */
  readonly captures: ReadonlyArray<{ readonly at: number; readonly output: StageOutput }>
  readonly keys: number
  readonly bytes: number
}

interface Versions {
  current: Version | undefined
  readonly pending: Map<number, Version>
  readonly sealed: Set<number>
  /** The records that operations were given, and how many milliseconds they took. */
  readonly work: { records: number; millis: number }
  /** How the keys are placed; undefined if that is not known. */
  placing: Placing | undefined
  /** How the values were read when the state was restored. */
  restoring: Restoring | undefined
  /** The batch time of the version that was captured last for a log; undefined: the next capture must have the whole state. */
  captured: number | undefined
  neededFrom: number | undefined
}

/** A state store that knows where versions are, and has a store of its own for states that the driver changes. */
export interface RemoteStates extends StateStore.StateStore {
  /** Gives the next number of an output. */
  readonly nextNumber: () => number
  /** The outputs that have the captures of a version; none for an unknown version. */
  readonly capturesOf: (id: string, at: number) => ReadonlyArray<StageOutput>
  /** Notes what the tasks of a stage have written to states. */
  readonly wrote: (output: StageOutput, reports: ReadonlyArray<Pick<Report, "state">>) => void
  /** Whether a version that can still be read has captures in an output. */
  readonly needs: (output: StageOutput) => boolean
  /** Brings a version to the driver, if it is on the cluster. The state stays on the driver from then on. */
  readonly bring: (id: string, at: number) => Effect.Effect<void, StateFailure>
  /** The batch from which on captures have to be: that of the last call of `capture`. */
  readonly refresh: number | undefined
}

/** What reading captures can fail with. */
export type StateFailure = CorruptBlock | StateFormatFailed | NotPortable | ClusterError

/** What the states need of the run. */
export interface StatesOptions {
  readonly cluster: Pick<Cluster, "collect">
  /** On how many executors captures are stored. */
  readonly copies: number
  /** How the values of a state are written and read. */
  readonly codingOf: (id: string) => StateCoding | undefined
}

/** Makes a store without versions. */
export const make = ({ cluster, codingOf, copies }: StatesOptions): Effect.Effect<RemoteStates> =>
  Effect.map(StateStore.make, (own) => {
    const collect: Cluster["collect"] = (relation) =>
      Effect.mapError(cluster.collect(relation), (error) => explainLoss(error, { copies, operations: [] }))
    let number = 0
    let refresh: number | undefined
    const states = new Map<string, Versions>()
    const held = new Map<string, WeakRef<Version>>()
    /** What keeps versions readable that were brought to the driver. */
    const broughtHolds = new WeakMap<Version, object>()
    const keyOf = (id: string, at: number) => `${at} ${id}`

    const versionsOf = (id: string): Versions => {
      const known = states.get(id)
      if (known !== undefined) return known
      const fresh: Versions = {
        current: undefined,
        pending: new Map(),
        sealed: new Set(),
        work: { records: 0, millis: 0 },
        placing: undefined,
        restoring: undefined,
        captured: undefined,
        neededFrom: undefined,
      }
      states.set(id, fresh)
      return fresh
    }
    const find = (id: string, at: number): Version | undefined => {
      const versions = states.get(id)
      if (versions?.current?.at === at) return versions.current
      return versions?.pending.get(at) ?? held.get(keyOf(id, at))?.deref()
    }
    const isThere = (id: string, at: number): boolean => find(id, at) !== undefined

    const newestOf = ({ current, pending, sealed }: Versions, at: number): Version | undefined => {
      const time = latest(sealed, (each) => each <= at, undefined)
      const found = time === undefined ? undefined : pending.get(time)
      return found ?? (current !== undefined && current.at <= at ? current : undefined)
    }
    /** The captures of a version as bytes, oldest first. */
    const bytesOf = Effect.fnUntraced(function* ({ captures }: Version, placing: Placing | undefined) {
      const all: Array<Uint8Array> = []
      for (const { at, output } of captures) {
        const pieces = fromParcels(new Parcels(yield* collect(output.rows("capture"))), output, at, placing)
        if (pieces !== undefined) all.push(joined(pieces))
      }
      return all
    })
    /** Makes a version on the driver, in a store of its own. */
    const storeOf = Effect.fnUntraced(function* (id: string, version: Version, { placing, restoring }: Versions) {
      const store = yield* StateStore.make
      const captures = yield* bytesOf(version, placing)
      const decode = restoring?.decode ?? codingOf(id)?.decode
      // The next capture is to have the whole state, as after a change of its format.
      if (captures.length > 0) yield* store.restore(id, version.at, captures, { decode, isOld: true })
      return store
    })
    const wholeOf = (store: StateStore.StateStore, id: string, at: number, given?: Capturing) =>
      Effect.map(store.capture(at, [{ id, ...codingOf(id), ...given }]), ([captured]) => captured)
    /** Makes the current version anew on the driver, placed by another partitioner or written in the current format. */
    const remade = Effect.fnUntraced(function* (id: string, versions: Versions, partitioner: Partitioner) {
      const { current } = versions
      if (current === undefined) return
      const store = yield* storeOf(id, current, versions)
      yield* store.place(id, partitioner)
      const captured = yield* wholeOf(store, id, current.at)
      const captures = captured === undefined ? [] : [toOutput(number++, joined(captured.pieces))]
      versions.current = { ...current, captures }
      versions.placing = placingOf(partitioner)
      versions.restoring = undefined
      versions.captured = undefined
    })

    return {
      ...own,
      nextNumber: () => number++,
      get refresh() {
        return refresh
      },
      bring: (id, at) =>
        Effect.gen(function* () {
          const versions = states.get(id)
          const version = find(id, at)
          if (versions === undefined || version === undefined) return
          const { placing, restoring } = versions
          const captures = yield* bytesOf(version, placing)
          if (captures.length > 0) {
            yield* own.restore(id, at, captures, restoring ?? { decode: codingOf(id)?.decode, isOld: false })
          }
          // Views of this version hold it as they held the one on the cluster.
          const key = keyOf(id, at)
          if (held.has(key)) broughtHolds.set(version, own.hold(id, at))
          states.delete(id)
        }),
      place: (id, partitioner) =>
        Effect.gen(function* () {
          const versions = states.get(id)
          if (versions?.current === undefined) return yield* own.place(id, partitioner)
          const isSame = versions.placing === undefined || isSamePlacing(versions.placing, placingOf(partitioner))
          if (isSame && versions.restoring?.isOld !== true) versions.placing ??= placingOf(partitioner)
          else yield* Effect.orDie(remade(id, versions, partitioner))
        }),
      restore: (id, at, captures, restoring) =>
        Effect.try({
          try: () => {
            const versions = versionsOf(id)
            const outputs = captures.map((bytes) => toOutput(number++, bytes))
            versions.placing = fromBytes(captures.at(-1) ?? new Uint8Array()).placing
            versions.restoring = restoring
            versions.captured = restoring?.isOld === true ? undefined : at
            versions.neededFrom = outputs[0]?.at
            versions.current = { at, captures: outputs, keys: 0, bytes: 0 }
          },
          catch: restoreErrorOf,
        }),
      neededFrom: (id) => states.get(id)?.neededFrom ?? own.neededFrom(id),
      capture: (at, given, options) =>
        Effect.gen(function* () {
          refresh = options?.refresh
          const all = Array.from(given)
          const found: Array<CapturedState> = []
          for (const each of all) {
            const { id } = each
            const versions = states.get(id)
            const version = versions && newestOf(versions, at)
            if (versions === undefined || version === undefined) continue
            if (versions.captured !== undefined && version.at <= versions.captured) continue
            const since = versions.captured
            versions.captured = undefined
            const fresh = version.captures.filter((capture) => since === undefined || capture.at > since)
            const [only] = fresh
            const isChain = only !== undefined && fresh.length === 1 &&
              (since !== undefined || version.captures.length === 1)
            if (isChain) {
              const parcels = new Parcels(yield* Effect.orDie(collect(only.output.rows("capture"))))
              const pieces = fromParcels(parcels, only.output, version.at, versions.placing)
              versions.neededFrom = version.captures[0]?.at ?? version.at
              if (pieces !== undefined) found.push({ id, at: version.at, pieces, neededFrom: versions.neededFrom })
            } else if (fresh.length > 0 || since === undefined) {
              const store = yield* Effect.orDie(storeOf(id, version, versions))
              const captured = yield* wholeOf(store, id, version.at, each)
              versions.neededFrom = version.at
              if (captured !== undefined) found.push({ ...captured, neededFrom: version.at })
            }
            versions.captured = version.at
          }
          const here = all.filter(({ id }) => !states.has(id))
          return [...found, ...yield* own.capture(at, here, options)]
        }),
      capturesOf: (id, at) => find(id, at)?.captures.map(({ output }) => output) ?? [],
      wrote: (output, reports) => {
        const written = output.tasks.flatMap(({ partition }, i) =>
          inputsOf(partition, "state").map((input) => ({ input, state: reports[i]?.state }))
        )
        for (const [id, all] of Map.groupBy(written, ({ input }) => input.id)) {
          const [first] = all
          if (first === undefined) continue
          const { at, from } = first.input
          const neededFrom = Math.min(...all.map(({ state }) => state?.neededFrom ?? -Infinity))
          const before = from === undefined ? [] : find(id, from)?.captures ?? []
          const versions = versionsOf(id)
          versions.sealed.delete(at)
          for (const { state } of all) {
            versions.work.records += state?.records ?? 0
            versions.work.millis += state?.millis ?? 0
          }
          versions.pending.set(at, {
            at,
            captures: [...before.filter((each) => each.at >= neededFrom), { at, output }],
            keys: all.reduce((sum, { state }) => sum + (state?.keys ?? 0), 0),
            bytes: all.reduce((sum, { state }) => sum + (state?.bytes ?? 0), 0),
          })
        }
      },
      needs: (output) => {
        const has = (version: Version | undefined) => version?.captures.some((each) => each.output === output) === true
        for (const { current, pending } of states.values()) {
          if (has(current) || Array.from(pending.values()).some(has)) return true
        }
        return Array.from(held.values()).some((each) => has(each.deref()))
      },
      seal: (id, at) => isThere(id, at) ? Effect.sync(() => void versionsOf(id).sealed.add(at)) : own.seal(id, at),
      hold: (id, at) => {
        const version = find(id, at)
        if (version === undefined) return own.hold(id, at)
        for (const [key, each] of held) if (each.deref() === undefined) held.delete(key)
        held.set(keyOf(id, at), new WeakRef(version))
        return version
      },
      newest: (id, at) => {
        const versions = states.get(id)
        const there = versions && (latest(versions.sealed, (time) => time < at, undefined) ?? versions.current?.at)
        return there ?? own.newest(id, at)
      },
      version: (id) => states.get(id)?.current?.at ?? own.version(id),
      measures: (id): StateMeasures | undefined => {
        const versions = states.get(id)
        if (versions === undefined) return own.measures(id)
        const { bytes = 0, keys = 0 } = versions.current ?? {}
        return { ...versions.work, keys, bytes }
      },
      commit: (at) =>
        Effect.andThen(
          own.commit(at),
          Effect.sync(() => {
            for (const versions of states.values()) {
              const sealed = latest(versions.sealed, (time) => time <= at, undefined)
              if (sealed !== undefined) versions.current = versions.pending.get(sealed)
              drop(versions, (time) => time <= at)
            }
          }),
        ),
      abort: (at) =>
        Effect.andThen(
          own.abort(at),
          Effect.sync(() => {
            for (const versions of states.values()) {
              drop(versions, (time) => time >= at)
              const { captured, current } = versions
              if (captured !== undefined && captured >= at && captured !== current?.at) versions.captured = undefined
            }
          }),
        ),
      forget: (ids) =>
        Effect.andThen(
          own.forget(ids),
          Effect.sync(() => {
            for (const id of ids) states.delete(id)
          }),
        ),
    }
  })
