import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { AnyDStream } from "../../lib/dstream/dstream.ts"
import type { AnyPositions, Planned } from "../../lib/dstream/inputs/positions.ts"
import { parallelize } from "../../lib/rdd/creation.ts"
import type { AnyRDD } from "../../lib/rdd/rdd.ts"
import { constant } from "../../lib/source/constant.ts"
import { queueStream, rddQueue } from "../../lib/source/queue.ts"
import { Flow } from "../../lib/rdd/flow.ts"
import { problemsOf } from "./running.ts"

/** The partitions of an RDD of sources and unions. */
const partitionsOf = (rdd: AnyRDD): ReadonlyArray<ReadonlyArray<unknown>> => {
  const { primitive } = rdd
  if (primitive.kind === "union") return rdd.parents.flatMap(partitionsOf)
  assert(primitive.kind === "source")
  const partitions = primitive.partitions === "default" ? 2 : primitive.partitions
  return Array.from({ length: partitions }, (_, i) => {
    const block = primitive.load(i, partitions)
    assert(!Effect.isEffect(block) && !(block instanceof Flow))
    return block.records
  })
}

const open = (stream: AnyDStream): AnyPositions => {
  const { source } = stream.traits
  assert(source?.kind === "positions")
  return Effect.runSync(source.open as Effect.Effect<AnyPositions>)
}

const plan = (positions: AnyPositions): never => {
  const planned = Effect.runSync(positions.plan(0, Infinity) as Effect.Effect<Option.Option<Planned<unknown>>>)
  return Option.getOrThrow(planned).position as never
}

const read = (positions: AnyPositions, position: never): AnyRDD =>
  Effect.runSync(positions.read(position, 0) as Effect.Effect<AnyRDD>)

const next = (positions: AnyPositions): AnyRDD => read(positions, plan(positions))

const batches = (stream: AnyDStream, n: number) => {
  const positions = open(stream)
  return Array.from({ length: n }, () => partitionsOf(next(positions)))
}

Deno.test("queueStream() takes one RDD per batch, then has empty RDDs with one partition", () => {
  const queue = rddQueue([[1, 2, 3], [4, 5, 6], [7, 8, 9]])
  assert.deepEqual(batches(queueStream(queue), 5), [
    [[1], [2, 3]],
    [[4], [5, 6]],
    [[7], [8, 9]],
    [[]],
    [[]],
  ])
})

Deno.test("queueStream() takes all queued RDDs at once with oneAtATime: false", () => {
  const queue = rddQueue([[1, 2, 3], [4, 5, 6], [7]])
  assert.deepEqual(batches(queueStream(queue, { oneAtATime: false }), 2), [[[1], [2, 3], [4], [5, 6], [], [7]], [[]]])
})

Deno.test("queueStream() has the default RDD when the queue is empty, and an RDD without partitions for null", () => {
  const zeros = queueStream(rddQueue([[1]]), { defaultRDD: parallelize([0, 0]) })
  assert.deepEqual(batches(zeros, 3), [[[], [1]], [[0], [0]], [[0], [0]]])
  assert.deepEqual(batches(queueStream(rddQueue([[1]]), { defaultRDD: null }), 2), [[[], [1]], []])
})

Deno.test("queueStream() takes RDDs that are pushed while it runs, and reads the same RDD again for the same position", () => {
  const queue = rddQueue<string>()
  const positions = open(queueStream(queue))
  queue.push(["1"])
  queue.push(parallelize(["2"]))
  assert.deepEqual(partitionsOf(next(positions)), [[], ["1"]])
  queue.push(["3"])
  const position = plan(positions)
  assert.equal(queue.size, 1)
  assert.deepEqual(partitionsOf(next(positions)), [[], ["3"]])
  for (let i = 0; i < 2; i++) assert.deepEqual(partitionsOf(read(positions, position)), [[], ["2"]])
  Effect.runSync((positions.commit?.(position, 0) ?? Effect.void) as Effect.Effect<void>)
  assert.equal(queue.size, 0)
})

Deno.test("constant() has the same RDD in every batch, and refuses anything else", () => {
  const rdd = parallelize([1, 2, 3])
  const positions = open(constant(rdd))
  assert.equal(next(positions), rdd)
  assert.equal(next(positions), rdd)
  assert.deepEqual(batches(constant([1, 2, 3]), 2), [[[1], [2, 3]], [[1], [2, 3]]])
  assert.equal(constant([1]).traits.source?.title, "Constant")
  assert.deepEqual(problemsOf(constant([1])), [])
  // @ts-expect-error null is no RDD
  const broken = constant(null)
  assert.deepEqual(problemsOf(broken), ["DStream.constant: rdd is null, but must be an RDD or an array of records"])
})

Deno.test("rddQueue() and constant() copy arrays, so that the caller can reuse them", () => {
  const first = [1]
  const pushed = [2]
  const fixed = [3]
  const queue = rddQueue([first])
  queue.push(pushed)
  const stream = constant(fixed)
  for (const array of [first, pushed, fixed]) array.push(9)
  const rdds = [queue.shift() ?? assert.fail(), queue.shift() ?? assert.fail()]
  assert.deepEqual(rdds.map((rdd) => partitionsOf(rdd).flat()), [[1], [2]])
  const rdd = Effect.runSync(open(stream).read(0 as never, 0) as Effect.Effect<AnyRDD>)
  assert.deepEqual(partitionsOf(rdd).flat(), [3])
})
