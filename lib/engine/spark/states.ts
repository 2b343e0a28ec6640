/**
 * The versions of states that are on the cluster: which outputs have their captures.
 *
 * A version is a list of captures, the same bytes that checkpoints store. Tasks make the state of them, change it, and write
 * the next capture.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { StateMeasures } from "../../rdd/state.ts"
import { partsOf } from "../plan/places.ts"
import type { Input, Partition } from "../plan/task.ts"
import * as StateStore from "../state_store.ts"
import type { Report } from "./command.ts"
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
}

/** The state inputs of a partition. */
const statesIn = ({ input }: Partition): ReadonlyArray<Extract<Input, { readonly kind: "state" }>> => [
  ...partsOf(input).flatMap(statesIn),
  ...input.kind === "state" ? [input] : [],
]

const newest = (times: Iterable<number>, which: (at: number) => boolean): number | undefined =>
  Array.from(times).filter(which).reduce<number | undefined>(
    (most, at) => most === undefined || at > most ? at : most,
    undefined,
  )

/** A state store that knows where versions are, and has a store of its own for states that the driver changes. */
export interface RemoteStates extends StateStore.StateStore {
  /** The outputs that have the captures of a version; none for an unknown version. */
  readonly capturesOf: (id: string, at: number) => ReadonlyArray<StageOutput>
  /** Notes what the tasks of a stage have written to states. */
  readonly wrote: (output: StageOutput, reports: ReadonlyArray<Report>) => void
  /** Whether a version that can still be read has captures in an output. */
  readonly needs: (output: StageOutput) => boolean
}

/** Makes a store without versions. */
export const make: Effect.Effect<RemoteStates> = Effect.map(StateStore.make, (own) => {
  const states = new Map<string, Versions>()
  const held = new Map<string, WeakRef<Version>>()
  const keyOf = (id: string, at: number) => `${at} ${id}`

  const versionsOf = (id: string): Versions => {
    const known = states.get(id)
    if (known !== undefined) return known
    const fresh: Versions = { current: undefined, pending: new Map(), sealed: new Set() }
    states.set(id, fresh)
    return fresh
  }
  const find = (id: string, at: number): Version | undefined => {
    const versions = states.get(id)
    if (versions?.current?.at === at) return versions.current
    return versions?.pending.get(at) ?? held.get(keyOf(id, at))?.deref()
  }
  const drop = (versions: Versions, which: (at: number) => boolean): void => {
    for (const at of Array.from(versions.pending.keys()).filter(which)) {
      versions.pending.delete(at)
      versions.sealed.delete(at)
    }
  }
  const isThere = (id: string, at: number): boolean => find(id, at) !== undefined

  return {
    ...own,
    capturesOf: (id, at) => find(id, at)?.captures.map(({ output }) => output) ?? [],
    wrote: (output, reports) => {
      const written = output.tasks.flatMap(({ partition }, i) =>
        statesIn(partition).map((input) => ({ input, state: reports[i]?.state }))
      )
      for (const [id, all] of Map.groupBy(written, ({ input }) => input.id)) {
        const [first] = all
        if (first === undefined) continue
        const { at, from } = first.input
        const neededFrom = Math.min(...all.map(({ state }) => state?.neededFrom ?? -Infinity))
        const before = from === undefined ? [] : find(id, from)?.captures ?? []
        const versions = versionsOf(id)
        versions.sealed.delete(at)
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
      const there = versions && (newest(versions.sealed, (time) => time < at) ?? versions.current?.at)
      return there ?? own.newest(id, at)
    },
    version: (id) => states.get(id)?.current?.at ?? own.version(id),
    measures: (id): StateMeasures | undefined => {
      const current = states.get(id)?.current
      return current === undefined
        ? own.measures(id)
        : { keys: current.keys, bytes: current.bytes, records: 0, millis: 0 }
    },
    commit: (at) =>
      Effect.andThen(
        own.commit(at),
        Effect.sync(() => {
          for (const versions of states.values()) {
            const sealed = newest(versions.sealed, (time) => time <= at)
            if (sealed !== undefined) versions.current = versions.pending.get(sealed)
            drop(versions, (time) => time <= at)
          }
        }),
      ),
    abort: (at) =>
      Effect.andThen(
        own.abort(at),
        Effect.sync(() => {
          for (const versions of states.values()) drop(versions, (time) => time >= at)
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
