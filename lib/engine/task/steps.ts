/**
 * Runs the steps of a task over one block. Neighbouring element-wise steps run as one loop.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { reasonOf } from "../../core/errors.ts"
import { KeyedTable } from "../../core/keyed_table.ts"
import { listOf, pendingAmong, refusePendingAmong, refusePendingRecords } from "../../core/results.ts"
import * as Block from "../../rdd/block.ts"
import { PairBlock } from "../../rdd/pair_block.ts"
import type { Callable, Combine, Narrow } from "../../rdd/primitive.ts"
import type { Place, Step } from "../plan/task.ts"
import * as Composed from "./composed.ts"
import { type Maybe, PlaceFailed, toEffect } from "./failure.ts"
import * as Generated from "./generated.ts"
import { narrowAt, type Surroundings } from "./operations.ts"
import type { ElementKind, Loop, Shape, Terminal } from "./program.ts"

const elementKinds: ReadonlySet<string> = new Set<ElementKind>([
  "map",
  "filter",
  "flatMap",
  "mapValues",
  "flatMapValues",
])
const isElement = (narrow: Narrow): narrow is Narrow & { readonly kind: ElementKind } => elementKinds.has(narrow.kind)

const loopOf = ({ generateCode }: Surroundings, shape: Shape, functions: ReadonlyArray<Callable>): Loop =>
  (generateCode ? Generated.loopFor(shape, functions) : undefined) ?? Composed.loopFor(shape)

/** Steps that one loop does together. */
interface Fused {
  readonly steps: Array<Step>
  readonly kinds: Array<ElementKind>
  readonly functions: Array<Callable>
}

const nothing = (): Fused => ({ steps: [], kinds: [], functions: [] })

/** How a loop ends: where its records go, with which functions, and the place that failures there belong to. */
interface End {
  readonly terminal: Terminal
  readonly place: Place
  readonly functions: ReadonlyArray<Callable>
  readonly table?: KeyedTable<unknown, unknown> | undefined
}

const runLoop = (
  around: Surroundings,
  fused: Fused,
  input: Block.Block<unknown>,
  { functions, place, table, terminal }: End,
): ReadonlyArray<unknown> => {
  const { kinds, steps } = fused
  const at = { step: 0 }
  const all = functions.length === 0 ? fused.functions : [...fused.functions, ...functions]
  try {
    const paired = input instanceof PairBlock && input.claim()
    const records = loopOf(around, { kinds, terminal, paired }, all)(all, input, table, at)
    at.step = kinds.findLastIndex((kind) => kind !== "filter")
    if (terminal === "push") {
      if (at.step >= 0) refusePendingRecords(records)
      return records
    }
    const pending = pendingAmong(records)
    if (pending === undefined) return records
    // Where no records were combined, the pending values came from the step before.
    if (pending === "all" && at.step >= 0 && records.length >= input.length) refusePendingRecords(records)
    at.step = steps.length
    refusePendingAmong(records)
    return records
  } catch (cause) {
    throw new PlaceFailed(steps[at.step] ?? place, reasonOf(cause))
  }
}

/** How many operations one loop has at most. Deeper nesting is too much for compilers and stacks. */
const MOST_FUSED = 128

const push = (around: Surroundings, fused: Fused, input: Block.Block<unknown>): Block.Block<unknown> => {
  const place = fused.steps.at(-1)
  return place === undefined
    ? input
    : Block.fromArray(runLoop(around, fused, input, { terminal: "push", place, functions: [] }))
}

/** Runs a step that waits, and then the rest. */
const runWaiting = <A>(
  step: Step,
  narrow: Extract<Narrow, { readonly kind: "effect" }>,
  { records }: Block.Block<unknown>,
  rest: (block: Block.Block<unknown>) => Maybe<A>,
): Effect.Effect<A, PlaceFailed, unknown> =>
  Effect.suspend(() => narrow.f(records as ReadonlyArray<never>, step.index)).pipe(
    Effect.catchDefect((cause) => Effect.fail(reasonOf(cause))),
    Effect.mapError((reason) => new PlaceFailed(step, reason)),
    Effect.flatMap((out) => toEffect(() => rest(Block.fromArray(out)))),
  )

/** Runs the steps in order, from step number `from` on. `finish` gets the steps of the last loop, which have not run yet. */
const runSteps = <A>(
  around: Surroundings,
  steps: ReadonlyArray<Step>,
  from: number,
  input: Block.Block<unknown>,
  finish: (input: Block.Block<unknown>, fused: Fused) => A,
): Maybe<A> => {
  let block = input
  let fused = nothing()
  const flush = () => {
    block = push(around, fused, block)
    fused = nothing()
  }
  for (let i = from; i < steps.length; i++) {
    const step = steps[i] as Step
    const narrow = narrowAt(around, step)
    if (isElement(narrow)) {
      if (fused.kinds.length >= MOST_FUSED) flush()
      fused.steps.push(step)
      fused.kinds.push(narrow.kind)
      fused.functions.push(narrow.f)
    } else if (narrow.kind === "reduce" || narrow.kind === "fold") {
      const functions = narrow.kind === "fold" ? [narrow.f, narrow.zero] : [narrow.f]
      block = Block.fromArray(runLoop(around, fused, block, { terminal: narrow.kind, place: step, functions }))
      fused = nothing()
    } else {
      flush()
      if (narrow.kind === "effect") {
        return runWaiting(step, narrow, block, (out) => runSteps(around, steps, i + 1, out, finish))
      }
      try {
        block = Block.fromArray(listOf(narrow.f(block.records as ReadonlyArray<never>, step.index)))
      } catch (cause) {
        throw new PlaceFailed(step, reasonOf(cause))
      }
    }
  }
  return finish(block, fused)
}

/** Runs steps over a block, and gives the block of their records. */
export const toBlock = (
  around: Surroundings,
  steps: ReadonlyArray<Step>,
  input: Block.Block<unknown>,
): Maybe<Block.Block<unknown>> =>
  steps.length === 0 ? input : runSteps(around, steps, 0, input, (block, fused) => push(around, fused, block))

/** Runs steps over a block, and combines their pairs by key. `place` is that of the combine functions. */
export const toTable = (
  around: Surroundings,
  steps: ReadonlyArray<Step>,
  input: Block.Block<unknown>,
  place: Place,
  combine: Combine,
): Maybe<KeyedTable<unknown, unknown>> =>
  runSteps(around, steps, 0, input, (block, fused) => {
    const table = new KeyedTable<unknown, unknown>()
    const functions = [combine.create, combine.mergeValue]
    runLoop(around, fused, block, { terminal: "combine", place, functions, table })
    return table
  })
