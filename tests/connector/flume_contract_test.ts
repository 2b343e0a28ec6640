/** The stream of Flume's events passes the contract of receivers against a real agent, with a proxy that breaks connections. */
import assert from "node:assert/strict"
import * as Flume from "@dstream/dstream/flume"
import { Testing } from "@dstream/dstream/testing"
import * as Effect from "effect/Effect"
import { flumeAgent, type Lines } from "../servers/flume_agent.ts"
import { freePort } from "../servers/free_port.ts"
import { type FaultProxy, faultProxy } from "./fault_proxy.ts"

const pushing = flumeAgent(import.meta.url, "push")
const polled = flumeAgent(import.meta.url, "poll")

/** What all pipelines have in common. */
const contract = (agent: Lines, proxy: FaultProxy) => ({
  promises: "atLeastOnce" as const,
  send: (numbers: ReadonlyArray<number>) => Effect.promise(() => agent.send(numbers.map(String))),
  numberOf: ({ body, headers }: Flume.FlumeEvent): number => {
    assert.deepEqual(headers, { origin: "lines" })
    return Number(new TextDecoder().decode(body))
  },
  cut: Effect.sync(proxy.cut),
  refuse: Effect.sync(proxy.refuse),
  accept: Effect.sync(proxy.accept),
  connections: Effect.sync(proxy.connections),
  timeout: "40 seconds" as const,
})

// The tests of faults have agents without these layers.
Deno.test({
  name: "pushStream() delivers at least once what an agent sends with compression deflate and TLS",
  ignore: !pushing.available,
  sanitizeOps: true,
  sanitizeResources: true,
  fn: async () => {
    const port = freePort()
    await using proxy = faultProxy(() => port, pushing.port("TLS_DEFLATE"))
    using agent = await pushing.connect("TLS_DEFLATE")
    const tls = pushing.certificate()
    await Effect.runPromise(Testing.checkReceiver({
      ...contract(agent, proxy),
      stream: () =>
        Flume.pushStream({ host: "127.0.0.1", port, enableDecompression: true, tls, restartDelay: "20 millis" }),
    }))
  },
})

Deno.test({
  name: "pollingStream() delivers at least once what it fetches from Spark's sink",
  ignore: !polled.available,
  sanitizeOps: true,
  sanitizeResources: true,
  fn: async () => {
    await using proxy = faultProxy(() => polled.port("SINK_1"))
    using agent = await polled.connect("SINK_1")
    await Effect.runPromise(Testing.checkReceiver({
      ...contract(agent, proxy),
      stream: () =>
        Flume.pollingStream({
          addresses: [{ host: "127.0.0.1", port: proxy.port }],
          maxBatchSize: 1000,
          parallelism: 2,
          restartDelay: "20 millis",
        }),
      isOrdered: false,
      many: 5_000,
    }))
  },
})
