/**
 * The steps of a task, over one block: neighbouring element-wise steps run as one loop.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { reasonOf } from "../../core/errors.ts"
import { KeyedTable } from "../../core/keyed_table.ts"
import { valueOf } from "../../core/results.ts"
import * as Block from "../../rdd/block.ts"
import type { Callable, Combine, Narrow } from "../../rdd/primitive.ts"
import type { Place, Step } from "../plan/task.ts"
import * as Composed from "./composed.ts"
import { attempt, attemptInPieces, PlaceFailed, type Running, waiting } from "./failure.ts"
import * as Generated from "./generated.ts"
import { narrowAt, type Surroundings } from "./operations.ts"
import type { Accumulators, ElementKind, Loop, Shape, Terminal } from "./program.ts"
import { type Ranges, rangesOf } from "./ranges.ts"

type AnyBlock = Block.Block<unknown>

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

/** Where the records of a loop go, in the name of which place, and the functions that this takes. */
interface End<T extends Terminal> {
  readonly terminal: T
  readonly place: Place
  readonly functions: ReadonlyArray<Callable>
}

const never = (): boolean => false

/** Runs a loop over the records that are left, until it has enough. Gives what it has added them to. */
function* runLoop<T extends Terminal>(
  around: Surroundings,
  { functions: own, kinds, steps }: Fused,
  ranges: Ranges,
  { functions, place, terminal }: End<T>,
  start: Accumulators[T],
  isEnough: (into: Accumulators[T]) => boolean = never,
): Running<Accumulators[T]> {
  const all = functions.length === 0 ? own : [...own, ...functions]
  const loop = loopOf(around, { kinds, terminal, paired: ranges.paired }, all)
  const at = { step: 0 }
  let into = start
  try {
    while (!isEnough(into) && ranges.advance()) {
      const { from, records, to, values } = ranges
      // A loop gives what its terminal adds to.
      into = loop(all, records, values, from, to, into, at) as Accumulators[T]
      if (ranges.isDue()) yield
    }
  } catch (cause) {
    throw new PlaceFailed(steps[at.step] ?? place, reasonOf(cause))
  }
  return into
}

/** How many operations one loop does at the most: deeper nesting is more than compilers and stacks can take. */
const MOST_FUSED = 128

function* push(around: Surroundings, fused: Fused, input: AnyBlock): Running<AnyBlock> {
  const place = fused.steps.at(-1)
  if (place === undefined) return input
  const ranges = yield* rangesOf(input)
  return Block.fromArray(yield* runLoop(around, fused, ranges, { terminal: "push", place, functions: [] }, []))
}

function* take(around: Surroundings, fused: Fused, input: AnyBlock, place: Place, wanted: number): Running<AnyBlock> {
  if (!(wanted > 0)) return Block.empty
  const end = { terminal: "take", place, functions: [] } as const
  const isFull = ({ records }: Accumulators["take"]) => records.length >= wanted
  const taken = yield* runLoop(around, fused, yield* rangesOf(input), end, { records: [], wanted }, isFull)
  return Block.fromArray(taken.records)
}

/** Folds the records that are left. Where the value is a number, or no longer one, another loop goes on. */
function* fold(around: Surroundings, fused: Fused, ranges: Ranges, place: Place, f: Callable, start: unknown) {
  let value = start
  while (!ranges.isOver) {
    const isNumber = typeof value === "number"
    const end = { terminal: isNumber ? "foldNumber" : "fold", place, functions: [f] } as const
    value = yield* runLoop(around, fused, ranges, end, value, (now) => isNumber !== (typeof now === "number"))
  }
  return value
}

