/**
 * Runs the steps of a task over one block. Neighbouring element-wise steps run as one loop.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { reasonOf } from "../../core/errors.ts"
import { KeyedTable } from "../../core/keyed_table.ts"
import { isDue, type Piecewise } from "../../core/pace.ts"
import { recordCheck, valueCheck } from "../../core/results.ts"
import { separatorOf } from "../../core/text/text_function.ts"
import { weighAll } from "../../core/weight.ts"
import * as Block from "../../rdd/block.ts"
import type { Callable, Combine, Narrow } from "../../rdd/primitive.ts"
import type { Place, Step } from "../plan/task.ts"
import * as Composed from "./composed.ts"
import { attempt, attemptInPieces, placed, PlaceFailed, type Running, waiting } from "./failure.ts"
import { Flowing, gathered } from "./flowing.ts"
import * as Generated from "./generated.ts"
import { isElement, limitOf, takeBehind } from "./limits.ts"
import { narrowAt, type Surroundings } from "./operations.ts"
import type { Accumulators, Cursor, ElementKind, LongList, Loop, LoopKind, Piece, Shape, Terminal } from "./program.ts"
import { checkMemory, weighBlocks, weighTable } from "./memory.ts"
import { type Ranges, rangesOf } from "./ranges.ts"
import { textStepsOf } from "./text_steps.ts"

type AnyBlock = Block.Block<unknown>
type Given = AnyBlock | Flowing

const loopOf = ({ generateCode }: Surroundings, shape: Shape, functions: ReadonlyArray<Callable>): Loop =>
  (generateCode ? Generated.loopFor(shape, functions) : undefined) ?? Composed.loopFor(shape)

/** Steps that one loop does together. */
interface Fused {
  readonly steps: Array<Step>
  readonly kinds: Array<LoopKind>
  readonly functions: Array<Callable>
}

/** What a loop does in a step. */
const kindOf = ({ f, kind, known }: Narrow & { readonly kind: ElementKind }): LoopKind =>
  known?.name === "withOne" ? "withOne" : kind === "flatMap" && separatorOf(f) !== undefined ? "split" : kind

const nothing = (): Fused => ({ steps: [], kinds: [], functions: [] })

/** How a loop ends: where its records go, with which functions, and the place that failures there belong to. */
interface End<T extends Terminal> {
  readonly terminal: T
  readonly place: Place
  readonly functions: ReadonlyArray<Callable>
}

const never = (): boolean => false

/** Estimates what a loop has collected, in bytes. What it has folded to one value is not looked at. */
const weighAccumulated = (into: unknown): number => {
  if (Array.isArray(into)) return weighAll(into)
  return into instanceof KeyedTable ? weighTable(into) : 0
}

/** What is left to do for a long list: a step that makes a record of each of its values, and the steps behind it. */
const behind = ({ functions, kinds, steps }: Fused, { list, of, step }: LongList): Fused => {
  const [key] = of instanceof Array ? of : []
  const toRecord = (value: unknown) => {
    recordCheck.check(value, list)
    return value
  }
  const toPair = (value: unknown) => {
    valueCheck.check(value, list)
    return [key, value]
  }
  return {
    steps: steps.slice(step),
    kinds: ["map", ...kinds.slice(step + 1)],
    functions: [kinds[step] === "flatMapValues" ? toPair : toRecord, ...functions.slice(step + 1)],
  }
}

/** Steps without the first ones, which are done. */
const without = (done: number, fused: Fused): Fused =>
  done === 0 ? fused : {
    steps: fused.steps.slice(done),
    kinds: fused.kinds.slice(done),
    functions: fused.functions.slice(done),
  }

/** The ranges of the input of a loop. For text, the first steps are done on bytes where they can be. */
const inputOf = (input: Given, { functions, kinds }: Fused, isCounted = false): Piecewise<Ranges> =>
  rangesOf(input, textStepsOf(kinds, functions, isCounted))

/** The loop that counts records where no step is left. */
const countAll: Loop = (_functions, _records, _values, from, to, count) => Number(count) + to - from

