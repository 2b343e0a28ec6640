import assert from "node:assert/strict"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import type { Tupled } from "../../lib/core/tupled.ts"
import * as DStream from "../../lib/dstream.ts"
import * as RDD from "../../lib/rdd.ts"
import * as Receiver from "../../lib/receiver.ts"

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false

/** `of(stream).is<T>()` compiles only where the stream has exactly this type. */
const of = <S>(stream: S) => ({
  is: <T>(..._: Equal<S, T> extends true ? [] : [expected: T]): void =>
    assert.ok(DStream.isDStream(stream) || RDD.isRDD(stream)),
})

const input = <A>(): DStream.DStream<A> =>
  DStream.receiverStream(Receiver.make({ name: "Test", onStart: (_: Receiver.Store<A>) => Effect.void }))

class Missing extends Data.TaggedError("Missing") {}
class Broken extends Data.TaggedError("Broken") {}
class Names extends Context.Service<Names, ReadonlyMap<string, number>>()("test/Names") {}
class Prices extends Context.Service<Prices, ReadonlyMap<string, number>>()("test/Prices") {}

const lines = input<string>()
const pairs = input<[string, number]>()

Deno.test("map() infers a pair of widened types from an array literal", () => {
  of(lines.pipe(DStream.map((word) => [word, 1]))).is<DStream.DStream<[string, number]>>()
  of(DStream.map(lines, (word) => [word, 1])).is<DStream.DStream<[string, number]>>()
  of(lines.pipe(DStream.map((word) => [word, 1, true]))).is<DStream.DStream<[string, number, boolean]>>()
  of(lines.pipe(DStream.map((word) => word.length))).is<DStream.DStream<number>>()
  of(lines.pipe(DStream.map((word) => [[word, word.length], 1]))).is<DStream.DStream<[[string, number], number]>>()
})

Deno.test("the word count program needs no annotation", () => {
  const counts = lines.pipe(
    DStream.flatMap((line) => line.split(" ")),
    DStream.map((word) => [word, 1]),
    DStream.reduceByKey((a, b) => a + b),
  )
  of(counts).is<DStream.DStream<[string, number]>>()
})

Deno.test("a pair whose value has another type than the reduce function takes does not compile", () => {
  const words = lines.pipe(DStream.map((word) => [word, 1]))
  // @ts-expect-error the values are numbers
  of(words.pipe(DStream.reduceByKey((a: string, b: string) => a + b))).is<DStream.DStream<[string, number]>>()
  // @ts-expect-error the records are no pairs
  of(lines.pipe(DStream.reduceByKey((a, _b) => a))).is<DStream.DStream<never>>()
})

Deno.test("is() of these tests rejects other types", () => {
  // @ts-expect-error the value type is number, not the literal type
  of(lines.pipe(DStream.map((word) => [word, 1]))).is<DStream.DStream<[string, 1]>>()
  // @ts-expect-error it is a pair, not an array of both
  of(lines.pipe(DStream.map((word) => [word, 1]))).is<DStream.DStream<Array<string | number>>>()
})

Deno.test("flatMap() infers pairs from arrays of array literals", () => {
  of(lines.pipe(DStream.flatMap((line) => [[line, 1]]))).is<DStream.DStream<[string, number]>>()
  of(DStream.flatMap(lines, (line) => line.split(" ").map((w) => [w, 1]))).is<DStream.DStream<[string, number]>>()
})

Deno.test("mapValues() and flatMapValues() infer pairs of the values", () => {
  of(pairs.pipe(DStream.mapValues((n) => [n, "x"]))).is<DStream.DStream<[string, [number, string]]>>()
  of(pairs.pipe(DStream.flatMapValues((n) => [[n, "x"]]))).is<DStream.DStream<[string, [number, string]]>>()
})

Deno.test("mapEffect() infers pairs, and adds the errors and services of its function", () => {
  const looked = lines.pipe(
    DStream.mapEffect((word) =>
      Names.use((names) => names.has(word) ? Effect.succeed(1) : Effect.fail(new Missing())).pipe(
        Effect.map((n) => [word, n]),
      )
    ),
  )
  of(looked).is<DStream.DStream<[string, number], Missing, Names>>()
  of(lines.pipe(DStream.mapEffect((word) => Effect.succeed([word, 1])))).is<DStream.DStream<[string, number]>>()
})

