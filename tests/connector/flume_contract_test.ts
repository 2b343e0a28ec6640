/** The stream of Flume's events passes the contract of receivers against a real agent, with a proxy that breaks connections. */
import assert from "node:assert/strict"
import * as Flume from "@dstream/dstream/flume"
import { Testing } from "@dstream/dstream/testing"
import * as Effect from "effect/Effect"
import { canRunFlume, startAgent } from "../servers/flume_agent.ts"
import { freePort } from "../servers/free_port.ts"
import { faultProxy } from "./fault_proxy.ts"

const canPush = canRunFlume(import.meta.url, "push")
const canPoll = canRunFlume(import.meta.url, "poll")

const numberOf = ({ body, headers }: Flume.FlumeEvent): number => {
  assert.deepEqual(headers, { origin: "lines" })
  return Number(new TextDecoder().decode(body))
}

for (const compression of ["none", "deflate"] as const) {
  Deno.test({
    name: `pushStream() delivers at least once what an agent sends with compression ${compression}`,
    ignore: !canPush,
    sanitizeOps: true,
    sanitizeResources: true,
    fn: async () => {
      const port = freePort()
      await using proxy = faultProxy(() => port)
      await using agent = await startAgent(proxy.port, compression)
      const enableDecompression = compression === "deflate"
      await Effect.runPromise(Testing.checkReceiver({
        promises: "atLeastOnce",
        stream: () => Flume.pushStream({ host: "127.0.0.1", port, enableDecompression, restartDelay: "20 millis" }),
        send: (numbers) => Effect.promise(() => agent.send(numbers.map(String))),
        numberOf,
        cut: Effect.sync(proxy.cut),
        refuse: Effect.sync(proxy.refuse),
        accept: Effect.sync(proxy.accept),
        connections: Effect.sync(proxy.connections),
        timeout: "40 seconds",
      }))
    },
  })
}

Deno.test({
  name: "pollingStream() delivers at least once what it fetches from Spark's sink",
  ignore: !canPoll,
  sanitizeOps: true,
  sanitizeResources: true,
  fn: async () => {
    const port = freePort()
    await using agent = await startAgent(port, "poll")
    await using proxy = faultProxy(() => port)
    await Effect.runPromise(Testing.checkReceiver({
      promises: "atLeastOnce",
      stream: () =>
        Flume.pollingStream({
          addresses: [{ host: "127.0.0.1", port: proxy.port }],
          maxBatchSize: 1000,
          parallelism: 2,
          restartDelay: "20 millis",
        }),
      send: (numbers) => Effect.promise(() => agent.send(numbers.map(String))),
      numberOf,
      cut: Effect.sync(proxy.cut),
      refuse: Effect.sync(proxy.refuse),
      accept: Effect.sync(proxy.accept),
      connections: Effect.sync(proxy.connections),
      timeout: "40 seconds",
      isOrdered: false,
      many: 5_000,
    }))
  },
})
