import assert from "node:assert/strict"
import * as fc from "fast-check"
import * as Option from "effect/Option"
import * as DStream from "../../../lib/dstream.ts"
import { Testing } from "../../../lib/testing.ts"
import { holds } from "../../testing/laws.ts"
import { failure, input, partitions, run, unplaced } from "../batches.ts"

type Pair = readonly [string, number]

const side = Testing.batches(Testing.pairs(fc.nat(3), fc.constantFrom("a", "b", "c")), { maxBatches: 2, maxRecords: 6 })
const keys = (...sides: ReadonlyArray<ReadonlyArray<Pair>>) => Array.from(new Set(sides.flat().map(([key]) => key)))
const valuesOf = (pairs: ReadonlyArray<Pair>, key: string) => pairs.flatMap(([k, n]) => k === key ? [n] : [])
const orNone = (values: ReadonlyArray<number>) => values.length === 0 ? [Option.none()] : values.map(Option.some)
const cross = <A, B>(key: string, as: ReadonlyArray<A>, bs: ReadonlyArray<B>) =>
  as.flatMap((a) => bs.map((b) => [key, [a, b]]))

type Stream = DStream.DStream<readonly [string, number]>

const agrees = (
  join: (left: Stream, right: Stream) => DStream.DStream<unknown>,
  oracle: (key: string, left: ReadonlyArray<number>, right: ReadonlyArray<number>) => ReadonlyArray<unknown>,
): Promise<void> =>
  holds(Testing.oracle(
    join,
    Testing.perBatch((left, right) =>
      keys(left, right).flatMap((key) => oracle(key, valuesOf(left, key), valuesOf(right, key)))
    ),
    { inputs: [side, side] },
  ))

Deno.test("cogroup() gives the values that each stream has for a key", () =>
  agrees((left, right) => DStream.cogroup(left, right), (key, left, right) => [[key, [left, right]]]))

Deno.test("join() gives every pair of values of a key that both streams have", () =>
  agrees((left, right) => DStream.join(left, right), cross))

Deno.test("join() gives the result of two nested loops", () =>
  holds(Testing.laws.joinIsNestedLoop({ left: side, right: side })))

Deno.test("leftOuterJoin() keeps left values without a partner", () =>
  agrees((left, right) => DStream.leftOuterJoin(left, right), (key, left, right) => cross(key, left, orNone(right))))

Deno.test("rightOuterJoin() keeps right values without a partner", () =>
  agrees((left, right) => DStream.rightOuterJoin(left, right), (key, left, right) => cross(key, orNone(left), right)))

Deno.test("fullOuterJoin() keeps both", () =>
  agrees(
    (left, right) => DStream.fullOuterJoin(left, right),
    (key, left, right) => cross(key, orNone(left), orNone(right)),
  ))

Deno.test("join() joins batch by batch", async () => {
  const left = input<[string, number]>([[["a", 1]], [["b", 2]]])
  const right = input<[string, string]>([[["a", "x"]], [["a", "y"]]])
  assert.deepEqual(await run(left.pipe(DStream.join(right)), 2), [[["a", [1, "x"]]], []])
})

Deno.test("join() hashes keys into the default or the given number of partitions", async () => {
  const left = input<[string, number]>([[["a", 1], ["b", 1]]])
  const both = [["b", [1, 1]]], one = [["a", [1, 1]]]
  assert.deepEqual(await partitions(DStream.join(left, left)), [[both, one]])
  assert.deepEqual(await partitions(DStream.join(left, left, { partitions: 3 })), [[[], one, both]])
})

Deno.test("join() fails where either stream has no RDD", async () => {
  const left = input<[string, number]>([[["a", 1]]])
  const none = input<[string, number]>([null])
  for (const joined of [DStream.join(left, none), DStream.join(none, left)]) {
    assert.ok(await failure(joined) instanceof DStream.ParentWithoutRDD)
  }
})

Deno.test("join() reports streams of different slides, and a partition count below one, before start", () => {
  const [fast, slow] = [input<[string, number]>([]), input<[string, number]>([], 2000)]
  assert.deepEqual(DStream.join(fast, slow, { partitions: 0 }).traits.check?.(1000).map(unplaced), [
    "Some of the DStreams have different slide durations: input has 1000 ms, input has 2000 ms",
    "DStream.join: partitions is 0, but must be a positive whole number",
  ])
  assert.deepEqual(DStream.join(fast, slow).traits.check?.(2000), [])
})