/** Runs a loop over the records that are left, until it has enough. Gives what it has added them to. */
function* runLoop<T extends Terminal>(
  around: Surroundings,
  fused: Fused,
  ranges: Ranges,
  end: End<T>,
  start: Accumulators[T],
  isEnough: (into: Accumulators[T]) => boolean = never,
): Running<Accumulators[T]> {
  const { place, terminal } = end
  /** What is left to do for pieces like `of`, and the loop that does it. */
  const partOf = (of: Piece) => {
    const rest = without(of.done, fused)
    const functions = end.functions.length === 0 ? rest.functions : [...rest.functions, ...end.functions]
    const loop = terminal === "count" && rest.kinds.length === 0
      ? countAll
      : loopOf(around, { kinds: rest.kinds, terminal, source: of.source }, functions)
    return { of, rest, functions, loop }
  }
  const at: Cursor = { step: 0, long: undefined }
  let part: ReturnType<typeof partOf> | undefined
  let into = start
  try {
    while (!isEnough(into)) {
      if (!ranges.advance()) {
        if (ranges.more === undefined) break
        yield* waiting(ranges.more)
        continue
      }
      const { from, piece, to } = ranges
      if (from === to) {
        if (ranges.isDue()) yield
        continue
      }
      if (part === undefined || piece.done !== part.of.done || piece.source !== part.of.source) part = partOf(piece)
      // A loop gives what its terminal adds to.
      into = part.loop(part.functions, piece.records, piece.values, from, to, into, at) as Accumulators[T]
      const { long } = at
      if (long !== undefined) {
        at.long = undefined
        ranges.cut(long.index + 1)
        const some = yield* rangesOf(Block.fromArray(long.list))
        // A value may stop being a number within the list. Both terminals add to the same.
        const rest = terminal === "foldNumber" ? { ...end, terminal: "fold" } as End<T> : end
        into = yield* runLoop(around, behind(part.rest, long), some, rest, into, terminal === "take" ? isEnough : never)
      }
      if (ranges.isDue()) {
        checkMemory(around, place, () => weighAccumulated(into))
        yield
      }
    }
  } catch (cause) {
    throw placed((part?.rest ?? fused).steps[at.step] ?? place, cause)
  }
  return into
}

/** How many operations one loop has at most. Deeper nesting is too much for compilers and stacks. */
const MOST_FUSED = 128

function* push(around: Surroundings, fused: Fused, input: Given): Running<AnyBlock> {
  const place = fused.steps.at(-1)
  if (place === undefined) return input instanceof Flowing ? yield* gathered(input) : input
  const ranges = yield* inputOf(input, fused)
  return Block.fromArray(yield* runLoop(around, fused, ranges, { terminal: "push", place, functions: [] }, []))
}

function* take(around: Surroundings, fused: Fused, input: Given, place: Place, wanted: number): Running<AnyBlock> {
  if (!(wanted > 0)) return Block.empty
  const end = { terminal: "take", place, functions: [] } as const
  const isFull = ({ records }: Accumulators["take"]) => records.length >= wanted
  const taken = yield* runLoop(around, fused, yield* inputOf(input, fused), end, { records: [], wanted }, isFull)
  return Block.fromArray(taken.records)
}

