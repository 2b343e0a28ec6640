import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { Pacing } from "../../../lib/core/pace.ts"
import * as LocalEngine from "../../../lib/engine/local/engine.ts"
import * as RDD from "../../../lib/rdd.ts"
import { type Block, concat, fromArray } from "../../../lib/rdd/block.ts"
import { fromBlocks } from "../../../lib/rdd/creation.ts"
import type { Engine } from "../../../lib/rdd/engine.ts"
import { Flow } from "../../../lib/rdd/flow.ts"
import { make } from "../../../lib/rdd/rdd.ts"
import { fromText } from "../../../lib/rdd/text_block.ts"
import * as Text from "../../../lib/text.ts"
import { anyText, linesOf } from "../../core/text/texts.ts"
import { bag, holdsOnEngines, onEngines } from "../../rdd/run.ts"

type Lines = RDD.RDD<string>
type Chain = (lines: Lines) => RDD.RDD<unknown>

const add = (a: number, b: number): number => a + b

/** Chains of text functions, and of functions behind them. Without an engine they would give the same with plain functions. */
const filters = [
  Text.includes("a"),
  Text.not(Text.includes("é")),
  Text.startsWith(" "),
  Text.not(Text.startsWith("ab")),
  Text.endsWith("b,"),
  Text.includes("\ufffd"),
  Text.includes(""),
] as const
const divisions = [
  Text.split(" "),
  Text.split(","),
  Text.split("\t"),
  Text.split(""),
  Text.split("ab"),
  Text.split("."),
  Text.words,
] as const
const texts = [Text.toLowerCase, Text.toUpperCase, Text.trim] as const

const ends: ReadonlyArray<Chain> = [
  (words) => RDD.map(words, (word) => [word, 1]),
  (words) => words.pipe(RDD.map((word) => [word, 1]), RDD.reduceByKey(add)),
  (words) => words.pipe(RDD.map((word) => [word.length, word]), RDD.reduceByKey((a, b) => `${a}|${b}`)),
  (words) => words.pipe(RDD.map((word) => [word === "" ? "none" : word, 1]), RDD.reduceByKey(add)),
  (words) => words.pipe(RDD.filter((word) => word.length > 1), RDD.keyBy((word) => word), RDD.groupByKey()),
  (words) => RDD.distinct(words),
]

/** The same function without what the engine knows of it. */
const plain = <A>(f: (text: string) => A) => (text: string): A => f(text)

interface Given {
  readonly filters: ReadonlyArray<Text.TextPredicate>
  readonly division: Text.TextFunction<Array<string>> | undefined
  /** Changes of the lines, and of what they are divided into. */
  readonly before: ReadonlyArray<Text.TextFunction<string>>
  readonly texts: ReadonlyArray<Text.TextFunction<string>>
  readonly end: Chain
}

const chainOf = (
  { before, division, end, filters, texts }: Given,
  wrap: <A>(f: (text: string) => A) => (text: string) => A,
): Chain => {
  const mapped = (lines: Lines, texts: ReadonlyArray<Text.TextFunction<string>>) =>
    texts.reduce<Lines>((rdd, f) => RDD.map(rdd, wrap(f)), lines)
  return (lines) => {
    const kept = filters.reduce<Lines>((rdd, f) => RDD.filter(rdd, wrap(f)), lines)
    const changed = mapped(kept, before)
    return end(mapped(division === undefined ? changed : RDD.flatMap(changed, wrap(division)), texts))
  }
}

const given: fc.Arbitrary<Given> = fc.record({
  filters: fc.array(fc.constantFrom(...filters), { maxLength: 3 }),
  division: fc.option(fc.constantFrom(...divisions), { nil: undefined }),
  before: fc.array(fc.constantFrom(...texts), { maxLength: 2 }),
  texts: fc.array(fc.constantFrom(...texts), { maxLength: 2 }),
  end: fc.constantFrom(...ends),
})

/** Parts of a partition: text that is still bytes, and lines that are strings. */
interface Part {
  readonly bytes: Uint8Array
  readonly isText: boolean
}

const anyPartition: fc.Arbitrary<ReadonlyArray<Part>> = fc.array(
  fc.record({ bytes: anyText, isText: fc.boolean() }, { noNullPrototype: true }),
  { maxLength: 3 },
)

