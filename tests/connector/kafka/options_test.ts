/** The options of Kafka connections, without a broker. */
import assert from "node:assert/strict"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Kafka from "../../../lib/kafka.ts"
import { readConnection } from "../../../lib/connector/kafka/options.ts"
import { problemsOf } from "../../source/running.ts"

const EXPECTED = /one or more brokers, such as localhost:9092/

const read = (brokers: string) => {
  const provider = ConfigProvider.fromEnvRecord({ BROKERS: brokers })
  const reading = readConnection({ brokers: Config.String("BROKERS") })
  return Effect.provideService(reading, ConfigProvider.ConfigProvider, provider)
}

Deno.test("brokers are read from configuration", async () => {
  const { brokers } = await Effect.runPromise(read("localhost:9092, [::1]:9093"))
  assert.deepEqual(brokers, [{ host: "localhost", port: 9092 }, { host: "::1", port: 9093 }])
})

Deno.test("brokers that are not addresses are refused, as values and from configuration", async () => {
  for (const brokers of [",", "localhost", "localhost:9092,other"]) {
    assert.match(problemsOf(Kafka.directStream({ brokers, subscribe: "a" })).join(), EXPECTED)
    const error = await Effect.runPromise(Effect.flip(read(brokers)))
    assert.equal(error._tag, "SettingError")
    assert.match(error.message, /^Cannot read the setting brokers: /)
    assert.match(error.message, EXPECTED)
  }
})
