/** Word count and grep over text that is still bytes, and over strings, by hand and with text functions. */
import { RDD, SparkContext, Text } from "@dstream/dstream"
import { ManagedRuntime } from "effect"
import { fromArray } from "../../lib/rdd/block.ts"
import { fromBlocks } from "../../lib/rdd/creation.ts"
import { fromText } from "../../lib/rdd/text_block.ts"
import { checksum, lines, needle } from "./data.ts"
import * as Hand from "./hand_loops.ts"
import { interleaved, type Variant } from "./measure.ts"
import type { Bench, Goal, Report } from "./report.ts"
import type { Size } from "./size.ts"

const POOLS = 2
const RECORDS = 100_000
const HAND = "hand loop"
const PLAIN = "plain function"
const SPLIT = "Text.split"
const COUNTED = "Text.split, countByValue"
const INCLUDES = "Text.includes"

const utf8 = new TextEncoder()

/** One character in seven becomes two or three bytes. */
const toUtf8 = (line: string): string =>
  line.replaceAll("a", "ä").replaceAll("e", "é").replaceAll("k", "漢").replaceAll("x", "Ж")

const bytesOf = (strings: ReadonlyArray<string>): Uint8Array => utf8.encode(strings.join("\n") + "\n")

const tallied = (counts: ReadonlyMap<string, Hand.Tally>) => () =>
  checksum(Array.from(counts, ([word, { n }]) => [word, n]))

const add = (a: number, b: number): number => a + b

/** Runs actions on the engine, until `close`. */
const open = () => {
  const engine = ManagedRuntime.make(SparkContext.layer({ master: "local", appName: "bench" }))
  const counted = async (counts: Promise<ReadonlyArray<readonly [string, number]>>) => {
    const result = await counts
    return () => checksum(result)
  }
  return {
    close: () => engine.dispose(),
    words: (words: RDD.RDD<string>) =>
      counted(engine.runPromise(RDD.collect(RDD.reduceByKey(RDD.map(words, (word) => [word, 1]), add)))),
    values: (words: RDD.RDD<string>) => counted(engine.runPromise(RDD.countByValue(words))),
    count: async (found: RDD.RDD<string>) => {
      const result = await engine.runPromise(RDD.count(found))
      return () => result
    },
  }
}

type Runs = ReturnType<typeof open>

const measure = async (
  title: string,
  size: Size,
  rounds: number,
  variants: (runs: Runs) => ReadonlyArray<Variant>,
  goals: ReadonlyArray<readonly [of: string, percent: number]>,
): Promise<Report> => {
  const runs = open()
  const figures = await interleaved(variants(runs), size.rounds(rounds))
  await runs.close()
  return {
    title: `${title}, ${size.count(RECORDS).toLocaleString("en")} lines`,
    figures,
    goals: goals.map(([of, percent]): Goal => ({ what: `${of} against the hand loop`, of, base: HAND, percent })),
  }
}

const fromBytes = (
  title: string,
  size: Size,
  change: (line: string) => string,
  goals: ReadonlyArray<readonly [string, number]>,
) => {
  const pools = Array.from({ length: POOLS }, (_, pool) => bytesOf(lines(pool, size.count(RECORDS)).map(change)))
  const bytes = (round: number) => pools[round % POOLS] ?? new Uint8Array()
  const text = (round: number) => fromBlocks([fromText(bytes(round))])
  return measure(title, size, 24, ({ values, words }) => [
    { name: HAND, run: (round) => tallied(Hand.wordCount(Hand.linesOf(bytes(round)))) },
    { name: PLAIN, run: (round) => words(RDD.flatMap(text(round), (line) => line.split(" "))) },
    { name: SPLIT, run: (round) => words(RDD.flatMap(text(round), Text.split(" "))) },
    { name: COUNTED, run: (round) => values(RDD.flatMap(text(round), Text.split(" "))) },
  ], goals)
}

const same = (line: string): string => line

const GOALS = [[PLAIN, 130], [SPLIT, 500], [COUNTED, 800]] as const

/** The benchmarks of this file. */
export const texts: Readonly<Record<string, Bench>> = {
  "text-words": (size) => fromBytes("word count of bytes", size, same, GOALS),
  "text-utf8": (size) => fromBytes("word count of bytes, one character in seven not ASCII", size, toUtf8, GOALS),
  "text-script": (size) => {
    // A benchmark that is measured has a process of its own.
    if (!size.isQuick) Reflect.deleteProperty(globalThis, "WebAssembly")
    return fromBytes("word count of bytes without WebAssembly", size, same, [[SPLIT, 250]])
  },
  "text-strings": (size) => {
    const pools = Array.from({ length: POOLS }, (_, pool) => lines(pool, size.count(RECORDS)))
    const strings = (round: number) => pools[round % POOLS] ?? []
    const rdd = (round: number) => fromBlocks([fromArray(strings(round))])
    return measure("word count of strings", size, 24, ({ words }) => [
      { name: HAND, run: (round) => tallied(Hand.wordCount(strings(round))) },
      { name: PLAIN, run: (round) => words(RDD.flatMap(rdd(round), (line) => line.split(" "))) },
      { name: SPLIT, run: (round) => words(RDD.flatMap(rdd(round), Text.split(" "))) },
    ], [[PLAIN, 130], [SPLIT, 220]])
  },
  "text-grep": (size) => {
    const pools = Array.from({ length: POOLS }, (_, pool) => bytesOf(lines(pool, size.count(RECORDS))))
    const bytes = (round: number) => pools[round % POOLS] ?? new Uint8Array()
    const text = (round: number) => fromBlocks([fromText(bytes(round))])
    const byHand = (round: number) => {
      const found = Hand.grep(Hand.linesOf(bytes(round)))
      return () => found
    }
    return measure("grep of bytes", size, 100, ({ count }) => [
      { name: HAND, run: byHand },
      { name: PLAIN, run: (round) => count(RDD.filter(text(round), (line) => line.includes(needle))) },
      { name: INCLUDES, run: (round) => count(RDD.filter(text(round), Text.includes(needle))) },
    ], [[PLAIN, 110], [INCLUDES, 800]])
  },
}
