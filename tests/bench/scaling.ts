/** Scaling curves: what a record costs while one dimension of a workload grows. It should stay flat where theory says so. */
import { DStream, RDD } from "@dstream/dstream"
import { hashPair, type Pair, pairs } from "./data.ts"
import { sumByKey } from "./hand_pairs.ts"
import { openKeyed } from "./keyed_session.ts"
import { wordCount } from "./lines.ts"
import { type Figure, figureOf, sampled, type Samples, type Variant } from "./measure.ts"
import { mapFilterInts } from "./numbers.ts"
import type { Bench, Goal, Report } from "./report.ts"
import type { Size } from "./size.ts"
import { mapState } from "./states.ts"
import { chain as windowChain } from "./windows.ts"
import { BATCH, HAND, start, variants, type Workload } from "./workload.ts"

/** A curve that is measured point by point. */
interface Scaling {
  readonly title: string
  /** What grows, such as `keys`. */
  readonly axis: string
  /** How large it is at each point. */
  readonly at: ReadonlyArray<number>
  /** What the cost is counted for, such as `record`. */
  readonly per: string
  /** Measures a point. `units` is how many of `per` a round has. */
  readonly measure: (x: number, size: Size) => Promise<{
    readonly units: number
    readonly samples: ReadonlyArray<Samples>
  }>
  readonly goals: (name: (line: string, x: number) => string) => ReadonlyArray<Goal>
}

const curves = ({ at, axis, goals, measure, per, title }: Scaling): Bench => async (size): Promise<Report> => {
  const nameOf = (line: string, x: number) => `${line}, ${x.toLocaleString("en")} ${axis}`
  const points: Array<{ readonly line: string; readonly x: number; readonly figure: Figure }> = []
  for (const x of size.isQuick ? at.slice(0, 3) : at) {
    const { samples, units } = await measure(x, size)
    // Nanoseconds for each unit.
    points.push(...samples.map((all) => ({ line: all.name, x, figure: figureOf(all, `ns a ${per}`, 1e6 / units) })))
  }
  const names = [...new Set(points.map(({ line }) => line))]
  return {
    title,
    figures: points.map(({ figure, line, x }) => ({ ...figure, name: nameOf(line, x) })),
    goals: goals(nameOf),
    curves: {
      axis,
      lines: names.map((name) => ({
        name,
        points: points.filter(({ line }) => line === name).map(({ x }) => ({ x, figure: nameOf(name, x) })),
      })),
    },
  }
}

/** As many rounds as take about a second, for a cost of a round in records. */
const roundsFor = (size: Size, records: number): number =>
  size.rounds(Math.max(5, Math.min(200, Math.round(5_000_000 / records))))

const compared = async <I, A, B, C>(work: Workload<I, A, B, C>, records: number, size: Size) => {
  const running = await start(work, records)
  const samples = await sampled(variants(running), roundsFor(size, records))
  await running.close()
  return samples
}

/** `reduce` would fail where the filter leaves no record. */
const mapFilter = { ...mapFilterInts, action: RDD.fold(0, (a: number, b: number) => (a + b) | 0) }

const byRecords = curves({
  title: "map-filter of small integers, by the size of a batch",
  axis: "records",
  at: [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000],
  per: "record",
  measure: async (x, size) => ({ units: x, samples: await compared(mapFilter, x, size) }),
  goals: (name) => [{ of: name(BATCH, 10_000_000), base: name(BATCH, 1_000_000), times: 1.3 }],
})

/** As many records as keys at least: each key has about one record where there are millions. */
const recordsFor = (keys: number): number => Math.max(keys, 1_000_000)

const summing = (keys: number): Workload<ReadonlyArray<Pair>, Pair, [number, number], number> => ({
  title: "sum by key",
  records: 0,
  rounds: 0,
  input: (pool, records) => pairs(0, pool, records, keys),
  rdds: (records) => [RDD.parallelize(records, { partitions: 1 })],
  byHand: sumByKey,
  chain: (stream) => DStream.reduceByKey(stream, (a, b) => a + b),
  action: (rdd) =>
    RDD.aggregate(rdd, 0, (sum, [key, value]) => (sum + hashPair(key, value)) | 0, (a, b) => (a + b) | 0),
  sum: (total) => total,
})

