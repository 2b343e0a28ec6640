/**
 * One task: the fused steps of a stage over one block.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { EmptyCollection, FunctionFailed, InvalidOption, JobFailed, Mismatch } from "../../core/errors.ts"
import { NotPortable } from "../../core/codec.ts"
import { KeyedTable } from "../../core/keyed_table.ts"
import { UnsupportedKey } from "../../core/keys.ts"
import { listOf, pendingAmong, refusePendingAmong, refusePendingRecords } from "../../core/results.ts"
import * as Block from "../../rdd/block.ts"
import { BroadcastDestroyed } from "../../rdd/broadcast.ts"
import type { ActionError, EngineError, JobContext } from "../../rdd/engine.ts"
import { PairBlock } from "../../rdd/pair_block.ts"
import type { Callable, Combine, Narrow } from "../../rdd/primitive.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
import * as Composed from "./composed.ts"
import type { Executor } from "./executor.ts"
import * as Generated from "./generated.ts"
import { LocalBatch } from "./open_batch.ts"
import type { ElementKind, Loop, Shape, Terminal } from "./program.ts"

/** Whether a step waits for something, so that other partitions may go on meanwhile. */
export const isEffectful = ({ rdd, own }: Step): boolean =>
  (own ?? (rdd.primitive.kind === "narrow" ? rdd.primitive.step : undefined))?.kind === "effect"

/** A narrow operation with the index that its partition has at this point. */
export interface Step {
  readonly rdd: AnyRDD
  readonly index: number
  /** The operation, where it does not stand in the RDD itself. */
  readonly own?: Narrow | undefined
}

/** Something that fails the way actions do, with whatever errors and services the user's effects have. */
export type Job<A> = Effect.Effect<A, ActionError<unknown>, unknown>

const isEngineError = (u: unknown): u is EngineError =>
  u instanceof UnsupportedKey || u instanceof NotPortable || u instanceof Mismatch || u instanceof InvalidOption ||
  u instanceof EmptyCollection || u instanceof FunctionFailed || u instanceof BroadcastDestroyed

/** What was thrown, as the reason of a failure. */
const reasonOf = (cause: unknown): EngineError => isEngineError(cause) ? cause : new FunctionFailed({ cause })

/** The failure of an operator, whatever was thrown. */
export const failed = (
  rdd: AnyRDD,
  partition: number | undefined,
  job: JobContext,
  reason: unknown,
): JobFailed<unknown> =>
  reason instanceof JobFailed ? reason : new JobFailed({
    reason,
    operator: rdd.operation,
    callSite: rdd.site,
    partition,
    batchTime: job.batchTime,
  })

/** Runs plain code of one operator; what it throws becomes a job failure. */
export const attempt = <A>(rdd: AnyRDD, partition: number | undefined, job: JobContext, body: () => A): Job<A> =>
  Effect.try({
    try: body,
    catch: (cause) => failed(rdd, partition, job, reasonOf(cause)),
  })

const narrowOf = (step: Step, executor: Executor, job: JobContext): Narrow => {
  if (step.own !== undefined) return step.own
  const { primitive } = executor.resolve(
    step.rdd,
    (rdd) => job.batch instanceof LocalBatch ? job.batch.addressOf(rdd) : undefined,
  )
  if (primitive.kind !== "narrow") {
    throw new Mismatch({ problem: `${step.rdd.operation} is not a narrow operation here` })
  }
  return primitive.step
}

const elementKinds: ReadonlySet<string> = new Set<ElementKind>([
  "map",
  "filter",
  "flatMap",
  "mapValues",
  "flatMapValues",
])
const isElement = (narrow: Narrow): narrow is Narrow & { readonly kind: ElementKind } => elementKinds.has(narrow.kind)

const loopOf = (executor: Executor, shape: Shape, functions: ReadonlyArray<Callable>): Loop =>
  (executor.generateCode ? Generated.loopFor(shape, functions) : undefined) ?? Composed.loopFor(shape)

interface Fused {
  readonly steps: ReadonlyArray<Step>
  readonly kinds: ReadonlyArray<ElementKind>
  readonly functions: ReadonlyArray<Callable>
}

const runLoop = (
  executor: Executor,
  job: JobContext,
  fused: Fused,
  input: Block.Block<unknown>,
  terminal: Terminal,
  last: Step,
  functions: ReadonlyArray<Callable>,
  table?: KeyedTable<unknown, unknown>,
): ReadonlyArray<unknown> => {
  const at = { step: 0 }
  const all = [...fused.functions, ...functions]
  try {
    const paired = input instanceof PairBlock && input.claim()
    const records = loopOf(executor, { kinds: fused.kinds, terminal, paired }, all)(all, input, table, at)
    at.step = fused.kinds.findLastIndex((kind) => kind !== "filter")
    if (terminal === "push") {
      if (at.step >= 0) refusePendingRecords(records)
      return records
    }
    const pending = pendingAmong(records)
    if (pending === undefined) return records
    // Where nothing was put together they were there before.
    if (pending === "all" && at.step >= 0 && records.length >= input.length) refusePendingRecords(records)
    at.step = fused.steps.length
    refusePendingAmong(records)
    return records
  } catch (cause) {
    const step = fused.steps[at.step] ?? last
    throw failed(step.rdd, step.index, job, reasonOf(cause))
  }
}

