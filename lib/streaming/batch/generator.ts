/**
 * The generator: what a tick makes of its interval. Allocates what the inputs have, and evaluates the outputs' streams.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import { explainFailure } from "../../core/errors.ts"
import type { AnyDStream } from "../../dstream/dstream.ts"
import type { AnyGraph } from "../../dstream/graph/graph.ts"
import type { AnyOutput } from "../../dstream/outputs/output.ts"
import { Engine } from "../../rdd/engine.ts"
import type { Allocation, InputAllocation } from "../inputs/allocation.ts"
import type { BatchFailed } from "../errors.ts"
import type { OutputOperationInfo } from "../listeners/events.ts"
import type { RunningInput } from "../inputs/running_input.ts"
import type { Following } from "../replica/graph_copy.ts"
import type { Keeper, Kept } from "./kept_streams.ts"
import { generate, type Job, toBatchFailed } from "./evaluation.ts"
import { type AnyPolicy, type Bearing, bearingOf, insist, lastOf } from "./policies.ts"
import { operationInfo } from "./reports.ts"
import type { Timeline } from "./timeline.ts"

/** What the generator works with. */
export interface GeneratorOptions {
  readonly graph: AnyGraph
  /** What actions run on while the batch at a time is made. */
  readonly engine: (time: number) => Engine
  /** The policy of outputs without their own. */
  readonly policy: AnyPolicy
  readonly timeline: Timeline
  readonly inputs: ReadonlyArray<RunningInput>
  readonly keepers: ReadonlyArray<Keeper>
  /** Whether somebody will ask for the RDD that a stream has at a time. */
  readonly needs: (stream: AnyDStream, time: number) => boolean
  /** The other side's copy of the graph, where the engine has another side. */
  readonly following: Following | undefined
}

/** What a tick came to. */
export type Interval =
  | {
    readonly _tag: "Batch"
    readonly allocation: Allocation
    readonly jobs: ReadonlyArray<Job>
    /** Outputs that are left out of the batch by their policy, because their streams could not be evaluated. */
    readonly left: ReadonlyArray<OutputOperationInfo>
    /** What later batches need of it. */
    readonly kept: ReadonlyArray<Kept>
  }
  | { readonly _tag: "Failed"; readonly failure: BatchFailed<unknown>; readonly bearing: Bearing }

type Failed = Extract<Interval, { readonly _tag: "Failed" }>
type Evaluated =
  | Failed
  | { readonly _tag: "Job"; readonly job: Job }
  | { readonly _tag: "NoJob" }
  | { readonly _tag: "Left"; readonly operation: OutputOperationInfo }

/** Runs something that an input does, with its failure as that of a batch. */
export const ofInput = <A>(
  input: RunningInput,
  batchTime: number,
  phase: "generate" | "commit",
  body: () => Effect.Effect<A, unknown, unknown>,
): Effect.Effect<A, BatchFailed<unknown>, unknown> =>
  Effect.catchCause(Effect.suspend(body), (cause) => {
    const { operation, site } = input.stream
    return Effect.fail(
      toBatchFailed(cause, { operator: operation, callSite: site, batchTime, outputId: undefined, phase }),
    )
  })

const allocate = (
  { inputs, policy }: GeneratorOptions,
  time: number,
): Effect.Effect<Allocation, BatchFailed<unknown>, unknown> =>
  Effect.gen(function* () {
    yield* Effect.forEach(inputs, (input) => input.cut, { discard: true })
    const shares: Record<string, InputAllocation> = {}
    for (const input of inputs) {
      shares[input.name] = yield* insist(ofInput(input, time, "generate", () => input.allocate(time)), policy)
    }
    return { time, inputs: shares }
  })

