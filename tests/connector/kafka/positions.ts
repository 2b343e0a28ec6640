/** Streams of topics keep the contract of sources that are read by position. */
import { Testing } from "@dstream/dstream/testing"
import * as Effect from "effect/Effect"
import * as Kafka from "../../../lib/kafka.ts"
import { kafkaServer } from "../../servers/kafka_server.ts"

const server = kafkaServer(import.meta.url)

Deno.test({
  name: "directTextStream keeps the contract of positions",
  ignore: !server.available,
  fn: async () => {
    const topic = await server.topic(3)
    const groupId = `group-${topic}`
    const partitionOf = (record: string) => Number(record) % 3
    await Effect.runPromise(Testing.checkPositions({
      stream: () =>
        Kafka.directTextStream({ brokers: server.brokers(), subscribe: topic, startingOffsets: "earliest", groupId }),
      add: (records: ReadonlyArray<string>) =>
        Effect.promise(() => server.send(topic, records.map((value) => ({ value, partition: partitionOf(value) })))),
      record: String,
      partOf: (record) => String(partitionOf(record)),
      committed: Effect.promise(() =>
        server.admin(async (admin) => {
          const [group] = await admin.listConsumerGroupOffsets({ groups: [groupId] })
          const offsets = group?.topics.flatMap(({ partitions }) => partitions) ?? []
          return offsets.reduce((sum, { committedOffset }) => sum + Math.max(0, Number(committedOffset)), 0)
        })
      ),
    }))
  },
})
