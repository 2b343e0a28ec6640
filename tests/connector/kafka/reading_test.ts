/** How ranges are read, from a broker that a test plays. */
import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import { Cluster } from "../../../lib/connector/kafka/cluster.ts"
import { BatchBuilder } from "../../../lib/connector/kafka/encoding.ts"
import type { Exchange } from "../../../lib/connector/kafka/exchange.ts"
import { rangesRDD } from "../../../lib/connector/kafka/reading.ts"
import { textValues } from "../../../lib/connector/kafka/record_blocks.ts"
import * as RDD from "../../../lib/rdd.ts"
import { SparkContext } from "../../../mod.ts"

/** The answer to a request for records: one batch, with the values at offset 0. */
const answerOf = (values: ReadonlyArray<string>): Uint8Array<ArrayBuffer> => {
  const builder = new BatchBuilder()
  for (const value of values) {
    builder.add({ key: null, value: new TextEncoder().encode(value), headers: [], timestamp: 0 })
  }
  const batch = builder.encode({ producerId: 1n, producerEpoch: 0, sequence: 0, compression: "none" })
  // The number of the request comes first, then fields that are zero. Lengths are one larger than they are.
  const length = batch.length + 1
  const topic = [2, ...new Uint8Array(16), 2, ...new Uint8Array(4 + 2 + 24 + 1 + 4), (length & 127) | 128, length >> 7]
  return new Uint8Array([0, 0, 0, 1, ...new Uint8Array(1 + 4 + 2 + 4), ...topic, ...batch, 0, 0, 0])
}

/** A cluster of one broker, which leads all partitions of the topic "t". */
const clusterOf = (partitions: number, exchange: Exchange) => {
  const metadata = {
    brokers: [{ nodeId: 1, host: "b", port: 1 }],
    topics: [{
      name: "t",
      topicId: "00000000-0000-0000-0000-000000000000",
      errorCode: 0,
      isInternal: false,
      partitions: Array.from({ length: partitions }, (_, partitionIndex) => ({ leaderId: 1, partitionIndex })),
    }],
  }
  type Done = (error: null, answer: unknown) => void
  const connection = {
    send: (_k: number, _v: number, _r: unknown, _p: unknown, _q: boolean, _s: boolean, done: Done) =>
      done(null, metadata),
  }
  return new Cluster(
    { brokers: [{ host: "b", port: 1 }], clientId: "c", sasl: undefined, tls: undefined, retryMs: 0 },
    (_broker, _operation, send) => Effect.promise(() => send(connection as never)),
    exchange,
  )
}

Deno.test("as many ranges are read side by side as the engine is parallel, and their records keep their order", async () => {
  const requests = { open: 0, most: 0 }
  const values = ["a", "b", "c"]
  const cluster = clusterOf(5, () =>
    Effect.promise(async () => {
      requests.most = Math.max(requests.most, ++requests.open)
      await new Promise((go) => setTimeout(go, 5))
      requests.open--
      return answerOf(values)
    }))
  const rdd = rangesRDD(
    "textRDD",
    [0, 1, 2, 3, 4].map((partition) => ({ topic: "t", partition, fromOffset: 0, untilOffset: 3 })),
    { decode: textValues, isolation: "read_committed", failOnDataLoss: true, ids: {} },
    Effect.succeed(cluster),
  ).pipe(RDD.mapPartitionsWithIndex((index, records) => records.map((value) => `${index}${value}`)))
  const found = await Effect.runPromise(
    Effect.provide(RDD.collect(rdd), SparkContext.layer({ master: "local[3]", appName: "kafka tests" })),
  )
  assert.deepEqual(found, [0, 1, 2, 3, 4].flatMap((index) => values.map((value) => `${index}${value}`)))
  assert.equal(requests.most, 3)
})
