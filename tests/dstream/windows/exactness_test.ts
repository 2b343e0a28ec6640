import assert from "node:assert/strict"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import * as DStream from "../../../lib/dstream.ts"
import { Testing } from "../../../lib/testing.ts"

const add = (a: number, b: number): number => a + b
const subtract = (a: number, b: number): number => a - b

/** A reading of each batch; undefined: the batch has none. */
type Readings = ReadonlyArray<number | undefined>

const isClose = (a: number | undefined, b: number | undefined): boolean =>
  Object.is(a, b) ||
  (a !== undefined && b !== undefined && Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(a), Math.abs(b)))

/** The sums of plain addition. */
const naive = (readings: Readings, length: number, slide: number): Readings =>
  readings.flatMap((_, i) => {
    if ((i + 1) % slide !== 0) return []
    const some = readings.slice(Math.max(0, i + 1 - length), i + 1).filter((n) => n !== undefined)
    return [some.length === 0 ? undefined : some.reduce(add)]
  })

const sums = async (readings: Readings, length: number, slide: number): Promise<Readings> => {
  const pairs = Testing.input(
    readings.map((n): ReadonlyArray<[string, number]> => n === undefined ? [] : [["gauge", n]]),
  )
  const how = { slide: `${slide} seconds`, inverse: subtract } as const
  const batches = await Effect.runPromise(
    Testing.run(DStream.reduceByKeyAndWindow(pairs, add, `${length} seconds`, how)),
  )
  return batches.flatMap((batch) => batch === undefined ? [] : [batch[0]?.[1]])
}

Deno.test("windows with an inverse keep small numbers that came after large ones had cancelled out", async () => {
  const none = undefined
  const cases: ReadonlyArray<readonly [Readings, length: number, slide: number]> = [
    [[-1e17, 1e17, 0.1, none, none, none], 3, 1],
    [[1e9, 1, -1e17, 1e17, none, none], 4, 1],
    [[1e9, -1e17, 1e17, none, none, 1, none, none], 5, 1],
    [[none, 1e17, 1e17, -1e17, 1, none, none, none], 4, 2],
  ]
  for (const [readings, length, slide] of cases) {
    assert.deepEqual(await sums(readings, length, slide), naive(readings, length, slide))
  }
})

Deno.test("windows with an inverse agree with plain addition, whatever numbers have passed through", async () => {
  const reading = fc.constantFrom(undefined, 0, 1, 2, -3, 0.1, 1e17, -1e17, 1e9, NaN, Infinity, -Infinity)
  const readings = fc.array(reading, { minLength: 1, maxLength: 12 })
  const property = fc.asyncProperty(
    readings,
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 1, max: 3 }),
    async (given, length, slide) => {
      const got = await sums(given, length, slide)
      const right = naive(given, length, slide)
      assert.equal(got.length, right.length)
      assert.ok(got.every((n, i) => isClose(n, right[i])), `got ${got}, right ${right}`)
    },
  )
  await fc.assert(property, { numRuns: 150 })
})

Deno.test("windows with an inverse rebuild aggregates that contain such numbers", async () => {
  type Mean = readonly [sum: number, count: number]
  const readings = [1, 2, NaN, 4, 5, 6]
  const pairs = Testing.input(readings.map((n): ReadonlyArray<[string, Mean]> => [["gauge", [n, 1]]]))
  const both = DStream.reduceByKeyAndWindow(pairs, (a: Mean, b): Mean => [a[0] + b[0], a[1] + b[1]], "2 seconds", {
    inverse: (a: Mean, b: Mean): Mean => [a[0] - b[0], a[1] - b[1]],
  })
  const batches = await Effect.runPromise(Testing.run(both))
  assert.deepEqual(batches.map((batch) => batch?.[0]?.[1]), [[1, 1], [3, 2], [NaN, 2], [NaN, 2], [9, 2], [11, 2]])
  const objects = Testing.input(readings.map((sum) => [{ sum }]))
  const inverse = (a: { sum: number }, b: { sum: number }) => ({ sum: a.sum - b.sum })
  const totals = DStream.reduceByWindow(objects, (a, b) => ({ sum: a.sum + b.sum }), "2 seconds", { inverse })
  const sums = await Effect.runPromise(Testing.run(totals))
  assert.deepEqual(sums.map((batch) => batch?.[0]?.sum), [1, 3, NaN, NaN, 9, 11])
})

