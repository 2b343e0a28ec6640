import assert from "node:assert/strict"
import fc from "fast-check"
import * as DStream from "../../lib/dstream.ts"
import { failure, input, partitions, run } from "./batches.ts"

const batches = fc.array(fc.array(fc.integer()), { maxLength: 4 })

/** An operator agrees, batch by batch, with what an array method does. */
const agrees = <B>(
  operator: (self: DStream.DStream<number>) => DStream.DStream<B>,
  oracle: (records: ReadonlyArray<number>) => ReadonlyArray<B>,
): Promise<void> =>
  fc.assert(
    fc.asyncProperty(batches, async (given) =>
      assert.deepEqual(await run(operator(input(given)), given.length), given.map(oracle))),
    { numRuns: 20 },
  )

Deno.test("map() applies its function to every record of every batch", () =>
  agrees(DStream.map((n) => n * 2), (records) => records.map((n) => n * 2)))

Deno.test("filter() keeps what is accepted, in its partition", async () => {
  await agrees(DStream.filter((n) => n % 2 === 0), (records) => records.filter((n) => n % 2 === 0))
  assert.deepEqual(await partitions(DStream.filter(input([[1, 2, 3, 5]]), (n) => n < 3)), [[[1, 2], []]])
})

Deno.test("flatMap() concatenates what its function gives", () =>
  agrees(DStream.flatMap((n) => [n, n + 1]), (records) => records.flatMap((n) => [n, n + 1])))

Deno.test("flatMap() takes any iterable", async () => {
  const twice = DStream.flatMap(input([["a"]]), function* (word) {
    yield word
    yield word
  })
  assert.deepEqual(await run(twice), [["a", "a"]])
})

Deno.test("glom() gives each partition as one record, empty ones too", async () => {
  assert.deepEqual(await partitions(DStream.glom(input([[1, 2, 3], [], "empty"])), 3), [
    [[[1]], [[2, 3]]],
    [[[]], [[]]],
    [],
  ])
})

Deno.test("mapPartitions() runs its function once for each partition, with its index", async () => {
  const sums = DStream.mapPartitions(input([[1, 2, 3], []]), (part, i) => [[i, part.reduce((a, b) => a + b, 0)]])
  assert.deepEqual(await partitions(sums, 2), [[[[0, 1]], [[1, 5]]], [[[0, 0]], [[1, 0]]]])
})

Deno.test("map() has no RDD where its parent has none", async () => {
  const doubled = DStream.map(input([null, [1]]), (n) => n * 2)
  assert.ok(await failure(doubled) instanceof DStream.NoRDD)
  assert.ok(await failure(doubled.pipe(DStream.filter(() => true), DStream.glom)) instanceof DStream.NoRDD)
})

Deno.test("map() keeps an RDD without partitions as it is", async () =>
  assert.deepEqual(await partitions(DStream.map(input(["empty"]), (n) => n)), [[]]))

Deno.test("operators name themselves, their parent, their functions and their place", () => {
  const numbers = input<number>([])
  const f = (n: number) => n
  const mapped = DStream.map(numbers, f)
  assert.equal(mapped.operation, "map")
  assert.deepEqual(mapped.parents, [numbers])
  assert.deepEqual(mapped.traits.functions, [f])
  assert.match(mapped.site.short, /^element_test\.ts:\d+:\d+$/)
})