Deno.test("provide() removes a requirement and adds the errors and requirements of the layer", () => {
  const open = lines.pipe(DStream.mapEffect((word) => Names.use((names) => Effect.succeed(names.get(word) ?? 0))))
  of(open).is<DStream.DStream<number, never, Names>>()
  of(open.pipe(DStream.provide(Layer.succeed(Names, new Map())))).is<DStream.DStream<number>>()
  const layer: Layer.Layer<Names, Broken, Prices> = Layer.effect(
    Names,
    Effect.flatMap(Prices, (prices) => prices.size > 0 ? Effect.succeed(prices) : Effect.fail(new Broken())),
  )
  of(DStream.provide(open, layer)).is<DStream.DStream<number, Broken, Prices>>()
})

Deno.test("transform() infers the records of the RDD that its function returns", () => {
  of(
    lines.pipe(DStream.transform((rdd, { time }) => RDD.map(rdd, (word) => [word, time]))),
  ).is<DStream.DStream<[string, number]>>()
  of(DStream.transform(lines, (rdd) => RDD.distinct(rdd))).is<DStream.DStream<string>>()
})

Deno.test("transform() with an Effect of an RDD does not require the engine, and unwraps the errors of actions", () => {
  const shares = input<number>().pipe(
    DStream.transform((rdd) => Effect.map(RDD.fold(rdd, 0, (a, b) => a + b), (sum) => RDD.map(rdd, (n) => n / sum))),
  )
  of(shares).is<DStream.DStream<number>>()
  const failing = DStream.mapEffect(input<number>(), () => Effect.fail(new Missing())).pipe(
    DStream.transform((rdd) => Effect.andThen(RDD.count(rdd), Effect.as(Prices, rdd))),
  )
  of(failing).is<DStream.DStream<never, Missing, Prices>>()
})

Deno.test("transform() with a function that returns no RDD does not compile", () => {
  // @ts-expect-error undefined is no RDD
  DStream.transform(lines, () => undefined)
})

Deno.test("transformWith() and transformAll() infer the records of every RDD", () => {
  of(
    lines.pipe(DStream.transformWith(pairs, (words, counts) => RDD.cartesian(words, counts))),
  ).is<DStream.DStream<[string, [string, number]]>>()
  of(
    DStream.transformAll([lines, pairs], ([words, counts]) => RDD.cartesian(words, counts)),
  ).is<DStream.DStream<[string, [string, number]]>>()
  // @ts-expect-error at least one stream
  DStream.transformAll([], () => RDD.empty())
  // @ts-expect-error at least one stream
  DStream.unionAll([])
})

Deno.test("union() and unionAll() infer the union of the record types", () => {
  of(lines.pipe(DStream.union(input<number>()))).is<DStream.DStream<string | number>>()
  of(DStream.unionAll([lines, input<number>(), input<boolean>()])).is<DStream.DStream<string | number | boolean>>()
})

Deno.test("streams written in a list keep the types they have elsewhere", () => {
  const list = DStream.unionAll([
    DStream.transform(lines, (rdd) => rdd),
    lines.pipe(DStream.mapEffect((word) => Effect.succeed([word, 1]))),
  ])
  of(list).is<DStream.DStream<string | [string, number]>>()
  // @ts-expect-error a number is no stream
  DStream.unionAll([1])
})

Deno.test("joins infer a pair of sides, with an Option for a side that may be missing", () => {
  const towns = input<[string, boolean]>()
  of(pairs.pipe(DStream.join(towns))).is<DStream.DStream<[string, [number, boolean]]>>()
  of(pairs.pipe(DStream.leftOuterJoin(towns))).is<DStream.DStream<[string, [number, Option.Option<boolean>]]>>()
  of(
    pairs.pipe(DStream.rightOuterJoin(towns, { partitions: 4 })),
  ).is<DStream.DStream<[string, [Option.Option<number>, boolean]]>>()
  of(DStream.fullOuterJoin(pairs, towns)).is<
    DStream.DStream<[string, [Option.Option<number>, Option.Option<boolean>]]>
  >()
  of(DStream.cogroup(pairs, towns)).is<DStream.DStream<[string, [ReadonlyArray<number>, ReadonlyArray<boolean>]]>>()
})

Deno.test("filter() narrows by a type guard", () => {
  const mixed = input<string | number>()
  of(mixed.pipe(DStream.filter((u): u is string => typeof u === "string"))).is<DStream.DStream<string>>()
  of(mixed.pipe(DStream.filter((u) => u !== 0))).is<DStream.DStream<string | number>>()
})

