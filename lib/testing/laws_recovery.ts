/**
 * Laws of recovery: what the results of a program with a checkpoint must not depend on.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import type { DStream } from "../dstream/dstream.ts"
import { named } from "../dstream/dstream.ts"
import { normal } from "./compare.ts"
import { type LifeOptions, live, newPlace, type Program, type Subject, subjectOf } from "./crash_life.ts"
import type { Listed } from "../dstream/graph/graph.ts"
import type { Options } from "./harness.ts"
import { type Cases, type Law, lawOfBatches } from "./law.ts"
import { type Inputs, inputsOf, lengthOf, streamsOf } from "./law_streams.ts"
import type { Pipeline, PipelineOptions } from "./laws_pipeline.ts"

type Given<A> = Inputs<[ReadonlyArray<A> | null]>

/** The batches of an input, and the crash point at which the program is killed. */
interface Killed<A> {
  readonly inputs: Given<A>
  readonly point: number
}

/** About how many crash points a batch has, and how many the start and the stop have. */
const POINTS = { batch: 14, others: 30 } as const

const killed = <A, B>(
  pipelines: ReadonlyArray<Pipeline<A, B>>,
  { input }: Pick<PipelineOptions<A>, "input">,
): Cases<Killed<A>> => {
  const cases = inputsOf<[ReadonlyArray<A> | null]>([input], pipelines as ReadonlyArray<Pipeline<unknown, B>>)
  return {
    longEnough: (needed) =>
      cases.longEnough(needed).chain((inputs) =>
        fc.nat(POINTS.others + POINTS.batch * lengthOf(inputs)).map((point): Killed<A> => ({ inputs, point }))
      ),
    neededBatches: cases.neededBatches,
    lengthOf: (given) => cases.lengthOf((given as Killed<A>).inputs),
  }
}

/** A program that records a pipeline. */
const programOf = <A, B>(pipeline: Pipeline<A, B>, inputs: Given<A>): Program<Listed> => ({ record }) => {
  const [stream] = streamsOf(inputs)
  return [pipeline(named(stream as DStream<A>, "input")).pipe(record("recorded"))]
}

/** Runs a program, killed at a point if there is one. Gives the records of each batch. */
const recordedBy = Effect.fnUntraced(function* (subject: Subject, point: number) {
  const place = newPlace(subject)
  const first = yield* live(subject, place, point)
  yield* first.isKilled ? (yield* live(subject, place, Infinity)).exit : first.exit
  const batches = place.world.recorded.get("recorded")?.batches
  const times: Array<number> = []
  for (let time = subject.begin; time < subject.end; time += subject.batchDuration) {
    times.push(time + subject.batchDuration)
  }
  return times.map((time) => batches?.get(time))
})

const lawOf = <A, B>(
  name: string,
  before: Pipeline<A, B>,
  options: PipelineOptions<A>,
  later: (given: Killed<A>) => Pick<LifeOptions, "rescaledTo" | "upgradedTo">,
  after: Pipeline<A, B> = before,
): Law => {
  const side = (how: Options, { inputs }: Killed<A>, more: Pick<LifeOptions, "rescaledTo" | "upgradedTo">) =>
    subjectOf(programOf(before, inputs), { ...how, ...more, batches: lengthOf(inputs) })
  return lawOfBatches(name, killed([before, after], options), {
    left: (given, how) => recordedBy(side(how, given, {}), Infinity),
    right: (given, how) => recordedBy(side(how, given, later(given)), given.point),
    reading: normal(options),
  })
}

/**
 * States that a program that is killed at any durable step, and started again with its checkpoint, has the same results as one
 * that is not. A pipeline that keeps state of its own, outside of its operators, breaks this law. Stateful operators and
 * windows of the pipeline need names.
 *
 * @example
 * ```ts
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 * import * as fc from "fast-check"
 *
 * const counts = (words: DStream.DStream<string>) =>
 *   DStream.countByValueAndWindow(words, "2 seconds").pipe(DStream.named("counts"))
 * const law = Testing.laws.recoveryIsInvisible(counts, { input: Testing.batches(fc.constantFrom("a", "b")) })
 * await Effect.runPromise(Testing.check(law, { runs: 10 }))
 * ```
 */
export const recoveryIsInvisible = <A, B>(pipeline: Pipeline<A, B>, options: PipelineOptions<A>): Law =>
  lawOf("recovery is invisible", pipeline, options, () => ({}))

/**
 * States that it is invisible when a program is killed and a later version of it goes on with the checkpoint. `after` computes
 * the same as `before`, and its operators have the same names and formats.
 *
 * @example
 * ```ts
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 * import * as fc from "fast-check"
 *
 * const sums = (add: (a: number, b: number) => number) => (numbers: DStream.DStream<number>) =>
 *   DStream.reduceByWindow(numbers, add, "2 seconds").pipe(DStream.named("sums"))
 * const law = Testing.laws.upgradeIsInvisible(sums((a, b) => a + b), sums((a, b) => b + a), {
 *   input: Testing.batches(fc.nat()),
 * })
 * await Effect.runPromise(Testing.check(law, { runs: 10 }))
 * ```
 */
export const upgradeIsInvisible = <A, B>(
  before: Pipeline<A, B>,
  after: Pipeline<A, B>,
  options: PipelineOptions<A>,
): Law =>
  lawOf(
    "an upgrade that changes no format is invisible",
    before,
    options,
    ({ inputs }) => ({ upgradedTo: programOf(after, inputs) }),
    after,
  )

/**
 * States that it is invisible when a program is killed and goes on with another parallelism.
 *
 * @example
 * ```ts
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect, Option } from "effect"
 * import * as fc from "fast-check"
 *
 * const totals = (pairs: DStream.DStream<readonly [string, number]>) =>
 *   pairs.pipe(
 *     DStream.updateStateByKey((values: ReadonlyArray<number>, total: Option.Option<number>) =>
 *       Option.some(values.reduce((a, b) => a + b, Option.getOrElse(total, () => 0)))
 *     ),
 *     DStream.named("totals"),
 *   )
 * const law = Testing.laws.rescalingIsInvisible(totals, { input: Testing.batches(Testing.pairs(fc.nat())) })
 * await Effect.runPromise(Testing.check(law, { runs: 10 }))
 * ```
 */
export const rescalingIsInvisible = <A, B>(pipeline: Pipeline<A, B>, options: PipelineOptions<A>): Law =>
  lawOf("rescaling is invisible", pipeline, options, ({ inputs }) => ({ rescaledTo: inputs.partitions }))
