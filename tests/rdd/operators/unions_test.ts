import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Partitioner from "../../../lib/partitioner.ts"
import * as RDD from "../../../lib/rdd.ts"
import { onEngines } from "../run.ts"

const of = <A>(data: ReadonlyArray<A>, partitions: number) => RDD.parallelize(data, { partitions })

onEngines("union() appends the partitions of the second RDD to those of the first", () =>
  Effect.gen(function* () {
    const parts = yield* of([1, 2, 3], 2).pipe(RDD.union(of([4, 1], 3)), RDD.glom, RDD.collect)
    assert.deepEqual(parts, [[1], [2, 3], [], [4], [1]])
  }))

onEngines("unionAll() ignores RDDs without partitions, and has the union of all types", () =>
  Effect.gen(function* () {
    const all: RDD.RDD<number | string> = RDD.unionAll([of([1, 2], 2), RDD.empty<number>(), of(["a"], 1)])
    assert.deepEqual(yield* RDD.collect(RDD.glom(all)), [[1], [2], ["a"]])
    assert.deepEqual(yield* RDD.collect(RDD.unionAll([])), [])
  }))

onEngines("union() keeps the partitioner if both RDDs have an equal one", () =>
  Effect.gen(function* () {
    const by = Partitioner.hash(2)
    const a = of<[string, number]>([["a", 1], ["b", 2]], 2).pipe(RDD.partitionBy(by))
    const b = of<[string, number]>([["a", 3], ["c", 4]], 2).pipe(RDD.partitionBy(Partitioner.hash(2)))
    const all = RDD.union(a, b)
    assert.deepEqual(yield* RDD.collect(RDD.glom(all)), [[["b", 2]], [["a", 1], ["a", 3], ["c", 4]]])
    assert.deepEqual(Option.map(yield* RDD.partitioner(all), Partitioner.show), Option.some("HashPartitioner(2)"))
    const mixed = RDD.union(a, RDD.partitionBy(b, Partitioner.hash(3)))
    assert.equal(yield* RDD.getNumPartitions(mixed), 5)
  }))