const byKeys = curves({
  title: "reduceByKey of a million pairs, by the number of keys",
  axis: "keys",
  at: [10, 100, 1000, 10_000, 100_000, 1_000_000, 5_000_000],
  per: "record",
  measure: async (keys, size) => {
    const units = size.count(recordsFor(keys))
    return { units, samples: await compared(summing(keys), units, size) }
  },
  goals: (name) => [{ of: name(BATCH, 5_000_000), base: name(HAND, 5_000_000), percent: 100 }],
})

const repeated = async (name: string, batch: () => Promise<unknown>, rounds: number, warmUp: number) => {
  const variant: Variant = { name, run: () => batch().then(() => () => 0) }
  return await sampled([variant], rounds, warmUp)
}

const UPDATES = 10_000

const byStates = curves({
  title: `mapWithState with ${UPDATES.toLocaleString("en")} updates a batch, by the number of keys`,
  axis: "keys",
  at: [10, 100, 1000, 10_000, 100_000, 1_000_000, 5_000_000],
  per: "record",
  measure: async (keys, size) => {
    const session = await openKeyed(UPDATES, keys, mapState.chain(keys))
    const samples = await repeated(BATCH, session.batch, size.rounds(60), size.rounds(30))
    await session.close()
    return { units: UPDATES, samples }
  },
  goals: (name) => [{ of: name(BATCH, 1_000_000), base: name(BATCH, 10_000), times: 1.4 }],
})

const WINDOWED = 1000

const byWindows = curves({
  title: `reduceByKeyAndWindow of ${WINDOWED.toLocaleString("en")} records a batch, by the length of the window`,
  axis: "batches",
  at: [1, 3, 10, 30, 100, 300, 1000],
  per: "record",
  measure: async (length, size) => {
    const samples: Array<Samples> = []
    for (const inverse of [true, false]) {
      const session = await openKeyed(WINDOWED, WINDOWED, windowChain(length, inverse))
      const name = inverse ? "with an inverse" : "without an inverse"
      samples.push(...await repeated(name, session.batch, size.rounds(200), length + 50))
      await session.close()
    }
    return { units: WINDOWED, samples }
  },
  goals: (name) =>
    ["with an inverse", "without an inverse"].map((line) => ({
      of: name(line, 1000),
      base: name(line, 10),
      times: 1.5,
    })),
})

const LINES = 100_000

const byPartitions = curves({
  title: `word count of ${LINES.toLocaleString("en")} strings on one thread, by the number of partitions`,
  axis: "partitions",
  at: [1, 2, 4, 8, 16],
  per: "record",
  measure: async (partitions, size) => {
    const count = size.count(LINES)
    const work = { ...wordCount, rdds: (all: ReadonlyArray<string>) => [RDD.parallelize(all, { partitions })] as const }
    return { units: count, samples: await compared(work, count, size) }
  },
  goals: (name) => [{ of: name(BATCH, 16), base: name(BATCH, 1), times: 1.3 }],
})

/** A chain of `length` maps. */
const chained = (length: number): Workload<ReadonlyArray<number>, number, number, number> => {
  const steps = Array.from({ length }, (_, i) => (x: number) => (x + i) | 0)
  return {
    ...mapFilterInts,
    byHand: (numbers) => {
      let sum = 0
      for (let i = 0; i < numbers.length; i++) {
        let x = numbers[i]!
        for (let step = 0; step < length; step++) x = (x + step) | 0
        sum = (sum + x) | 0
      }
      return sum
    },
    chain: (stream) => steps.reduce((chain, step) => DStream.map(chain, step), stream),
  }
}

const byChains = curves({
  title: `maps of ${LINES.toLocaleString("en")} small integers, by the length of the chain`,
  axis: "maps",
  at: [1, 2, 5, 10, 20, 50],
  per: "map of a record",
  measure: async (length, size) => {
    const count = size.count(LINES)
    return { units: count * length, samples: await compared(chained(length), count, size) }
  },
  goals: (name) => [{ of: name(BATCH, 50), base: name(BATCH, 10), times: 1.5 }],
})

/** The benchmarks of this file. */
export const scaling: Readonly<Record<string, Bench>> = {
  "scaling-records": byRecords,
  "scaling-keys": byKeys,
  "scaling-state": byStates,
  "scaling-windows": byWindows,
  "scaling-partitions": byPartitions,
  "scaling-chains": byChains,
}