const linesOfAll = (parts: ReadonlyArray<Part>) => parts.flatMap(({ bytes }) => linesOf(bytes))

const blocksOf = (parts: ReadonlyArray<Part>): ReadonlyArray<Block<string>> =>
  parts.map(({ bytes, isText }) => isText ? fromText(bytes) : fromArray(linesOf(bytes)))

/** One partition, as a block. */
const asBlocks = (partitions: ReadonlyArray<ReadonlyArray<Part>>): Lines =>
  fromBlocks(partitions.map((parts) => concat(blocksOf(parts))))

/** One partition, as a flow of blocks. */
const asFlows = (partitions: ReadonlyArray<ReadonlyArray<Part>>): Lines =>
  make("flows", [], {
    kind: "source",
    partitions: partitions.length,
    load: (i) =>
      new Flow(Effect.sync(() => {
        const blocks = blocksOf(partitions[i] ?? []).values()
        return Effect.sync(() => blocks.next().value)
      })),
  })

const paced = (bytes: number, records: number) =>
  Effect.provideService(Pacing, { now: () => 0, turn: Infinity, records, bytes, turnedAt: 0 })

holdsOnEngines(
  "text functions over bytes give what they give over strings",
  fc.tuple(
    fc.array(anyPartition, { maxLength: 2 }),
    given,
    fc.constantFrom(asBlocks, asFlows),
    fc.integer({ min: 1, max: 100 }),
    fc.integer({ min: 1, max: 9 }),
  ),
  ([partitions, given, rddOf, bytes, records]) =>
    Effect.gen(function* () {
      const lines = fromBlocks(partitions.map((parts) => fromArray(linesOfAll(parts))))
      const expected = yield* RDD.collect(chainOf(given, plain)(lines))
      assert.deepEqual(yield* RDD.collect(chainOf(given, (f) => f)(rddOf(partitions))), expected)
      const words = chainOf({ ...given, end: (rdd) => rdd }, (f) => f)(rddOf(partitions))
      const counts = yield* RDD.countByValue(words)
      const all = yield* RDD.collect(words)
      assert.deepEqual(
        new Map(counts),
        new Map(Array.from(Map.groupBy(all, (word) => word), ([word, same]) => [word, same.length])),
      )
      assert.deepEqual(yield* RDD.take(words, 3), all.slice(0, 3))
      assert.equal(yield* RDD.count(words), all.length)
    }).pipe(paced(bytes, records)),
)

onEngines(
  "flatMap() of a division gives all parts of long lines, and names the operator for what is not text",
  () =>
    Effect.gen(function* () {
      const long = Array.from({ length: 9_000 }, (_, i) => `${i}`).join(",")
      const lines = ["a,b", long, "", `${long},`, "c"]
      const expected = lines.flatMap((line) => line.split(",")).filter((part) => part !== "7")
      const parts = (rdd: Lines) => RDD.flatMap(rdd, Text.split(",")).pipe(RDD.filter((part) => part !== "7"))
      const blocks = [fromArray(lines), fromText(new TextEncoder().encode(lines.join("\n")))]
      for (const block of blocks) {
        assert.deepEqual(yield* RDD.collect(parts(fromBlocks([block]))), expected)
        assert.deepEqual(yield* RDD.take(parts(fromBlocks([block])), 5_000), expected.slice(0, 5_000))
        assert.equal(new Map(yield* RDD.countByValue(parts(fromBlocks([block])))).get("8999"), 2)
      }
      const untyped: RDD.RDD<never> = fromBlocks<never>([fromArray([["a,b"] as never])])
      const error = yield* Effect.flip(RDD.collect(parts(untyped)))
      assert(error._tag === "JobFailed")
      assert.equal(error.operator, "flatMap")
      assert.match(error.message, /Text\.split works on text, but was given: array/)
    }),
)

/** Registers a test on an engine that does not encode tasks, which may decode text as well. */
const inPlace = (name: string, body: Effect.Effect<void, unknown, Engine>) =>
  Deno.test(name, () => Effect.runPromise(Effect.provide(body, LocalEngine.layer({ parallelism: 2 }))))

