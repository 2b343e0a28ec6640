/**
 * Runs one task on one partition: reads its input, runs its steps, and writes the result.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { listOf } from "../../core/results.ts"
import * as Block from "../../rdd/block.ts"
import { columnsOf, joinColumns, PairBlock } from "../../rdd/pair_block.ts"
import { givesWay } from "../plan/giving_way.ts"
import type { Cut, Input, Partition, Place, Step, Task, ToBuckets, Write, Written } from "../plan/task.ts"
import { andThen, attempt, isWaiting, type Maybe, PlaceFailed, toEffect } from "./failure.ts"
import { freeze } from "./freezing.ts"
import * as Grouping from "./grouping.ts"
import * as Layers from "./layers.ts"
import { partitionerOf, primitiveAt, type Surroundings } from "./operations.ts"
import * as Shuffle from "./shuffle.ts"
import { limitOf, toBlock, toTable } from "./steps.ts"

type AnyBlock = Block.Block<unknown>
type Kind<K extends Input["kind"]> = Extract<Input, { readonly kind: K }>

const computing = (around: Surroundings, partition: Partition): Effect.Effect<AnyBlock, PlaceFailed, unknown> =>
  toEffect(() => compute(around, partition))

/** Computes partitions one after another. */
const computeAll = (around: Surroundings, partitions: ReadonlyArray<Partition>): Maybe<ReadonlyArray<AnyBlock>> => {
  if (partitions.length > 1 && givesWay()) {
    return Effect.forEach(partitions, (partition) => Effect.tap(computing(around, partition), Effect.yieldNow))
  }
  const blocks: Array<AnyBlock> = []
  for (let i = 0; i < partitions.length; i++) {
    const block = compute(around, partitions[i] as Partition)
    if (isWaiting(block)) {
      const rest = Effect.forEach(partitions.slice(i + 1), (partition) => computing(around, partition))
      return Effect.zipWith(block, rest, (waited, others) => [...blocks, waited, ...others])
    }
    blocks.push(block)
  }
  return blocks
}

const load = (around: Surroundings, input: Kind<"load">): Maybe<AnyBlock> => {
  const { index, partitions } = input
  const source = primitiveAt(around, input, "source")
  const loaded = attempt(input, () => source.load(index, partitions))
  return Effect.isEffect(loaded) ? Effect.mapError(loaded, (reason) => new PlaceFailed(input, reason)) : loaded
}

/** Makes a block of buckets: once, where several tasks read the same buckets. */
const gatherOnce = ({ gathered }: Surroundings, input: Input, gather: () => AnyBlock): AnyBlock => {
  const known = gathered?.get(input)
  if (known !== undefined) return known
  const block = gather()
  gathered?.set(input, block)
  return block
}

const combined = (around: Surroundings, input: Kind<"combined">): AnyBlock => {
  const { combine } = primitiveAt(around, input, "shuffle")
  return gatherOnce(
    around,
    input,
    () =>
      attempt(
        input,
        () => combine === undefined ? joinColumns(input.buckets) : Shuffle.gatherCombined(input.buckets, combine),
      ),
  )
}

const combine = (around: Surroundings, place: Place, { input, steps }: Partition) => {
  const { combine } = primitiveAt(around, place, "shuffle")
  if (combine === undefined) throw new TypeError("a shuffle without functions to combine by")
  return andThen(read(around, input), (block) => toTable(around, steps, block, place, combine))
}

const state = (around: Surroundings, input: Kind<"state">): Maybe<AnyBlock> => {
  const { at, data, from, id, index, initial } = input
  const { step } = primitiveAt(around, input, "state")
  return andThen(
    computeAll(around, initial === undefined ? [data] : [data, initial]),
    ([records = Block.empty, seed = Block.empty]) => {
      const version = around.states.open(id, index, from, at)
      return attempt(input, () => {
        const results = step.f(version, columnsOf(records), index, from === undefined, columnsOf(seed))
        return "records" in results ? results : Block.fromArray(results)
      })
    },
  )
}

const view = (around: Surroundings, input: Kind<"view">): AnyBlock => {
  const { at, id, index } = input
  const { f } = primitiveAt(around, input, "view")
  const version = around.states.view(id, index, at)
  return version === undefined ? Block.empty : attempt(input, () => Block.fromArray(Array.from(f(version, index))))
}

