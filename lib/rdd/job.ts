/**
 * The parts of actions: a last step on each partition, which the engine runs, and a merge on the driver.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { EmptyCollection, InvalidOption, JobFailed, reasonOf } from "../core/errors.ts"
import { driven, type Piecewise, tryRun } from "../core/pace.ts"
import { type Block, gather, joinArrays } from "./block.ts"
import { type ActionError, CurrentJob, Engine } from "./engine.ts"
import type { Narrow } from "./primitive.ts"
import { type AnyRDD, make, type RDD } from "./rdd.ts"

/** The records of all partitions, or of those named, in one new array. */
export const records = <A, E, R>(
  rdd: RDD<A, E, R>,
  partitions?: ReadonlyArray<number>,
): Effect.Effect<Array<A>, ActionError<E>, R | Engine> =>
  Effect.flatMap(Engine, (engine) =>
    Effect.flatMap(
      engine.run(rdd, partitions),
      (blocks) => driven(gatherAll(blocks)),
    ))

function* gatherAll<A>(blocks: ReadonlyArray<Block<A>>): Piecewise<Array<A>> {
  const arrays: Array<ReadonlyArray<A>> = []
  for (const block of blocks) arrays.push(yield* gather(block))
  return joinArrays(arrays)
}

/** Adds the last step of an action to an RDD. `invalid`: what is wrong with the arguments of the action. */
export const last = <A, E, R>(
  operation: string,
  self: RDD<unknown, E, R>,
  step: Narrow,
  invalid?: InvalidOption,
): RDD<A, E, R> => make(operation, [self], { kind: "narrow", step, preserves: false }, invalid)

/** Runs plain code of an action on the driver. What it throws becomes the reason of a failed job. */
export const onDriver = <A>(rdd: AnyRDD, body: () => A): Effect.Effect<A, ActionError<never>> =>
  Effect.flatMap(failing(rdd), (fail) => Effect.try({ try: body, catch: fail }))

/** The same for work in pieces. */
export const onDriverInPieces = <A>(rdd: AnyRDD, work: () => Piecewise<A>): Effect.Effect<A, ActionError<never>> =>
  Effect.flatMap(failing(rdd), (fail) => tryRun(work, fail))

/** Makes the failure of a job of what the code of an action has thrown. */
const failing = (rdd: AnyRDD): Effect.Effect<(cause: unknown) => ActionError<never>> =>
  Effect.map(CurrentJob, ({ batchTime }) => (cause) =>
    new JobFailed({
      reason: reasonOf(cause),
      operator: rdd.operation,
      callSite: rdd.site,
      partition: undefined,
      batchTime,
    }))

/** Merges the partial results of all partitions on the driver. Fails with `EmptyCollection` if there are none. */
export const mergeSome = <A, E, R>(
  partial: RDD<A, E, R>,
  merge: (partials: ReadonlyArray<A>) => A,
): Effect.Effect<A, ActionError<E> | EmptyCollection, R | Engine> => Effect.gen(() => merging(partial, merge))

function* merging<A, E, R>(partial: RDD<A, E, R>, merge: (partials: ReadonlyArray<A>) => A) {
  const partials = yield* records(partial)
  if (partials.length === 0) return yield* Effect.fail(new EmptyCollection({ operation: partial.operation }))
  return yield* onDriver(partial, () => merge(partials))
}

/** Checks an option that is a number of records. */
export const checkCount = (where: string, n: number): InvalidOption | undefined =>
  Number.isInteger(n) ? undefined : new InvalidOption({ where, option: "n", value: n, expected: "a whole number" })
