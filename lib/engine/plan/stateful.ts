/**
 * Lowers stateful operations: which version they build on, which records they are given, and when they do not run.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { AnyRDD } from "../../rdd/rdd.ts"
import { chosen, placeAll } from "./exchange.ts"
import { type Job, type Kind, type Lowering, nothing, nothings } from "./lowering.ts"
import type { Lowered } from "./task.ts"

/** What an abandoned RDD counts as: as many partitions as it would have, without records. */
export const nothingOf = (host: Pick<Lowering, "defaultParallelism" | "references">, rdd: AnyRDD): Lowered => {
  const { primitive } = rdd
  if (primitive.kind !== "state") return { partitions: [], placed: undefined }
  cut(primitive)
  const placed = chosen(host, rdd, primitive.by, [])
  return {
    partitions: nothings(placed.partitioner.numPartitions),
    placed: primitive.keyed === false ? undefined : placed,
  }
}

/** What a state counts as whose batch is over without it: later versions have been committed, so it has no records. */
export const gone = (host: Lowering, rdd: AnyRDD): Lowered | undefined => {
  const { primitive } = rdd
  if (primitive.kind !== "state") return undefined
  const { id, at } = primitive.step
  const current = host.states.version(id)
  return current === undefined || at > current ? undefined : nothingOf(host, rdd)
}

/** Cuts the link to the state of the batch before: lineage must not grow with the batches. */
const cut = ({ step }: Kind<"state">): void => {
  if (step.previous !== undefined) step.previous.rdd = undefined
}

/** Seals the version of a state: all of its partitions have been written. */
export const seal = ({ states }: Lowering, primitive: Kind<"state">, lowered: Lowered): Effect.Effect<Lowered> => {
  const { at, id } = primitive.step
  return Effect.map(states.seal(id, at), () => {
    cut(primitive)
    return { ...lowered, hold: states.hold(id, at) }
  })
}

/** Lowers a state operation. */
export const state: (host: Lowering, rdd: AnyRDD, primitive: Kind<"state">) => Job<Lowered> = Effect.fnUntraced(
  function* (host: Lowering, rdd: AnyRDD, { by, keyed, step }: Kind<"state">) {
    const { at, expects, id, initial, moving, previous, whole } = step
    const { dry, lower, references, states } = host
    if (!dry && previous?.rdd !== undefined) yield* lower(previous.rdd)
    const newest = states.newest(id, at)
    const isFresh = newest === undefined || (expects !== undefined && newest !== expects)
    // A state that starts from nothing does not need the changes, and they may be what has failed before.
    const [changes] = rdd.parents
    const given = isFresh && whole !== undefined ? whole() : changes
    const records: Lowered = given === undefined ? { partitions: [], placed: undefined } : yield* lower(given)
    const placed = chosen(host, rdd, by, [records])
    if (!dry) yield* states.place(id, placed.partitioner)
    const operation = references.of(rdd)
    const [data] = yield* placeAll(host, rdd, placed, [records])
    const other = dry
      ? undefined
      : isFresh
      ? initial && (yield* lower(initial))
      : moving && viewOf(host, moving, placed.partitioner.numPartitions, { id, at: newest })
    const [others] = other === undefined ? [] : yield* placeAll(host, rdd, placed, [other])
    const lowered: Lowered = {
      partitions: (data?.partitions ?? []).map((part, index) => ({
        input: {
          kind: "state",
          operation,
          index,
          id,
          from: isFresh ? undefined : newest,
          at,
          data: part,
          initial: others && (others.partitions[index] ?? nothing),
        },
        steps: [],
      })),
      placed: keyed === false ? undefined : placed,
      version: { id, at },
    }
    return lowered
  },
)

/** The partitions of a view of a version. */
const viewOf = (
  { references }: Lowering,
  rdd: AnyRDD,
  partitions: number,
  version: { readonly id: string; readonly at: number },
): Lowered => {
  const operation = references.of(rdd)
  return {
    partitions: Array.from({ length: partitions }, (_, index) => ({
      input: { kind: "view", operation, index, ...version } as const,
      steps: [],
    })),
    placed: undefined,
  }
}

/** Lowers a view of a state: it reads the version that its parent has written, also after later ones have replaced it. */
export const view = (host: Lowering, rdd: AnyRDD, { partitions, version }: Lowered): Lowered =>
  version === undefined
    ? { partitions: nothings(partitions.length), placed: undefined }
    : viewOf(host, rdd, partitions.length, version)
