/**
 * Runs one task on one partition: reads its input, runs its steps, and writes the result.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { PartitionTooLarge } from "../../core/errors.ts"
import { currentPacing, isDue, type Piecewise, run } from "../../core/pace.ts"
import * as Block from "../../rdd/block.ts"
import { CurrentJob } from "../../rdd/engine.ts"
import { Flow } from "../../rdd/flow.ts"
import { columnsIfPairs, columnsOf, joinColumns, PairBlock } from "../../rdd/pair_block.ts"
import type { Loaded, StateStep } from "../../rdd/primitive.ts"
import type { PendingState } from "../../rdd/state.ts"
import type { Bucket, Cut, Input, Partition, Place, Step, Task, ToBuckets, Write, Written } from "../plan/task.ts"
import { CartesianBlock } from "./cartesian.ts"
import { attempt, attemptInPieces, PlaceFailed, type Running, waiting } from "./failure.ts"
import { Flowing, flowing, gathered } from "./flowing.ts"
import { freeze } from "./freezing.ts"
import * as Grouping from "./grouping.ts"
import * as Joining from "./joining.ts"
import * as Layers from "./layers.ts"
import { type Gathering, partitionerOf, primitiveAt, type Surroundings } from "./operations.ts"
import * as Shuffle from "./shuffle.ts"
import { limitOf } from "./limits.ts"
import { checkMemory, weighBlocks, weighBuckets } from "./memory.ts"
import { toBlock, toTable } from "./steps.ts"

type AnyBlock = Block.Block<unknown>
type Kind<K extends Input["kind"]> = Extract<Input, { readonly kind: K }>

/** Computes partitions one after another. The event loop gets its turns in between as well. */
function* computeAll(around: Surroundings, partitions: ReadonlyArray<Partition>): Running<ReadonlyArray<AnyBlock>> {
  const blocks: Array<AnyBlock> = []
  for (const partition of partitions) {
    if (blocks.length > 0 && isDue()) yield
    blocks.push(yield* compute(around, partition))
  }
  return blocks
}

/** Loads a partition of a source, and goes on with its records, which may be a flow. */
function* load<A>(
  around: Surroundings,
  input: Kind<"load">,
  work: (given: AnyBlock | Flowing) => Running<A>,
): Running<A> {
  const { index, partitions } = input
  const source = primitiveAt(around, input, "source")
  const loaded = attempt(input, () => source.load(index, partitions))
  const given = Effect.isEffect(loaded)
    ? yield* waiting(Effect.mapError(loaded, (reason) => new PlaceFailed(input, reason)))
    : loaded
  return yield* opened(around, input, given, work)
}

/** Goes on with records that are there, or that arrive. */
function* opened<A>(
  around: Surroundings,
  place: Place,
  given: Loaded,
  work: (given: AnyBlock | Flowing) => Running<A>,
): Running<A> {
  if (!(given instanceof Flow)) return yield* work(around.freezeRecords ? yield* freeze(given) : given)
  return yield* flowing(place, given, (flow) => around.freezeRecords ? frozen(flow, work) : work(flow))
}

function* frozen<A>(flow: Flowing, work: (given: AnyBlock) => Running<A>): Running<A> {
  return yield* work(yield* freeze(yield* gathered(flow)))
}

/** All records of a source, which may have come as a flow. */
function* inOneBlock(given: AnyBlock | Flowing): Running<AnyBlock> {
  return given instanceof Flowing ? yield* gathered(given) : given
}

/** Reads the input of a partition, goes on with its records, and counts those that come from outside the task. */
function* reading<A>(
  around: Surroundings,
  input: Input,
  work: (given: AnyBlock | Flowing) => Running<A>,
): Running<A> {
  const counting = (given: AnyBlock | Flowing) => counted(input, given, work)
  if (input.kind === "load") return yield* load(around, input, counting)
  if (input.kind === "held") return yield* opened(around, input, input.held.open(), counting)
  return yield* counting(yield* read(around, input))
}

function* counted<A, G extends AnyBlock | Flowing>(
  input: Input,
  given: G,
  work: (given: G) => Running<A>,
): Running<A> {
  const result = yield* work(given)
  countRead(input, given)
  return result
}

/**
 * Gathers buckets, once where tasks share them: if another task has begun and waits for its turn, this one goes on where
 * it is.
 */
function* gatherOnce({ gathered }: Surroundings, input: Input, gather: () => Piecewise<AnyBlock>): Piecewise<AnyBlock> {
  if (gathered === undefined) return yield* gather()
  const gathering = gathered.get(input) ?? { work: gather(), outcome: undefined }
  gathered.set(input, gathering)
  while (gathering.outcome === undefined) if (!goOn(gathering)) yield
  const { outcome } = gathering
  if ("block" in outcome) return outcome.block
  // The next task that needs the block begins anew.
  gathered.delete(input)
  throw outcome.cause
}

