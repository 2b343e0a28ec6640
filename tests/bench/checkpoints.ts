/** What a checkpoint costs: the same batches without one and with one in a folder, side by side. */
import { DStream, RDD, StateSpec } from "@dstream/dstream"
import { Effect, Option } from "effect"
import { hashPair, pairs } from "./data.ts"
import { interleaved, type Variant } from "./measure.ts"
import type { Bench } from "./report.ts"
import { open } from "./session.ts"

type Pair = readonly [string, number]
type Pairs = DStream.DStream<Pair>

const RECORDS = 10_000
const POOLS = 4
/** How many batches run before the measured ones: windows are full then, and all code is compiled. */
const WARM_UP = 300

const add = (a: number, b: number): number => a + b
const subtract = (a: number, b: number): number => a - b

const track = StateSpec.function((key: string, value: Option.Option<number>, sum: StateSpec.State<number>): Pair => {
  const total = (sum.exists() ? sum.get() : 0) + Option.getOrElse(value, () => 0)
  sum.update(total)
  return [key, total]
})

const total = (values: ReadonlyArray<number>, state: Option.Option<number>) =>
  Option.some(values.reduce(add, Option.getOrElse(state, () => 0)))

/** A chain, and what a checkpoint may cost: a multiple of the time without it, or milliseconds more. */
interface Kind {
  readonly chain: (stream: Pairs) => Pairs
  readonly goal: { readonly times: number } | { readonly most: number }
}

const kinds: Readonly<Record<string, Kind>> = {
  stateless: { chain: DStream.map(([key, n]): Pair => [key, n + 1]), goal: { most: 1 } },
  mapWithState: { chain: DStream.mapWithState(track), goal: { most: 2 } },
  updateStateByKey: { chain: DStream.updateStateByKey(total), goal: { times: 1.3 } },
  "window of 30, inverse": {
    chain: DStream.reduceByKeyAndWindow(add, "30 seconds", { inverse: subtract }),
    goal: { times: 1.4 },
  },
  "window of 30": { chain: DStream.reduceByKeyAndWindow(add, "30 seconds"), goal: { times: 1.3 } },
}

/** Batches of strings as keys. They come by position, so that a context with a checkpoint can have them. */
const inputOf = (records: number, keys: number): Pairs => {
  const pools = Array.from(
    { length: POOLS },
    (_, pool) => RDD.parallelize(pairs(0, pool, records, keys).map(([key, n]): Pair => [`key ${key}`, n])),
  )
  const open = Effect.sync(() => {
    let next = 0
    return {
      plan: () => Effect.sync(() => Option.some({ position: next++ })),
      read: (position: number) => Effect.succeed(pools[position % POOLS]!),
      resume: (positions: ReadonlyArray<number>) => Effect.sync(() => void (next = Math.max(...positions) + 1)),
    }
  })
  return DStream.fromPositions("pools", "Pool", open).pipe(DStream.named("input"))
}

const openOne = async (kind: Kind, records: number, keys: number, directory?: string) => {
  let latest = NaN
  const output = DStream.foreachRDD(
    kind.chain(inputOf(records, keys)).pipe(DStream.named("chain")),
    (rdd) =>
      Effect.map(
        RDD.aggregate(rdd, 0, (sum, [key, value]) => (sum + hashPair(key.length, value)) | 0, add),
        (sum) => void (latest = sum),
      ),
  )
  const session = await open(
    output.pipe(DStream.nameOutput("output")),
    directory === undefined ? {} : { directory },
  )
  return {
    close: session.close,
    batch: async () => {
      await session.batch()
      return latest
    },
  }
}

const measure = (name: string, kind: Kind, keys = 100_000): Bench => async (size) => {
  const directory = await Deno.makeTempDir()
  const off = await openOne(kind, size.count(RECORDS), size.count(keys))
  const on = await openOne(kind, size.count(RECORDS), size.count(keys), directory)
  const variant = (name: string, session: typeof off): Variant => ({
    name,
    run: async () => {
      const sum = await session.batch()
      return () => sum
    },
  })
  const variants = [variant("off", off), variant("on", on)]
  const figures = await interleaved(variants, size.rounds(120), size.rounds(WARM_UP))
  await off.close()
  await on.close()
  await Deno.remove(directory, { recursive: true })
  return {
    isWall: true,
    title: `${name} with a checkpoint, ${RECORDS.toLocaleString("en")} records a batch, ${
      keys.toLocaleString("en")
    } keys`,
    figures,
    goals: [{ of: "on", base: "off", ...kind.goal }],
  }
}

/** The benchmarks of this file. */
export const checkpoints: Readonly<Record<string, Bench>> = {
  "checkpoint-stateless": measure("map", kinds.stateless!),
  "checkpoint-mapstate": measure("mapWithState", kinds.mapWithState!),
  "checkpoint-updatestate": measure("updateStateByKey", kinds.updateStateByKey!),
  "checkpoint-inverse": measure("a window of 30 batches with an inverse", kinds["window of 30, inverse"]!),
  "checkpoint-window": measure("a window of 30 batches", kinds["window of 30"]!),
}