/** Aggregates of one number, by the kind of the object that holds it. */
interface Holder<H> {
  readonly of: (n: number) => H
  readonly get: (holder: H) => number
}

class Sum extends Data.Class<{ readonly n: number }> {}

class Point {
  constructor(readonly at: { readonly x: number }) {}
}

const held = async <H>({ get, of }: Holder<H>, readings: ReadonlyArray<number>): Promise<ReadonlyArray<unknown>> => {
  const pairs = Testing.input(readings.map((n): ReadonlyArray<[string, H]> => [["gauge", of(n)]]))
  const inverse = (a: H, b: H): H => of(get(a) - get(b))
  const totals = DStream.reduceByKeyAndWindow(pairs, (a: H, b: H) => of(get(a) + get(b)), "2 seconds", { inverse })
  const batches = await Effect.runPromise(Testing.run(totals))
  return batches.map((batch) => batch?.map(([, sum]) => get(sum))[0])
}

const holder = <H>(of: Holder<H>["of"], get: Holder<H>["get"]) => (readings: ReadonlyArray<number>) =>
  held({ of, get }, readings)

Deno.test("windows with an inverse rebuild aggregates of any kind of object", async () => {
  const holders = {
    instance: holder((x) => new Point({ x }), ({ at }) => at.x),
    "Data.Class": holder((n) => new Sum({ n }), ({ n }) => n),
    "null prototype": holder(
      (n): { readonly n?: number } => Object.assign(Object.create(null), { n }),
      (u) => u.n ?? 0,
    ),
    Map: holder((n) => new Map([["sum", n]]), (map) => map.get("sum") ?? 0),
    HashMap: holder((n) => HashMap.make(["sum", n]), (map) => HashMap.getUnsafe(map, "sum")),
    Float64Array: holder((n) => Float64Array.of(n), ([n = 0]) => n),
    Option: holder((n) => Option.some(n), Option.getOrThrow),
    circle: holder((n) => {
      const circle: { readonly n: number; self?: unknown } = { n }
      circle.self = circle
      return circle
    }, ({ n }) => n),
  }
  for (const [name, run] of Object.entries(holders)) {
    assert.deepEqual(await run([1, 2, NaN, 4, 5, 6]), [1, 3, NaN, NaN, 9, 11], name)
    assert.deepEqual(await run([1, 1, 1e17, 1, 1, 1]), [1, 2, 1e17, 1e17, 2, 2], name)
  }
})

Deno.test("windows with an inverse rebuild products that have been zero", async () => {
  const pairs = Testing.input([2, 3, 0, 5, 7, 2].map((n): ReadonlyArray<[string, number]> => [["k", n]]))
  const products = DStream.reduceByKeyAndWindow(pairs, (a, b) => a * b, "2 seconds", { inverse: (a, b) => a / b })
  const batches = await Effect.runPromise(Testing.run(products))
  assert.deepEqual(batches.map((batch) => batch?.[0]?.[1]), [2, 6, 0, 0, 35, 14])
})

Deno.test("the inverse is called once for a whole number that leaves, and for none that enters", async () => {
  let calls = 0
  const pairs = Testing.input([1, 2, 3, 4].map((n): ReadonlyArray<[string, number]> => [["k", n]]))
  const inverse = (a: number, b: number) => {
    calls++
    return a - b
  }
  await Effect.runPromise(Testing.run(DStream.reduceByKeyAndWindow(pairs, add, "2 seconds", { inverse })))
  assert.equal(calls, 2)
})