/** Counts the records. Where there are no steps, the lengths of blocks are enough, and text stays bytes. */
function* count(around: Surroundings, fused: Fused, input: Given, place: Place): Running<number> {
  if (fused.steps.length === 0) return input instanceof Flowing ? yield* input.count() : input.length
  const end = { terminal: "count", place, functions: [] } as const
  return yield* runLoop(around, fused, yield* inputOf(input, fused, true), end, 0)
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
function* reduce(around: Surroundings, fused: Fused, input: Given, place: Place, f: Callable): Running<AnyBlock> {
  const ranges = yield* inputOf(input, fused)
  const end = { terminal: "push", place, functions: [] } as const
  const first: Array<unknown> = []
  yield* runLoop(around, fused, ranges, end, first, () => first.length > 0)
  if (first.length === 0) return Block.empty
  const [start, ...others] = first
  const some = yield* rangesOf(Block.fromArray(others))
  const value = others.length === 0 ? start : yield* fold(around, nothing(), some, place, f, start)
  return Block.fromArray([yield* fold(around, fused, ranges, place, f, value)])
}

/** Runs one step, after the element-wise ones that are still to be run. */
function* runStep(
  around: Surroundings,
  fused: Fused,
  input: Given,
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
      if (narrow.known?.name === "count") return Block.fromArray([yield* count(around, fused, input, step)])
      const start = attempt(step, narrow.zero)
      return Block.fromArray([yield* fold(around, fused, yield* inputOf(input, fused), step, narrow.f, start)])
    }
    case "partition": {
      const block = yield* push(around, fused, input)
      checkMemory(around, step, () => weighBlocks([block]))
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

/** Runs steps that end with `take` over some records, then over more of them, until there are enough results. */
function* runInParts(
  around: Surroundings,
  steps: ReadonlyArray<Step>,
  input: AnyBlock,
  limit: number,
): Running<AnyBlock> {
  const records = yield* Block.gather(input)
  const blocks: Array<AnyBlock> = []
  let left = limit
  for (let start = 0, size = limit; left > 0 && start < records.length; start += size, size *= 2) {
    const some = yield* toBlock(around, steps, Block.fromArray(records.slice(start, start + size)), left)
    blocks.push(some)
    left -= some.length
    if (isDue()) yield
  }
  return Block.concat(blocks)
}

/**
 * Runs the steps in order. Gives the steps of the last loop, which have not run yet, and its input. `most` is an upper limit
 * for every `take`.
 */
function* runSteps(
  around: Surroundings,
  steps: ReadonlyArray<Step>,
  input: Given,
  most: number,
): Running<{ readonly block: Given; readonly fused: Fused }> {
  let block = input
  let fused = nothing()
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i] as Step
    const narrow = narrowAt(around, step)
    if (isElement(narrow)) {
      if (fused.kinds.length >= MOST_FUSED) {
        block = yield* push(around, fused, block)
        fused = nothing()
      }
      fused.steps.push(step)
      fused.kinds.push(kindOf(narrow))
      fused.functions.push(narrow.f)
      continue
    }
    const end = narrow.kind === "effect" && narrow.each === true ? takeBehind(around, steps, i) : undefined
    if (end === undefined) {
      block = yield* runStep(around, fused, block, step, narrow, most)
    } else {
      const some = steps.slice(i, end + 1)
      const limit = Math.min(most, limitOf(around, some) ?? Infinity)
      const all = yield* push(around, fused, block)
      const isLimited = limit < all.length
      block = isLimited
        ? yield* runInParts(around, some, all, limit)
        : yield* runStep(around, nothing(), all, step, narrow, most)
      if (isLimited) i = end
    }
    fused = nothing()
  }
  return { block, fused }
}

/** Runs steps over a block, and gives the block of their records. `most` is an upper limit for every `take`. */
export function* toBlock(
  around: Surroundings,
  steps: ReadonlyArray<Step>,
  input: Given,
  most = Infinity,
): Running<AnyBlock> {
  const { block, fused } = yield* runSteps(around, steps, input, most)
  return yield* push(around, fused, block)
}

/** Runs steps over a block, and combines their pairs by key. `place` is that of the combine functions. */
export function* toTable(
  around: Surroundings,
  steps: ReadonlyArray<Step>,
  input: Given,
  place: Place,
  combine: Combine,
): Running<KeyedTable<unknown, unknown>> {
  const { block, fused } = yield* runSteps(around, steps, input, Infinity)
  const terminal = combine.known?.name === "sumByKey" ? "sum" : "combine"
  const end: End<"combine" | "sum"> = { terminal, place, functions: [combine.create, combine.mergeValue] }
  return yield* runLoop(around, fused, yield* inputOf(block, fused), end, new KeyedTable())
}