/** Runs `body` and returns how many bytes of text it decoded. */
const decoded = (body: Effect.Effect<unknown, unknown, Engine>) =>
  Effect.gen(function* () {
    const { prototype } = TextDecoder
    const { decode } = prototype
    let count = 0
    prototype.decode = function (...args) {
      count += args[0]?.byteLength ?? 0
      return decode.apply(this, args)
    }
    yield* Effect.ensuring(body, Effect.sync(() => void (prototype.decode = decode)))
    return count
  })

inPlace(
  "filter() of a search over bytes decodes nothing where no line is kept",
  Effect.gen(function* () {
    const text = new TextEncoder().encode("INFO a\nINFO b\n".repeat(20_000))
    const kept = RDD.filter(fromBlocks([fromText(text)]), Text.includes("ERROR"))
    assert.equal(yield* decoded(RDD.count(kept)), 0)
  }),
)

inPlace(
  "count() of the lines that a search over bytes keeps decodes nothing",
  Effect.gen(function* () {
    const text = new TextEncoder().encode("INFO a\r\nERROR b\r\rERROR c\nERROR d".repeat(9_000))
    const kept = RDD.filter(fromBlocks([fromText(text)]), Text.includes("ERROR"))
    const all = yield* RDD.collect(kept)
    const none = yield* decoded(Effect.map(RDD.count(kept), (count) => assert.equal(count, all.length)))
    assert.equal(none, 0)
  }),
)

inPlace(
  "flatMap() of a division over bytes decodes known words no more",
  Effect.gen(function* () {
    const text = new TextEncoder().encode("known to the dictionary\n".repeat(20_000))
    const words = () => RDD.flatMap(fromBlocks([fromText(text)]), Text.split(" "))
    yield* RDD.count(words())
    assert.equal(yield* decoded(RDD.count(words())), 0)
  }),
)

onEngines(
  "steps behind text functions over bytes name the operator whose function threw",
  () =>
    Effect.gen(function* () {
      const throwing = (word: string) => {
        if (word === "b") throw new Error("on purpose")
        return word
      }
      const lines = fromBlocks([fromText(new TextEncoder().encode("a b\n"))])
      const rdd = lines.pipe(RDD.filter(Text.includes("a")), RDD.flatMap(Text.split(" ")), RDD.map(throwing))
      const error = yield* Effect.flip(RDD.collect(rdd))
      assert(error._tag === "JobFailed")
      assert.equal(error.operator, "map")
    }),
)

onEngines("text functions of tasks that take turns do not disturb each other", () =>
  Effect.gen(function* () {
    const words = (letter: string) => Array.from({ length: 3_000 }, (_, i) => `${letter}${i % 700}`)
    const counted = (letter: string) => {
      const lines = fromBlocks([fromText(new TextEncoder().encode(words(letter).join("\n")))])
      return RDD.collect(lines.pipe(RDD.flatMap(Text.split(" ")), RDD.map((word) => [word, 1]), RDD.reduceByKey(add)))
    }
    const all = yield* Effect.all([..."abcd"].map(counted), { concurrency: "unbounded" })
    for (const [i, letter] of [..."abcd"].entries()) {
      const expected = Array.from(Map.groupBy(words(letter), (word) => word), ([word, same]) => [word, same.length])
      assert.deepEqual(bag(all[i]!), bag(expected))
    }
  }).pipe(
    Effect.provideService(Pacing, { now: () => 0, turn: 0, records: 16, bytes: 500, turnedAt: 0 }),
  ))

inPlace(
  "filter() of a search over bytes gives the event loop its turns, although no line is kept",
  Effect.gen(function* () {
    let time = 0
    const pacing = { now: () => time++, turn: 10, records: 4096, bytes: 100, turnedAt: 0 }
    const text = new TextEncoder().encode("INFO a\n".repeat(2_000))
    const kept = RDD.filter(fromBlocks([fromText(text)]), Text.includes("ERROR"))
    yield* Effect.provideService(RDD.count(kept), Pacing, pacing)
    assert(pacing.turnedAt > 100, `the event loop had its last turn at ${pacing.turnedAt} of ${time}`)
  }),
)
