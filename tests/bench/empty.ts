/** The cost of a batch without records: tick, allocation, planning, jobs, commit and events. */
import { DStream, RDD } from "@dstream/dstream"
import { interleaved } from "./measure.ts"
import type { Bench } from "./report.ts"
import { open } from "./session.ts"

const ROUNDS = 2000
const WORDS = "word count, no partitions"
const REDUCED = "word count, one empty partition"

/** Word count of batches without records. */
export const counts = (defaultRDD: RDD.RDD<string> | null) =>
  DStream.queueStream(DStream.rddQueue<string>(), { defaultRDD }).pipe(
    DStream.flatMap((line) => line.split(" ")),
    DStream.map((word) => [word, 1]),
    DStream.reduceByKey((a, b) => a + b),
    DStream.foreachRDD((rdd) => RDD.collect(rdd)),
  )

/** The benchmarks of this file. */
export const empty: Readonly<Record<string, Bench>> = {
  empty: async (size) => {
    const without = await open(counts(null))
    const reduced = await open(counts(RDD.parallelize<string>([], { partitions: 1 })))
    const nothing = (batch: () => Promise<void>) => () => batch().then(() => () => 0)
    const figures = await interleaved([
      { name: WORDS, run: nothing(without.batch) },
      { name: REDUCED, run: nothing(reduced.batch) },
    ], size.rounds(ROUNDS))
    await without.close()
    await reduced.close()
    return {
      title: "empty batches",
      figures,
      goals: [WORDS, REDUCED].map((of) => ({ of, most: 0.12 })),
    }
  },
}
