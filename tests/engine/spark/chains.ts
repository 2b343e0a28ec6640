/** A graph with a large state of which each batch changes little, in a module of its own: workers import it, too. */
import { Effect, Option } from "effect"
import { DStream, Graph, RDD } from "../../../mod.ts"
import { Testing } from "../../../lib/testing.ts"

/** The sums of all keys, by batch. */
export const sums: Array<number> = []

/** Adds one to a key in each batch. */
export const totals = Graph.module(
  import.meta,
  ({ batches, keys }: { readonly batches: number; readonly keys: number }) => [
    Testing.input(Array.from({ length: batches }, (_, batch) => [[batch % 7, 1] as const])).pipe(
      DStream.updateStateByKey(
        (ones: ReadonlyArray<number>, total: Option.Option<number>) =>
          Option.some(ones.length + Option.getOrElse(total, () => 0)),
        { partitions: 2, initial: RDD.parallelize(Array.from({ length: keys }, (_, key) => [key, 1] as const)) },
      ),
      DStream.foreachRDD((rdd) =>
        Effect.map(RDD.fold(RDD.values(rdd), 0, (a, b) => a + b), (sum) => void sums.push(sum))
      ),
    ),
  ],
)
