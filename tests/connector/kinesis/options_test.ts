/** The options of Kinesis streams, without a service. */
import assert from "node:assert/strict"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import { readService } from "../../../lib/connector/kinesis/options.ts"

const read = (endpoint: string) => {
  const provider = ConfigProvider.fromEnvRecord({ ENDPOINT: endpoint })
  const reading = readService({ endpoint: Config.String("ENDPOINT") }, "eu-central-1")
  return Effect.provideService(reading, ConfigProvider.ConfigProvider, provider)
}

Deno.test("an endpoint of configuration must be a URL", async () => {
  const endpoint = "http://localhost:4568"
  assert.deepEqual(await Effect.runPromise(read(endpoint)), { region: "eu-central-1", endpoint })
  for (const endpoint of ["localhost:4568", "localhost", "http://"]) {
    const error = await Effect.runPromise(Effect.flip(read(endpoint)))
    assert.equal(error.message, "Cannot read the setting endpoint: it must be a URL, such as https://host:port")
  }
})