Deno.test("groupByKey(), aggregateByKey() and combineByKey() infer the type of the combined values", () => {
  of(pairs.pipe(DStream.groupByKey())).is<DStream.DStream<[string, ReadonlyArray<number>]>>()
  of(
    pairs.pipe(DStream.aggregateByKey(0, (sum, n: number) => sum + n, (a, b) => a + b)),
  ).is<DStream.DStream<[string, number]>>()
  of(
    pairs.pipe(DStream.combineByKey({
      createCombiner: (n: number) => [n, 1],
      mergeValue: ([sum, count], n) => [sum + n, count + 1],
      mergeCombiners: (a, b) => [a[0] + b[0], a[1] + b[1]],
    })),
  ).is<DStream.DStream<[string, [number, number]]>>()
  of(
    pairs.pipe(DStream.combineByKey({
      createCombiner: (n) => [n],
      mergeValue: (all, n) => [...all, n],
      mergeCombiners: (a, b) => a.concat(b),
    })),
  ).is<DStream.DStream<[string, Array<number>]>>()
})

Deno.test("RDD.parallelize() infers pairs, and RDD.sortBy() accepts any comparison", () => {
  const pairs = RDD.parallelize([["a", 1], ["b", 2]])
  of(pairs).is<RDD.RDD<[string, number]>>()
  of(pairs.pipe(RDD.sortBy(([, n]) => n, { order: (a, b) => b - a }))).is<RDD.RDD<[string, number]>>()
})

Deno.test("mapPartitions(), countByValue(), count() and glom() infer their records", () => {
  of(lines.pipe(DStream.mapPartitions((part, i) => [[i, part.length]]))).is<DStream.DStream<[number, number]>>()
  of(lines.pipe(DStream.countByValue({ partitions: 3 }))).is<DStream.DStream<[string, number]>>()
  of(lines.pipe(DStream.count)).is<DStream.DStream<number>>()
  of(lines.pipe(DStream.glom)).is<DStream.DStream<ReadonlyArray<string>>>()
})

Deno.test("a generic helper of a user keeps the tuple hint", () => {
  const keyedBy =
    <A, K extends Tupled>(f: (a: A) => K) => <E, R>(self: DStream.DStream<A, E, R>): DStream.DStream<[K, A], E, R> =>
      DStream.map(self, (a): [K, A] => [f(a), a])
  of(lines.pipe(keyedBy((line) => [line, line.length]))).is<DStream.DStream<[[string, number], string]>>()
  const mapped = <A, B extends Tupled, E, R>(self: DStream.DStream<A, E, R>, f: (a: A) => B) => DStream.map(self, f)
  of(mapped(lines, (line) => [line, 1])).is<DStream.DStream<[string, number]>>()
})

Deno.test("reduceByKeyAndWindow() infers the key of its filter in a pipe, and keeps the keys of other streams", () => {
  const add = (a: number, b: number) => a + b
  const inPipe = pairs.pipe(
    DStream.reduceByKeyAndWindow((a, b) => a + b, "10 seconds", { filter: ([key, n]) => key.startsWith("a") && n > 0 }),
  )
  of(inPipe).is<DStream.DStream<[string, number]>>()
  const positive = DStream.reduceByKeyAndWindow(add, "10 seconds", { filter: ([, n]) => n > 0 })
  of(positive(pairs)).is<DStream.DStream<[string, number]>>()
  of(DStream.reduceByKeyAndWindow(add, "10 seconds")(pairs)).is<DStream.DStream<[string, number]>>()
})

Deno.test("count keeps its type in a pipe, as a callback, and in generic code", () => {
  of(DStream.count(lines)).is<DStream.DStream<number>>()
  const generic = <A, E, R>(self: DStream.DStream<A, E, R>): DStream.DStream<number, E, R> => self.pipe(DStream.count)
  of(generic(lines)).is<DStream.DStream<number>>()
  assert.ok([lines].map(DStream.count).every(DStream.isDStream))
})

Deno.test("array literals in records are tuples of any length, one level deep; in objects they are arrays", () => {
  of(lines.pipe(DStream.map((word) => [word, 1, 2, 3]))).is<DStream.DStream<[string, number, number, number]>>()
  of(lines.pipe(DStream.map(() => [1]))).is<DStream.DStream<[number]>>()
  of(lines.pipe(DStream.map((word) => [word, [1]]))).is<DStream.DStream<[string, [number]]>>()
  of(lines.pipe(DStream.map((word) => [word, ["a", [1, 2]]]))).is<DStream.DStream<[string, [string, number[]]]>>()
  of(lines.pipe(DStream.map((word) => ({ all: [word, "b"] })))).is<DStream.DStream<{ all: string[] }>>()
  of(lines.pipe(DStream.map((line) => line.split(" ")))).is<DStream.DStream<string[]>>()
  of(
    lines.pipe(DStream.map((word): [string, Array<number>] => [word, [1]])),
  ).is<DStream.DStream<[string, Array<number>]>>()
})
