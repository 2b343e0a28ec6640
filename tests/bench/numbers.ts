/** Map, filter, map and sum of numbers: the cost of a record, as the slope between batches of two sizes. */
import { DStream, RDD } from "@dstream/dstream"
import { doubles, ints } from "./data.ts"
import * as Hand from "./hand_loops.ts"
import { difference, figureOf, sampled } from "./measure.ts"
import type { Bench } from "./report.ts"
import { BATCH, HAND, start, variants, type Workload } from "./workload.ts"

type Numbers = Workload<ReadonlyArray<number>, number, number, number>

const SMALL = 100_000
const LARGE = 1_000_000

const chain = (stream: DStream.DStream<number>) =>
  stream.pipe(DStream.map((x) => x * 3), DStream.filter((x) => x % 2 === 0), DStream.map((x) => x + 1))

const common = {
  records: LARGE,
  rounds: 100,
  rdds: (records: ReadonlyArray<number>) => [RDD.parallelize(records, { partitions: 1 })] as const,
  chain,
  sum: (total: number) => total,
}

/** Small integers. */
export const mapFilterInts: Numbers = {
  ...common,
  title: "map-filter of small integers",
  input: ints,
  byHand: Hand.mapFilterInts,
  action: RDD.reduce((a, b) => (a + b) | 0),
}

/** Doubles. */
export const mapFilterDoubles: Numbers = {
  ...common,
  title: "map-filter of doubles",
  input: doubles,
  byHand: Hand.mapFilterDoubles,
  action: RDD.reduce((a, b) => a + b),
}

/** Measures batches of two sizes. What the larger ones take more has no fixed cost of a batch in it. */
const slope = (work: Numbers): Bench => async (size) => {
  const [small, large] = [await start(work, size.count(SMALL)), await start(work, size.count(LARGE))]
  const smalls = await sampled(variants(small), size.rounds(work.rounds))
  const larges = await sampled(variants(large), size.rounds(work.rounds))
  await small.close()
  await large.close()
  const named = (name: string, count: number) => `${name}, ${count.toLocaleString("en")} records`
  const slopes = [HAND, BATCH].map((name, i) => difference(`${name}, slope`, larges[i]!, smalls[i]!))
  return {
    title: `${work.title}: what ${(LARGE - SMALL).toLocaleString("en")} more records in a batch cost`,
    figures: [
      ...slopes.map((samples) => figureOf(samples)),
      ...smalls.map((samples) => ({ ...figureOf(samples), name: named(samples.name, SMALL) })),
      ...larges.map((samples) => ({ ...figureOf(samples), name: named(samples.name, LARGE) })),
    ],
    goals: [{ of: `${BATCH}, slope`, base: `${HAND}, slope`, percent: 92 }],
  }
}

/** The benchmarks of this file. */
export const onNumbers: Readonly<Record<string, Bench>> = {
  "mapfilter-ints": slope(mapFilterInts),
  "mapfilter-doubles": slope(mapFilterDoubles),
}