/** How many operations one loop does at the most: deeper nesting is more than compilers and stacks can take. */
const MOST_FUSED = 128

const nothing: Fused = { steps: [], kinds: [], functions: [] }

/** Job failures thrown by the loops, as failures. */
const failures = <A>(self: Job<A>): Job<A> =>
  Effect.catchDefect(self, (cause) => cause instanceof JobFailed ? Effect.fail(cause) : Effect.die(cause))

/** Runs the steps in order; neighbouring element-wise ones as one loop, which `finish` may end. */
const runSteps = <A>(
  executor: Executor,
  job: JobContext,
  steps: ReadonlyArray<Step>,
  input: Block.Block<unknown>,
  finish: (input: Block.Block<unknown>, fused: Fused) => A,
): Job<A> =>
  Effect.suspend(() => {
    let block = input
    let fused = nothing
    const flush = (step: Step) => {
      if (fused !== nothing) {
        block = Block.fromArray(runLoop(executor, job, fused, block, "push", step, []))
        fused = nothing
      }
    }
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i] as Step
      const narrow = narrowOf(step, executor, job)
      if (isElement(narrow)) {
        if (fused.kinds.length >= MOST_FUSED) flush(step)
        fused = {
          steps: [...fused.steps, step],
          kinds: [...fused.kinds, narrow.kind],
          functions: [...fused.functions, narrow.f],
        }
      } else if (narrow.kind === "reduce" || narrow.kind === "fold") {
        const functions = narrow.kind === "fold" ? [narrow.f, narrow.zero] : [narrow.f]
        block = Block.fromArray(runLoop(executor, job, fused, block, narrow.kind, step, functions))
        fused = nothing
      } else {
        flush(step)
        const rest = steps.slice(i + 1)
        const records = block.records as ReadonlyArray<never>
        if (narrow.kind === "effect") {
          return narrow.f(records, step.index).pipe(
            Effect.catchDefect((cause) => Effect.fail(reasonOf(cause))),
            Effect.mapError((reason) => failed(step.rdd, step.index, job, reason)),
            Effect.flatMap((out) => runSteps(executor, job, rest, Block.fromArray(out), finish)),
          )
        }
        try {
          const out = narrow.f(records, step.index)
          block = Block.fromArray(listOf(out))
        } catch (cause) {
          throw failed(step.rdd, step.index, job, reasonOf(cause))
        }
      }
    }
    return Effect.succeed(finish(block, fused))
  }).pipe(failures)

const shipped = (executor: Executor, job: JobContext, rdd: AnyRDD, index: number, block: Block.Block<unknown>) => {
  try {
    return executor.ship(block)
  } catch (cause) {
    throw failed(rdd, index, job, cause)
  }
}

/** Runs a task and gives its block. `rdd` is the last operation, for messages. */
export const toBlock = (
  executor: Executor,
  job: JobContext,
  rdd: AnyRDD,
  steps: ReadonlyArray<Step>,
  input: Block.Block<unknown>,
  index: number,
): Job<Block.Block<unknown>> => {
  if (steps.length === 0) return Effect.succeed(input)
  return Effect.suspend(() =>
    runSteps(executor, job, steps, shipped(executor, job, rdd, index, input), (block, fused) => {
      const step = { rdd, index }
      const out = fused === nothing ? block : Block.fromArray(runLoop(executor, job, fused, block, "push", step, []))
      return shipped(executor, job, rdd, index, out)
    })
  ).pipe(failures)
}

/** Runs a task and combines its pairs by key. `shuffle` is the operation that the combine functions belong to. */
export const toTable = (
  executor: Executor,
  job: JobContext,
  shuffle: AnyRDD,
  combine: Combine,
  steps: ReadonlyArray<Step>,
  input: Block.Block<unknown>,
  index: number,
): Job<KeyedTable<unknown, unknown>> =>
  Effect.suspend(() =>
    runSteps(executor, job, steps, shipped(executor, job, shuffle, index, input), (block, fused) => {
      const table = new KeyedTable<unknown, unknown>()
      const functions = [combine.create, combine.mergeValue]
      runLoop(executor, job, fused, block, "combine", { rdd: shuffle, index }, functions, table)
      return table
    })
  ).pipe(failures)
