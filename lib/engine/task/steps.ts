/**
 * Runs the steps of a task over one block. Neighbouring element-wise steps run as one loop.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { reasonOf } from "../../core/errors.ts"
import { KeyedTable } from "../../core/keyed_table.ts"
import { listOf } from "../../core/results.ts"
import * as Block from "../../rdd/block.ts"
import { PairBlock } from "../../rdd/pair_block.ts"
import type { Callable, Combine, Narrow } from "../../rdd/primitive.ts"
import type { Place, Step } from "../plan/task.ts"
import * as Composed from "./composed.ts"
import { andThen, type Maybe, PlaceFailed, toEffect } from "./failure.ts"
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
    return loopOf(around, { kinds, terminal, paired }, all)(all, input, table, at)
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

/** Whether the results that a step has for a record do not depend on other records. */
const isEach = (narrow: Narrow): boolean => isElement(narrow) || (narrow.kind === "effect" && narrow.each === true)

/**
 * Returns how many records steps give at most, if they end with `take` and all steps before it see one record at a time.
 * The records before them need not all be computed then. Otherwise returns undefined.
 */
export const limitOf = (around: Surroundings, steps: ReadonlyArray<Step>): number | undefined => {
  const narrow = steps.map((step) => narrowAt(around, step))
  const last = narrow.pop()
  return last?.kind === "take" && narrow.every(isEach) ? last.n : undefined
}

/** Runs steps that end with `take` over some records, then over more of them, until there are enough results. */
const runInParts = (
  around: Surroundings,
  steps: ReadonlyArray<Step>,
  { records }: Block.Block<unknown>,
  limit: number,
): Maybe<Block.Block<unknown>> => {
  const some = (out: ReadonlyArray<unknown>, start: number, size: number): Maybe<Block.Block<unknown>> => {
    const left = limit - out.length
    if (left <= 0 || start >= records.length) return Block.fromArray(out)
    const part = Block.fromArray(records.slice(start, start + size))
    return andThen(
      runSteps(around, steps, 0, part, (block, fused) => push(around, fused, block), left),
      (block) => some(out.concat(block.records), start + size, size * 2),
    )
  }
  return some([], 0, Math.max(1, limit))
}

/** Finds a `take` behind a step, with only steps that see one record at a time between them. */
const takeBehind = (around: Surroundings, steps: ReadonlyArray<Step>, at: number): number | undefined => {
  const end = steps.findIndex((step, i) => i > at && !isEach(narrowAt(around, step)))
  return end > 0 && narrowAt(around, steps[end] as Step).kind === "take" ? end : undefined
}

/**
 * Runs the steps in order, from step number `from` on. `finish` gets the steps of the last loop, which have not run yet.
 * `most` is an upper limit for every `take`.
 */
const runSteps = <A>(
  around: Surroundings,
  steps: ReadonlyArray<Step>,
  from: number,
  input: Block.Block<unknown>,
  finish: (input: Block.Block<unknown>, fused: Fused) => A,
  most = Infinity,
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
    } else if (narrow.kind === "take") {
      const limit = Math.min(most, narrow.n)
      const taken = runLoop(around, fused, block, { terminal: "take", place: step, functions: [() => limit] })
      block = Block.fromArray(taken)
      fused = nothing()
    } else if (narrow.kind === "reduce" || narrow.kind === "fold") {
      const functions = narrow.kind === "fold" ? [narrow.f, narrow.zero] : [narrow.f]
      block = Block.fromArray(runLoop(around, fused, block, { terminal: narrow.kind, place: step, functions }))
      fused = nothing()
    } else {
      flush()
      if (narrow.kind === "effect") {
        const end = narrow.each === true ? takeBehind(around, steps, i) : undefined
        const limit = end === undefined
          ? Infinity
          : Math.min(most, limitOf(around, steps.slice(i, end + 1)) ?? Infinity)
        if (end !== undefined && limit < block.length) {
          return andThen(
            runInParts(around, steps.slice(i, end + 1), block, limit),
            (out) => runSteps(around, steps, end + 1, out, finish, most),
          )
        }
        return runWaiting(step, narrow, block, (out) => runSteps(around, steps, i + 1, out, finish, most))
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

/** Runs steps over a block, and gives the block of their records. `most` is an upper limit for every `take`. */
export const toBlock = (
  around: Surroundings,
  steps: ReadonlyArray<Step>,
  input: Block.Block<unknown>,
  most?: number,
): Maybe<Block.Block<unknown>> =>
  steps.length === 0 ? input : runSteps(around, steps, 0, input, (block, fused) => push(around, fused, block), most)

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
