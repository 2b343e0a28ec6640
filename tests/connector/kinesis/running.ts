/** Running streams, for the tests of Kinesis. */
import { DStream, RDD } from "@dstream/dstream"
import * as Effect from "effect/Effect"
import * as Kinesis from "../../../lib/kinesis.ts"
import { startAdvanced } from "../advancing.ts"

/** Starts a stream, of which each batch is advanced by hand. `records` are those of each batch. */
export const running = (
  options: Kinesis.StreamOptions,
  { checkpoint, records = [] }: { readonly checkpoint?: string; readonly records?: Array<ReadonlyArray<string>> } = {},
) => {
  const output = Kinesis.textStream({ readInterval: 0, ...options }).pipe(
    DStream.named("lines"),
    DStream.foreachRDD((rdd) => Effect.map(RDD.collect(rdd), (some) => void records.push(some))),
    DStream.nameOutput("records"),
  )
  return Effect.map(startAdvanced(output, checkpoint), (started) => ({ ...started, records }))
}
