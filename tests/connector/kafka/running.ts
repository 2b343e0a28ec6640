/** Streams of Kafka topics of which tests advance each batch. */
import * as Effect from "effect/Effect"
import * as DStream from "../../../lib/dstream.ts"
import * as Kafka from "../../../lib/kafka.ts"
import * as RDD from "../../../lib/rdd.ts"
import { kafkaServer } from "../../servers/kafka_server.ts"
import { startAdvanced } from "../advancing.ts"

export const server = kafkaServer(import.meta.url)

export const test = (name: string, fn: () => Promise<void>): void => Deno.test({ name, ignore: !server.available, fn })

export const send = (topic: string, values: ReadonlyArray<string>, partition = 0) =>
  server.send(topic, values.map((value) => ({ value, partition })))

/** What batches have read: the records and the ranges of each. */
export interface Seen {
  readonly records: Array<ReadonlyArray<string>>
  readonly ranges: Array<ReadonlyArray<Kafka.OffsetRange>>
}

/** A running stream, of which each batch is advanced by hand. */
export const running = (
  options: Partial<Kafka.StreamOptions> & Kafka.Subscription,
  { checkpoint, seen = { records: [], ranges: [] } }: { readonly checkpoint?: string; readonly seen?: Seen } = {},
) => {
  const output = Kafka.directTextStream({ brokers: server.brokers(), ...options }).pipe(
    DStream.named("lines"),
    DStream.foreachRDD((rdd) =>
      Effect.map(RDD.collect(rdd), (records) => {
        seen.records.push(records)
        const found = Kafka.offsetRanges(rdd)
        if (found._tag === "Some") seen.ranges.push(found.value)
      })
    ),
    DStream.nameOutput("seen"),
  )
  return Effect.map(startAdvanced(output, checkpoint), (started) => ({ ...started, seen }))
}

export const run = <A, E>(effect: Effect.Effect<A, E, never>): Promise<A> => Effect.runPromise(effect)