/** Does some of the work. Tells whether that was the last of it. */
const goOn = (gathering: Gathering): boolean => {
  try {
    const step = gathering.work.next()
    if (step.done === true) gathering.outcome = { block: step.value }
    return step.done === true
  } catch (cause) {
    gathering.outcome = { cause }
    return true
  }
}

// deno-lint-ignore require-yield
function* joined(buckets: ReadonlyArray<Bucket>): Piecewise<AnyBlock> {
  return joinColumns(buckets)
}

// deno-lint-ignore require-yield
function* dealt(buckets: ReadonlyArray<Bucket>): Piecewise<AnyBlock> {
  return Block.fromArray(Block.joinArrays(buckets.map(({ values }) => values)))
}

function* combined(around: Surroundings, input: Kind<"combined">): Running<AnyBlock> {
  const { buckets } = input
  const { combine } = primitiveAt(around, input, "shuffle")
  checkMemory(around, input, () => weighBuckets(buckets))
  const gather = () => combine === undefined ? joined(buckets) : Shuffle.gatherCombined(buckets, combine)
  return yield* attemptInPieces(input, () => gatherOnce(around, input, gather))
}

function* combine(around: Surroundings, place: Place, { input, steps }: Partition) {
  const { combine } = primitiveAt(around, place, "shuffle")
  if (combine === undefined) throw new TypeError("a shuffle without functions to combine by")
  return yield* reading(around, input, (given) => toTable(around, steps, given, place, combine))
}

function* state(around: Surroundings, input: Kind<"state">): Running<AnyBlock> {
  const { at, data, from, id, index, initial } = input
  const { step } = primitiveAt(around, input, "state")
  const blocks = yield* computeAll(around, initial === undefined ? [data] : [data, initial])
  const version = around.states.open(id, index, from, at)
  return yield* attemptInPieces(input, () => written(around, input, step, version, blocks))
}

/** Writes a version of a state, and gives the records of the operation. */
function* written(
  around: Surroundings,
  input: Kind<"state">,
  step: StateStep,
  version: PendingState,
  [records = Block.empty, seed = Block.empty]: ReadonlyArray<AnyBlock>,
): Piecewise<AnyBlock> {
  const { from, id, index } = input
  const { now } = currentPacing()
  const startedAt = now()
  const pairs = yield* columnsOf(records)
  const results = yield* step.f(version, pairs, index, from === undefined, yield* columnsOf(seed))
  around.states.worked(id, pairs.keys.length, now() - startedAt)
  const block = "records" in results ? results : Block.fromArray(results)
  checkMemory(around, input, () => version.bytes + weighBlocks([block]))
  return block
}

function* view(around: Surroundings, input: Kind<"view">): Running<AnyBlock> {
  const { at, id, index } = input
  const { f } = primitiveAt(around, input, "view")
  const version = around.states.view(id, index, at)
  return version === undefined ? Block.empty : Block.fromArray(yield* attemptInPieces(input, () => f(version, index)))
}

function* zip(around: Surroundings, input: Kind<"zip">): Running<AnyBlock> {
  const { f } = primitiveAt(around, input, "zip")
  const parts: Array<ReadonlyArray<never>> = []
  for (const block of yield* computeAll(around, input.sides)) {
    // The types of the operation say which records it takes.
    parts.push((yield* Block.gather(block)) as ReadonlyArray<never>)
  }
  return Block.fromArray(yield* attemptInPieces(input, () => f(parts, input.index)))
}

function* cartesian(around: Surroundings, input: Kind<"cartesian">): Running<AnyBlock> {
  const [left = Block.empty, right = Block.empty] = yield* computeAll(around, [input.left, input.right])
  return new CartesianBlock(yield* Block.gather(left), yield* Block.gather(right))
}

function* cogroup(around: Surroundings, input: Kind<"cogroup">): Running<AnyBlock> {
  const { join, sides } = input
  const blocks = yield* computeAll(around, sides)
  checkMemory(around, input, () => weighBlocks(blocks))
  return yield* attemptInPieces<AnyBlock>(
    input,
    () => join === undefined ? Grouping.gatherGroups(blocks) : Joining.gatherJoined(blocks, join),
  )
}

