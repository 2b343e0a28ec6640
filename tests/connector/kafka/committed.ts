/** What committed transactions have written to a topic. Virtual time does not wait for brokers, which may tell of it late. */
import assert from "node:assert/strict"
import { Testing } from "@dstream/dstream/testing"
import * as Effect from "effect/Effect"
import * as Kafka from "../../../lib/kafka.ts"

/** The values that the brokers tell of now. */
export const readCommitted = async (brokers: string, topic: string): Promise<ReadonlyArray<string>> => {
  const lines = Kafka.directTextStream({ brokers, subscribe: topic, startingOffsets: "earliest" })
  return (await Effect.runPromise(Testing.run(lines, { batches: 3 }))).flatMap((batch) => batch ?? [])
}

/** Runs batches, which have to complete, until a topic has so many records; at most 300 in half a minute or more. */
export const advanceUntilCommitted = (
  active: Parameters<typeof Testing.advance>[0],
  brokers: string,
  topic: string,
  count: number,
): Effect.Effect<void, unknown> =>
  Effect.gen(function* () {
    for (let batches = 0; batches < 300; batches++) {
      assert.deepEqual(yield* Testing.advance(active), ["completed"])
      if ((yield* Effect.promise(() => readCommitted(brokers, topic))).length >= count) return
      yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 100)))
    }
  })
