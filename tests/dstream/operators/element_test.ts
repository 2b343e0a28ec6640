import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as fc from "fast-check"
import * as DStream from "../../../lib/dstream.ts"
import { Testing } from "../../../lib/testing.ts"
import { holds } from "../../testing/laws.ts"
import { failure, input, partitions, run } from "../batches.ts"

/** Checks on every engine that an operator has the same result as an array method, batch by batch. */
const agrees = <B>(
  operator: (self: DStream.DStream<number>) => DStream.DStream<B>,
  oracle: (records: ReadonlyArray<number>) => ReadonlyArray<B>,
): Promise<void> =>
  holds(Testing.oracle(operator, Testing.perBatch(oracle), { inputs: [Testing.arrivals(fc.integer())], order: "list" }))

const arrivals = Testing.arrivals(fc.integer())
const even = (n: number) => n % 2 === 0

Deno.test("map() applies its function to every record of every batch", () =>
  agrees(DStream.map((n) => n * 2), (records) => records.map((n) => n * 2)))

Deno.test("map() after map() is one map of both functions", () =>
  holds(Testing.laws.mapFusion((n: number) => n + 1, (n) => `${n}`, { input: arrivals })))

Deno.test("filter() keeps accepted records in their partition", async () => {
  await agrees(DStream.filter(even), (records) => records.filter(even))
  assert.deepEqual(await partitions(DStream.filter(input([[1, 2, 3, 5]]), (n) => n < 3)), [[[1, 2], []]])
})

Deno.test("filter() after filter() is one filter by both", () =>
  holds(Testing.laws.filterFusion(even, (n) => n > 0, { input: arrivals })))

Deno.test("flatMap() concatenates the results of its function", () =>
  agrees(DStream.flatMap((n) => [n, n + 1]), (records) => records.flatMap((n) => [n, n + 1])))

Deno.test("flatMap() after flatMap() is one flatMap of both", () =>
  holds(Testing.laws.flatMapAssociates((n: number) => even(n) ? [n, n] : [], (n) => [n, -n], { input: arrivals })))

Deno.test("map(), filter() and flatMap() do not depend on how records are split into partitions and batches", async () => {
  const all = (self: DStream.DStream<number>) =>
    self.pipe(DStream.map((n) => n + 1), DStream.filter(even), DStream.flatMap((n) => [n, n]))
  await holds(Testing.laws.partitioningIsInvisible(all, { input: arrivals, order: "list" }))
  await holds(Testing.laws.splittingIsInvisible(all, { input: Testing.batches(fc.integer()), order: "list" }))
})

Deno.test("flatMap() takes any iterable", async () => {
  const twice = DStream.flatMap(input([["a"]]), function* (word) {
    yield word
    yield word
  })
  assert.deepEqual(await run(twice), [["a", "a"]])
})

Deno.test("map(), filter() and flatMap() treat records that are Effects as data", async () => {
  const outcomes = [Exit.succeed(1), Exit.fail("no"), new RangeError("far")]
  const passed = Testing.input([outcomes]).pipe(
    DStream.map((outcome) => outcome),
    DStream.flatMap((outcome) => [outcome]),
    DStream.filter(() => true),
  )
  assert.deepEqual(await Effect.runPromise(Testing.run(passed)), [outcomes])
})

Deno.test("map() has no RDD where its parent has none", async () => {
  const doubled = DStream.map(input([null, [1]]), (n) => n * 2)
  assert.ok(await failure(doubled) instanceof DStream.NoRDD)
  assert.ok(await failure(doubled.pipe(DStream.filter(() => true), DStream.glom)) instanceof DStream.NoRDD)
})

Deno.test("map() keeps an RDD without partitions as it is", async () =>
  assert.deepEqual(await partitions(DStream.map(input(["empty"]), (n) => n)), [[]]))

Deno.test("operators have their operation, parent, functions and call site", () => {
  const numbers = input<number>([])
  const f = (n: number) => n
  const mapped = DStream.map(numbers, f)
  assert.equal(mapped.operation, "map")
  assert.deepEqual(mapped.parents, [numbers])
  assert.deepEqual(mapped.functions, [f])
  assert.match(mapped.site.short, /^element_test\.ts:\d+:\d+$/)
})