/** What the policy of an output makes of a failed evaluation. */
const settle = (policy: AnyPolicy, output: AnyOutput, outputId: number, failure: BatchFailed<unknown>): Evaluated => {
  if (lastOf(policy)._tag !== "Skip") return { _tag: "Failed", failure, bearing: bearingOf(policy) }
  const info = operationInfo(failure.batchTime, outputId, output)
  return { _tag: "Left", operation: { ...info, outcome: "skipped", failureReason: explainFailure(failure) } }
}

/** Evaluates one output, or a stream below it, as often as its policy wants to. */
const evaluate = (
  options: GeneratorOptions,
  time: number,
  { output, outputId, stream }: Keeper,
): Effect.Effect<Evaluated, never, unknown> => {
  const once = Effect.flatMap(
    generate(options.timeline, time, output, outputId, stream),
    (result) => result._tag === "Failed" ? Effect.fail(result.failure) : Effect.succeed(result),
  )
  const policy = output.policy ?? options.policy
  return Effect.catch(
    insist(once, policy),
    (failure): Effect.Effect<Evaluated> => Effect.succeed(settle(policy, output, outputId, failure)),
  )
}

/** Evaluates what later batches need and no output has asked for. */
const evaluateKeepers = (
  options: GeneratorOptions,
  time: number,
  settled: Set<number>,
): Effect.Effect<Failed | undefined, never, unknown> =>
  Effect.gen(function* () {
    const { keepers, needs, timeline } = options
    for (const keeper of keepers) {
      const { stream } = keeper
      if (timeline.at(time).recall(stream) !== undefined || !needs(stream, time)) continue
      // The policy of its output has dealt with that failure already.
      if (settled.has(keeper.outputId) && timeline.hasFailed(stream, time)) continue
      const result = yield* evaluate(options, time, keeper)
      if (result._tag === "Failed") return result
      if (result._tag === "Left") {
        settled.add(keeper.outputId)
        yield* Effect.logWarning(`Left out of later batches: ${result.operation.failureReason}`)
      }
    }
  })

/** The stream of the records that a keeper is made of, as users know it. */
const recordsOf = (keeper: AnyDStream): AnyDStream => {
  let stream = keeper.parents[0]
  while (stream?.traits.isInternal === true) stream = stream.parents[0]
  return stream ?? keeper
}

/** What later batches need of a batch, of what has been evaluated in it. */
export const keptAt = (
  { keepers, timeline }: Pick<GeneratorOptions, "keepers" | "timeline">,
  time: number,
): ReadonlyArray<Kept> =>
  keepers.flatMap((keeper) => {
    const batch = timeline.at(time)
    const rdd = keeper.stream.traits.keeps === undefined ? undefined : batch.recall(keeper.stream)
    return rdd === undefined ? [] : { ...keeper, rdd, letter: batch.recall(recordsOf(keeper.stream)) }
  })

/** Makes the batch at `time`. */
export const generateBatch = (options: GeneratorOptions, time: number): Effect.Effect<Interval, never, unknown> =>
  Effect.gen(function* () {
    const allocation = yield* allocate(options, time)
    const jobs: Array<Job> = []
    const left: Array<OutputOperationInfo> = []
    const settled = new Set<number>()
    for (const [outputId, output] of options.graph.outputs.entries()) {
      const result = yield* evaluate(options, time, { output, outputId, stream: output.stream })
      if (result._tag === "Failed") return result
      if (result._tag === "Job") jobs.push(result.job)
      if (result._tag === "Left") {
        left.push(result.operation)
        settled.add(outputId)
      }
    }
    const failed = yield* evaluateKeepers(options, time, settled)
    if (failed !== undefined) return failed
    if (options.following !== undefined) yield* insist(options.following.follow(time), options.policy)
    return { _tag: "Batch" as const, allocation, jobs, left, kept: keptAt(options, time) }
  }).pipe(
    options.following?.notingSleeps ?? identity,
    Effect.provideService(Engine, options.engine(time)),
    Effect.catch((failure): Effect.Effect<Failed> =>
      Effect.succeed({ _tag: "Failed", failure, bearing: bearingOf(options.policy) })
    ),
  )
