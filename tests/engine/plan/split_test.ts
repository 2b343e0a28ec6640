import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Partitioner from "../../../lib/partitioner.ts"
import * as RDD from "../../../lib/rdd.ts"
import type { Engine } from "../../../lib/rdd/engine.ts"
import * as Copied from "../copied.ts"

const run = <A, E>(action: Effect.Effect<A, E, Engine>, pairs: Copied.Pairs) =>
  Effect.runPromise(Effect.provide(action, Copied.layer(pairs)))

/** Words in two partitions, each marked by the side whose function has seen it. */
const marked = (side: string) =>
  RDD.parallelize(["a", "b", "a"], { partitions: 2 }).pipe(RDD.map((word) => `${word} ${side}`))

Deno.test("steps with addresses run in the copy, and what is made on the driver after them runs there", async () => {
  const [words, pairs] = Copied.twice(marked)
  let calls = 0
  const counted = RDD.map(words, (word) => `${word}, driver ${++calls}`)
  assert.deepEqual(await run(RDD.collect(counted), pairs), ["a copy, driver 1", "b copy, driver 2", "a copy, driver 3"])
})

Deno.test("steps with addresses above one that has none run in the copy again", async () => {
  const [words, pairs] = Copied.twice(marked)
  const own = RDD.map(words, (word) => `${word}, driver`)
  const above = (side: string) => RDD.map(own, (word) => `${word}, ${side}`)
  const [mine, theirs] = [above("driver"), above("copy")]
  assert.deepEqual(await run(RDD.first(mine), [...pairs, [mine, theirs]]), "a copy, driver, copy")
})

Deno.test("combine functions and partitioners with addresses are those of the copy, also on records of the driver", async () => {
  const own = RDD.parallelize<[string, string]>([["a", "1"], ["b", "2"], ["a", "3"]], { partitions: 2 })
  const by = (side: string) =>
    Partitioner.make({ name: "first", numPartitions: 2, getPartition: (key) => side === "copy" && key === "b" ? 1 : 0 })
  const joined = (side: string) => RDD.reduceByKey(own, (a, b) => `${a}${side}${b}`, { partitioner: by(side) })
  const [mine, theirs] = [joined("driver"), joined("copy")]
  assert.deepEqual(await run(RDD.collect(RDD.glom(mine)), [[mine, theirs]]), [[["a", "1copy3"]], [["b", "2"]]])
})

Deno.test("both sides of a join may be on different sides", async () => {
  const [words, pairs] = Copied.twice((side) =>
    RDD.map(marked(side), (word): [string, string] => [word[0] ?? "", side])
  )
  const own = RDD.parallelize<[string, number]>([["a", 1]])
  assert.deepEqual(await run(RDD.collect(RDD.join(words, own)), pairs), [
    ["a", ["copy", 1]],
    ["a", ["copy", 1]],
  ])
})

Deno.test("of the library's own last steps only the results come to the driver", async () => {
  class Own {
    readonly n: number
    constructor(n: number) {
      this.n = n
    }
  }
  const [things, pairs] = Copied.twice(() =>
    RDD.parallelize([3, 1, 2], { partitions: 2 }).pipe(RDD.mapPartitions((part) => part.map((n) => new Own(n))))
  )
  const failed = await run(Effect.flip(RDD.collect<unknown, never, never>(things)), pairs)
  assert.equal(failed.reason._tag, "NotPortable")
  assert.match(
    failed.message,
    /^mapPartitions at split_test\.ts.* in partition 0 of batch 1000 ms: .* at \[0\]: instance/,
  )
  assert.equal(await run(RDD.count(things), pairs), 3)
  assert.deepEqual(await run(RDD.take(things, 0), pairs), [])
  const [numbers, others] = Copied.twice(() => RDD.parallelize([3, 1, 2, 1], { partitions: 2 }))
  const actions = Effect.all([
    RDD.sum(numbers),
    RDD.max(numbers),
    RDD.takeOrdered(numbers, 2),
    RDD.countByValue(numbers),
    Effect.map(RDD.stats(numbers), ({ mean }) => mean),
    RDD.isEmpty(numbers),
  ])
  assert.deepEqual(await run(actions, others), [7, 3, [1, 1], [[2, 1], [3, 1], [1, 2]], 1.75, false])
})

