/**
 * State in the local engine: which version a stateful operation builds on, what it is given, and when it need not run.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Block from "../../rdd/block.ts"
import { columnsOf } from "../../rdd/pair_block.ts"
import type { Partitioner } from "../../rdd/partitioner.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
import type { StateView } from "../../rdd/state.ts"
import { chosen, placed } from "./exchange.ts"
import { type Host, type Kind, type Lowered, noPiece, type Piece, resolved } from "./host.ts"
import { attempt, type Job } from "./task.ts"

const nothing: Lowered = { pieces: [], partitioner: undefined }

/** What is left of an RDD that is not computed any more: partitions where they would be, without records. */
export const nothingOf = (host: Pick<Host, "defaultParallelism">, rdd: AnyRDD): Lowered => {
  const { primitive } = rdd
  if (primitive.kind !== "state") return nothing
  cut(primitive)
  const by = chosen(host, primitive.by, [])
  return {
    pieces: Array.from({ length: by.numPartitions }, () => noPiece),
    partitioner: primitive.keyed === false ? undefined : by,
  }
}

/** The state of a batch that later ones have gone on without: it is not computed, and has no records. */
export const gone = (host: Host, rdd: AnyRDD): Lowered | undefined => {
  const { primitive } = rdd
  if (primitive.kind !== "state") return undefined
  const { id, at } = primitive.step
  const current = host.states.version(id)
  return current === undefined || at > current ? undefined : nothingOf(host, rdd)
}

/** Lineage must not grow with the batches. */
const cut = ({ step }: Kind<"state">): void => {
  if (step.previous !== undefined) step.previous.rdd = undefined
}

/** A version that lacks partitions is none: it is sealed when all have been written. */
export const sealed = ({ states }: Host, primitive: Kind<"state">): Effect.Effect<void> =>
  Effect.andThen(states.seal(primitive.step.id, primitive.step.at), Effect.sync(() => cut(primitive)))

const over = (
  host: Host,
  rdd: AnyRDD,
  primitive: Kind<"state">,
  from: number | undefined,
  sides: { readonly by: Partitioner; readonly data: Lowered; readonly initial: Lowered | undefined },
): Lowered => {
  const { executor, job, run, states } = host
  const { id, at } = primitive.step
  const { by, data, initial } = sides
  const { f } = resolved(host, rdd, primitive).step
  const views: Array<StateView> = []
  const read = (piece: Piece, i: number): Job<Block.Block<unknown>> =>
    Effect.gen(function* () {
      const records = yield* run(rdd, piece, i)
      const seed = initial === undefined ? Block.empty : yield* run(rdd, initial.pieces[i] ?? noPiece, i)
      const state = yield* states.open(id, i, from, at)
      views[i] = state
      return yield* attempt(rdd, i, job, () => {
        const results = f(state, columnsOf(records), i, from === undefined, columnsOf(seed))
        return executor.ship("records" in results ? results : Block.fromArray(results))
      })
    })
  return {
    pieces: data.pieces.map((piece, i) => ({ read: read(piece, i), steps: [] })),
    partitioner: primitive.keyed === false ? undefined : by,
    views,
  }
}

/** Lowers a state operation. */
export const state = (host: Host, rdd: AnyRDD, primitive: Kind<"state">): Job<Lowered> =>
  Effect.gen(function* () {
    const { dry, lower, states } = host
    const { id, at, expects, initial, previous, whole } = primitive.step
    if (!dry && previous?.rdd !== undefined) yield* lower(previous.rdd)
    const newest = states.newest(id, at)
    const fresh = newest === undefined || (expects !== undefined && newest !== expects)
    // Starting over does not take the changes: they may be what has failed before.
    const [changes] = rdd.parents
    const given = fresh && whole !== undefined ? whole() : changes
    const records = given === undefined ? nothing : yield* lower(given)
    const by = chosen(host, primitive.by, [records])
    const data = yield* placed(host, rdd, by, records)
    const first = fresh && initial !== undefined && !dry
      ? yield* placed(host, rdd, by, yield* lower(initial))
      : undefined
    return over(host, rdd, primitive, fresh ? undefined : newest, { by, data, initial: first })
  })

/** Lowers a view of a state: it reads the version that its parent has left, now or when that has been replaced. */
export const view = (host: Host, rdd: AnyRDD, primitive: Kind<"view">, parent: Lowered): Lowered => {
  const { executor, job } = host
  const { f } = resolved(host, rdd, primitive)
  const read = (i: number): Job<Block.Block<unknown>> =>
    attempt(rdd, i, job, () => {
      const state = parent.views?.[i]
      return state === undefined ? Block.empty : executor.ship(Block.fromArray(Array.from(f(state, i))))
    })
  return { pieces: parent.pieces.map((_, i) => ({ read: read(i), steps: [] })), partitioner: undefined }
}