/** Reduces the records: those of the first range that has any are the start of a fold. */
function* reduce(around: Surroundings, fused: Fused, input: AnyBlock, place: Place, f: Callable): Running<AnyBlock> {
  const ranges = yield* rangesOf(input)
  const end = { terminal: "push", place, functions: [] } as const
  const first: Array<unknown> = []
  yield* runLoop(around, fused, ranges, end, first, () => first.length > 0)
  if (first.length === 0) return Block.empty
  const start = attempt(place, () => first.reduce((a, b) => valueOf(f(a, b))))
  return Block.fromArray([yield* fold(around, fused, ranges, place, f, start)])
}

/** Runs one step, after the element-wise ones that are still to be run. */
function* runStep(
  around: Surroundings,
  fused: Fused,
  input: AnyBlock,
  step: Step,
  narrow: Exclude<Narrow, { readonly kind: ElementKind }>,
  most: number,
): Running<AnyBlock> {
  switch (narrow.kind) {
    case "take":
      return yield* take(around, fused, input, step, Math.min(narrow.n, most))
    case "reduce":
      return yield* reduce(around, fused, input, step, narrow.f)
    case "fold": {
      const start = attempt(step, narrow.zero)
      return Block.fromArray([yield* fold(around, fused, yield* rangesOf(input), step, narrow.f, start)])
    }
    case "partition": {
      const block = yield* push(around, fused, input)
      // The types of the operation say which records it takes.
      return Block.fromArray(yield* attemptInPieces(step, () => narrow.f(block as Block.Block<never>, step.index)))
    }
    case "effect": {
      const records = yield* Block.gather(yield* push(around, fused, input))
      const effect = Effect.suspend(() => narrow.f(records as ReadonlyArray<never>, step.index)).pipe(
        Effect.catchDefect((cause) => Effect.fail(reasonOf(cause))),
        Effect.mapError((reason) => new PlaceFailed(step, reason)),
      )
      return Block.fromArray(yield* waiting(effect))
    }
  }
}

/** Runs the steps in order. Gives the loop that is still open, and its input. */
function* runSteps(
  around: Surroundings,
  steps: ReadonlyArray<Step>,
  input: AnyBlock,
  most: number,
): Running<{ readonly block: AnyBlock; readonly fused: Fused }> {
  let block = input
  let fused = nothing()
  for (const step of steps) {
    const narrow = narrowAt(around, step)
    if (isElement(narrow)) {
      if (fused.kinds.length >= MOST_FUSED) {
        block = yield* push(around, fused, block)
        fused = nothing()
      }
      fused.steps.push(step)
      fused.kinds.push(narrow.kind)
      fused.functions.push(narrow.f)
    } else {
      block = yield* runStep(around, fused, block, step, narrow, most)
      fused = nothing()
    }
  }
  return { block, fused }
}

/** Runs steps over a block and gives their block. No step takes more records than `most`. */
export function* toBlock(
  around: Surroundings,
  steps: ReadonlyArray<Step>,
  input: AnyBlock,
  most = Infinity,
): Running<AnyBlock> {
  if (steps.length === 0) return input
  const { block, fused } = yield* runSteps(around, steps, input, most)
  return yield* push(around, fused, block)
}

/** Runs steps over a block and combines their pairs by key, in the name of the operation at `place`. */
export function* toTable(
  around: Surroundings,
  steps: ReadonlyArray<Step>,
  input: AnyBlock,
  place: Place,
  combine: Combine,
): Running<KeyedTable<unknown, unknown>> {
  const { block, fused } = yield* runSteps(around, steps, input, Infinity)
  const end = { terminal: "combine", place, functions: [combine.create, combine.mergeValue] } as const
  return yield* runLoop(around, fused, yield* rangesOf(block), end, new KeyedTable())
}

/** How many records the last of some steps takes, if all before it are element-wise; otherwise undefined. */
export const takenBy = (around: Surroundings, steps: ReadonlyArray<Step>): number | undefined => {
  const last = steps.at(-1)
  const narrow = last && narrowAt(around, last)
  if (narrow?.kind !== "take" || !steps.slice(0, -1).every((step) => isElement(narrowAt(around, step)))) {
    return undefined
  }
  return narrow.n
}