/** Reads the input of a partition. */
function* read(around: Surroundings, input: Input): Running<AnyBlock> {
  switch (input.kind) {
    case "block":
      return around.freezeRecords ? yield* freeze(input.block) : input.block
    case "held":
      return yield* opened(around, input, input.held.open(), inOneBlock)
    case "load":
      return yield* load(around, input, inOneBlock)
    case "pairs":
      return yield* gatherOnce(around, input, () => joined(input.buckets))
    case "dealt":
      return yield* gatherOnce(around, input, () => dealt(input.buckets))
    case "combined":
      return yield* combined(around, input)
    case "combine":
      return Shuffle.blockOf(yield* combine(around, input, input.of))
    case "concat":
      return Block.concat(yield* computeAll(around, input.parts))
    case "zip":
      return yield* zip(around, input)
    case "cartesian":
      return yield* cartesian(around, input)
    case "cogroup":
      return yield* cogroup(around, input)
    case "state":
      return yield* state(around, input)
    case "view":
      return yield* view(around, input)
    case "provide":
      return yield* waiting(Layers.provide(around, input, run(() => compute(around, input.of))))
    case "once":
      throw new TypeError("a task reads a partition whose block is missing")
  }
}

/** Computes a partition: its input, and the steps over it. `most` is an upper limit for every `take`. */
function* compute(around: Surroundings, { input, steps }: Partition, most = Infinity): Running<AnyBlock> {
  if (input.kind === "concat" || input.kind === "provide") {
    const wanted = limitOf(around, steps)
    if (wanted !== undefined) return yield* computeFirst(around, input, steps, Math.min(wanted, most))
  }
  return yield* reading(around, input, (given) => toBlock(around, steps, given, most))
}

/** Counts the records of a block that comes from an input, a kept RDD or a state. By now, the lines of text are counted. */
const countRead = (input: Input, block: AnyBlock | Flowing): void => {
  const { kind } = input
  const isBlock = kind === "block" && input.isCounted !== true
  if (!isBlock && kind !== "held" && kind !== "load" && kind !== "view") return
  const count = Fiber.getCurrent()?.getRef(CurrentJob).countRead
  if (count !== undefined) count(block.length)
}

/** Computes the first records of a partition that is made of others, and nothing of what lies behind them. */
function* computeFirst(
  around: Surroundings,
  input: Kind<"concat"> | Kind<"provide">,
  steps: ReadonlyArray<Step>,
  wanted: number,
): Running<AnyBlock> {
  // The steps see one record at a time, so they may go over each of the parts.
  const first = (part: Partition, most: number) =>
    compute(around, { input: part.input, steps: [...part.steps, ...steps] }, most)
  if (input.kind === "provide") {
    return yield* waiting(Layers.provide(around, input, run(() => first(input.of, wanted))))
  }
  const blocks: Array<AnyBlock> = []
  let missing = wanted
  for (const part of input.parts) {
    if (!(missing > 0)) break
    const block = yield* first(part, missing)
    blocks.push(block)
    missing -= block.length
    if (isDue()) yield
  }
  return Block.concat(blocks)
}

/** Computes the records that an operation brings to other partitions. If they take too much memory, it is the one that fails. */
function* computeFor(around: Surroundings, place: Place, partition: Partition): Running<AnyBlock> {
  try {
    return yield* compute(around, partition)
  } catch (cause) {
    const isTooLarge = cause instanceof PlaceFailed && cause.reason instanceof PartitionTooLarge
    throw isTooLarge ? new PlaceFailed(place, cause.reason) : cause
  }
}

function* cut(around: Surroundings, partition: Partition, write: ToBuckets): Running<Cut> {
  switch (write.kind) {
    case "table": {
      const table = yield* combine(around, write, partition)
      return yield* attemptInPieces(write, () => Shuffle.cutTable(table, partitionerOf(around, write.by)))
    }
    case "pairs": {
      const block = yield* computeFor(around, write, partition)
      return yield* attemptInPieces(write, () => Shuffle.cutPairs(block, partitionerOf(around, write.by)))
    }
    case "deal":
      return yield* Shuffle.deal(yield* compute(around, partition), write.partitions, write.index)
  }
}

/** The columns of pairs. Other records stay what they are, and fail the operation that takes them for pairs. */
function* inColumns(block: AnyBlock): Running<AnyBlock> {
  const columns = yield* columnsIfPairs(block)
  return columns === undefined ? block : new PairBlock(columns)
}

function* write(around: Surroundings, { partition, write }: Task): Running<Written> {
  if (write.kind !== "block") return yield* cut(around, partition, write)
  const block = yield* compute(around, partition)
  return write.areColumns === true ? yield* inColumns(block) : block
}

/** Runs a task, and gives what it has written. Throws {@link PlaceFailed}, and so do the Effects fail that it yields. */
export function* runTask<W extends Write>(around: Surroundings, task: Task<W>): Running<Written<W>> {
  const work = task.layers.reduceRight<() => Running<Written>>(
    (inner, place) => () => waiting(Layers.provide(around, place, run(inner))),
    () => write(around, task),
  )
  // `write` decides what is written, which the compiler does not see in a type parameter.
  return (yield* work()) as Written<W>
}