/** How many records an action on an RDD of 100 records in two partitions brings to the driver, and what it gives. */
const brought = async <A, B, E>(
  record: (n: number) => A,
  action: (rdd: RDD.RDD<A>) => Effect.Effect<B, E, Engine>,
): Promise<readonly [brought: number, result: B]> => {
  const [rdd, pairs] = Copied.twice(() => RDD.map(RDD.range(0, 100, { partitions: 2 }), record))
  let count = 0
  const layer = Copied.layer(pairs, (records) => count += records)
  const result = await Effect.runPromise(Effect.provide(action(rdd), layer))
  return [count, result]
}
const digit = (n: number): number => n % 5
const byDigit = (n: number): readonly [digit: number, n: number] => [digit(n), n]

Deno.test("counts and estimates bring one result of each partition, or one for each key, to the driver", async () => {
  const all = await brought(digit, RDD.collect)
  assert.equal(all[0], 100)
  assert.deepEqual(await brought(digit, RDD.histogram([0, 2, 4])), [2, [40, 60]])
  assert.deepEqual(await brought(digit, RDD.histogram(2)), [4, [[0, 2, 4], [40, 60]]])
  assert.deepEqual(await brought(digit, RDD.countApproxDistinct()), [2, 5])
  const [values, byValue] = await brought(digit, RDD.countByValueApprox("1 minute"))
  assert.deepEqual([values, byValue.initial.map(([key, { mean }]) => [key, mean])], [
    10,
    [[0, 20], [1, 20], [2, 20], [3, 20], [4, 20]],
  ])
  const [keys, byKey] = await brought(byDigit, RDD.countByKeyApprox("1 minute"))
  assert.deepEqual([keys, byKey.initial], [10, byValue.initial])
})

Deno.test("keys() and values() run where the pairs are, also if the driver has added them", async () => {
  assert.deepEqual(await brought(byDigit, (rdd) => RDD.sum(RDD.keys(rdd))), [2, 200])
  assert.deepEqual(await brought(byDigit, (rdd) => RDD.sum(RDD.values(rdd))), [2, 4950])
})

Deno.test("samples bring counts and the records that were drawn to the driver", async () => {
  const [some, sample] = await brought((n) => n, (rdd) => RDD.collect(RDD.sample(rdd, 0.1, { seed: 3 })))
  assert.equal(some, sample.length)
  const [drawn, five] = await brought((n) => n, RDD.takeSample(5, { seed: 3 }))
  assert.equal(five.length, 5)
  assert.ok(drawn >= 2 + 5 && drawn < 50, `${drawn} records`)
  const [whole, records] = await brought((n) => n, RDD.takeSample(100, { seed: 3 }))
  assert.deepEqual([whole, records.length], [2 + 100, 100])
  const fractions = [0, 1, 2, 3, 4].map((key) => [key, 0.1] as const)
  const exact = (rdd: RDD.RDD<readonly [number, number]>) =>
    Effect.flatMap(RDD.sampleByKeyExact(rdd, fractions, { seed: 3 }), RDD.collect)
  const [pairs, taken] = await brought(byDigit, exact)
  assert.deepEqual([pairs, taken.length], [10 + 10, 10])
  const here = Effect.provide(exact(RDD.map(RDD.range(0, 100, { partitions: 2 }), byDigit)), Copied.layer([]))
  assert.deepEqual(taken, await Effect.runPromise(here))
})

Deno.test("a failure in the copy names the operator, the line and the partition of the driver", async () => {
  const [words, pairs] = Copied.twice((side) =>
    RDD.map(marked(side), (word) => {
      if (side === "copy" && word.startsWith("b")) throw new RangeError(`no ${word}`)
      return word
    })
  )
  const local = RDD.map(words, (word) => word.length)
  for (const rdd of [words, local, RDD.groupBy(local, (n) => n), RDD.union(local, local), RDD.zip(words, words)]) {
    const failed = await run(Effect.flip(RDD.collect<unknown, never, never>(rdd)), pairs)
    assert.deepEqual([failed.operator, failed.callSite, failed.partition], ["map", words.site, 1])
    assert.match(failed.message, /: no b copy$/)
  }
})

Deno.test("an operation that the copy does not have fails the job, and says where it was looked for", async () => {
  const [words, pairs] = Copied.twice(marked)
  const twisted: Copied.Pairs = pairs.map(([mine]) => [mine, RDD.union(words, words)])
  const exit = await run(Effect.exit(RDD.collect(words)), twisted)
  assert.ok(Exit.isFailure(exit))
  assert.match(String(exit), /parallelize at split_test\.ts.*the graph copy has the operation union here, not source/)
})