/** Reads the input of a partition. */
const read = (around: Surroundings, input: Input): Maybe<AnyBlock> => {
  switch (input.kind) {
    case "block":
      return around.freezeRecords ? freeze(input.block) : input.block
    case "load":
      return around.freezeRecords ? andThen(load(around, input), freeze) : load(around, input)
    case "pairs":
      return gatherOnce(around, input, () => joinColumns(input.buckets))
    case "dealt":
      return gatherOnce(
        around,
        input,
        () => Block.fromArray(Block.joinArrays(input.buckets.map(({ values }) => values))),
      )
    case "combined":
      return combined(around, input)
    case "combine":
      return andThen(combine(around, input, input.of), (table) => new PairBlock(table))
    case "concat":
      return andThen(computeAll(around, input.parts), Block.concat)
    case "zip": {
      const { f } = primitiveAt(around, input, "zip")
      const recordsOf = (blocks: ReadonlyArray<AnyBlock>) =>
        blocks.map(({ records }) => records as ReadonlyArray<never>)
      return andThen(
        computeAll(around, input.sides),
        (blocks) => attempt(input, () => Block.fromArray(listOf(f(recordsOf(blocks), input.index)))),
      )
    }
    case "cartesian":
      return andThen(
        computeAll(around, [input.left, input.right]),
        ([left = Block.empty, right = Block.empty]) =>
          Block.fromArray(left.records.flatMap((a) => right.records.map((b) => [a, b]))),
      )
    case "cogroup": {
      const { join, sides } = input
      return andThen(
        computeAll(around, sides),
        (blocks) =>
          attempt(
            input,
            () => join === undefined ? Grouping.gatherGroups(blocks) : Grouping.gatherJoined(blocks, join),
          ),
      )
    }
    case "state":
      return state(around, input)
    case "view":
      return view(around, input)
    case "provide":
      return Layers.provide(around, input, computing(around, input.of))
  }
}

/** Computes partitions one after another, until there are enough records. `steps` come after those of each partition. */
const computeSome = (
  around: Surroundings,
  parts: ReadonlyArray<Partition>,
  steps: ReadonlyArray<Step>,
  limit: number,
): Maybe<AnyBlock> => {
  const blocks: Array<AnyBlock> = []
  let left = limit
  for (const [i, part] of parts.entries()) {
    if (left <= 0) break
    const some = compute(around, { input: part.input, steps: [...part.steps, ...steps] }, left)
    if (isWaiting(some)) {
      return andThen(some, (block) =>
        andThen(
          computeSome(around, parts.slice(i + 1), steps, left - block.length),
          (more) => Block.concat([...blocks, block, more]),
        ))
    }
    blocks.push(some)
    left -= some.length
  }
  return Block.concat(blocks)
}

/** Computes a partition: its input, and the steps over it. `most`: no more records are wanted of a `take` at their end. */
const compute = (around: Surroundings, { input, steps }: Partition, most?: number): Maybe<AnyBlock> => {
  const limit = input.kind === "concat" && steps.length > 0 ? limitOf(around, steps) : undefined
  return input.kind === "concat" && limit !== undefined
    ? computeSome(around, input.parts, steps, Math.min(limit, most ?? limit))
    : andThen(read(around, input), (block) => toBlock(around, steps, block, most))
}

const cut = (around: Surroundings, partition: Partition, write: ToBuckets): Maybe<Cut> => {
  switch (write.kind) {
    case "table":
      return andThen(
        combine(around, write, partition),
        (table) => attempt(write, () => Shuffle.cutTable(table, partitionerOf(around, write.by))),
      )
    case "pairs":
      return andThen(
        compute(around, partition),
        (block) => attempt(write, () => Shuffle.cutPairs(block, partitionerOf(around, write.by))),
      )
    case "deal":
      return andThen(compute(around, partition), ({ records }) => Shuffle.deal(records, write.partitions, write.index))
  }
}

/** Runs a task. Gives what it has written, or an Effect of that if it has to wait. Throws {@link PlaceFailed}. */
export const run = <W extends Write>(
  around: Surroundings,
  { layers, partition, write }: Task<W>,
): Maybe<Written<W>> => {
  const body = (): Maybe<Written> => write.kind === "block" ? compute(around, partition) : cut(around, partition, write)
  const given = layers.reduceRight<() => Maybe<Written>>(
    (inner, place) => () => Layers.provide(around, place, toEffect(inner)),
    body,
  )
  // `write` decides what is written, which the compiler does not see in a type parameter.
  return given() as Maybe<Written<W>>
}
