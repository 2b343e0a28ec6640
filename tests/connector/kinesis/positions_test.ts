/** Streams of Kinesis keep the contract of sources that are read by position. */
import { Testing } from "@dstream/dstream/testing"
import * as Effect from "effect/Effect"
import * as Kinesis from "../../../lib/kinesis.ts"
import { kinesisServer, reach } from "../../servers/kinesis_server.ts"

const server = kinesisServer(import.meta.url)

Deno.test({
  name: "textStream keeps the contract of positions",
  ignore: !server.available,
  fn: async () => {
    const streamName = await server.stream(3)
    const partOf = (record: string) => String(Number(record) % 3)
    await Effect.runPromise(Testing.checkPositions({
      stream: () =>
        Kinesis.textStream({
          ...reach(server.port()),
          streamName,
          initialPosition: "trimHorizon",
          readInterval: 0,
        }),
      add: (records: ReadonlyArray<string>) =>
        Effect.promise(async () => {
          for (const each of records) await server.put(streamName, [each], Number(partOf(each)), 3)
        }),
      record: String,
      partOf,
    }))
  },
})
