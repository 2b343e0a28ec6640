/** Streams of Flume's events while real agents, sinks and receivers are away. */
import assert from "node:assert/strict"
import * as DStream from "@dstream/dstream/dstream"
import * as Flume from "@dstream/dstream/flume"
import * as Effect from "effect/Effect"
import { type FlumeAgent, flumeAgent, type Pipeline } from "../servers/flume_agent.ts"
import { faultProxy } from "./fault_proxy.ts"
import { AWAY_MS, run } from "./running.ts"

const pushing = flumeAgent(import.meta.url, "push")
const polled = flumeAgent(import.meta.url, "poll")

const test = (name: string, ignore: boolean, fn: () => Promise<void>) =>
  Deno.test({ name, ignore, sanitizeOps: true, sanitizeResources: true, fn })

const host = "127.0.0.1"
const texts = DStream.map(({ body }: Flume.FlumeEvent) => new TextDecoder().decode(body))
const numbered = (name: string) => Array.from({ length: 500 }, (_, i) => `${name} ${i}`)

const send = (agent: FlumeAgent, pipeline: Pipeline, lines: ReadonlyArray<string>) =>
  Effect.promise(async () => {
    using connection = await agent.connect(pipeline)
    await connection.send(lines)
  })
const restart = (agent: FlumeAgent) =>
  Effect.promise(async () => {
    await agent.command?.("stop")
    await new Promise((resolve) => setTimeout(resolve, AWAY_MS))
    await agent.command?.("start")
  })

const hasAll = (wanted: ReadonlyArray<string>) => (records: ReadonlyArray<string>) =>
  records.length >= wanted.length && new Set(wanted).isSubsetOf(new Set(records))

/** Runs a stream until it has all of these texts, with any of them more than once. */
const expectAll = async (
  stream: DStream.DStream<string>,
  wanted: ReadonlyArray<string>,
  meanwhile: Effect.Effect<unknown, unknown>,
) => {
  const { records } = await run(stream, hasAll(wanted), meanwhile, AWAY_MS + 40_000)
  assert.deepEqual(Array.from(new Set(records)).sort(), wanted.toSorted())
}

const layers = [
  ["compression", pushing, "DEFLATE", true, false],
  ["TLS", pushing, "TLS", false, true],
  ["TLS below compression", pushing, "TLS_DEFLATE", true, true],
  ["compression below TLS, as those before version 1.11", polled, "OLD", true, true],
] as const
for (const [name, agent, pipeline, enableDecompression, isSecure] of layers) {
  test(`pushStream() receives from an agent with ${name}`, !agent.available, async () => {
    const tls = isSecure ? agent.certificate() : undefined
    const stream = texts(Flume.pushStream({ host, port: agent.port(pipeline), enableDecompression, tls }))
    await expectAll(stream, numbered(name), send(agent, pipeline, numbered(name)))
  })
}

test("pushStream() gets what an agent has kept while there was no receiver", !pushing.available, async () => {
  const port = pushing.port("PLAIN")
  await Effect.runPromise(send(pushing, "PLAIN", numbered("kept")))
  await new Promise((resolve) => setTimeout(resolve, AWAY_MS))
  await expectAll(texts(Flume.pushStream({ host, port })), numbered("kept"), Effect.void)
})

test("pollingStream() polls one sink while another refuses, and goes on with that", !polled.available, async () => {
  await using proxy = faultProxy(() => polled.port("SINK_2"))
  proxy.refuse()
  const addresses = [{ host, port: polled.port("SINK_1") }, { host, port: proxy.port }]
  const options = { addresses, parallelism: 4, maxBatchSize: 100, restartDelay: "50 millis" } as const
  const [first, second] = [numbered("first"), numbered("second")]
  await Effect.runPromise(send(polled, "SINK_2", second))
  await expectAll(texts(Flume.pollingStream(options)), first, send(polled, "SINK_1", first))
  const all = [...first, ...second].map((text) => `${text} again`)
  await expectAll(
    texts(Flume.pollingStream(options)),
    [...all, ...second],
    Effect.gen(function* () {
      yield* send(polled, "SINK_1", all.slice(0, 500))
      yield* send(polled, "SINK_2", all.slice(500))
      yield* Effect.sleep("300 millis")
      proxy.accept()
    }),
  )
})

/** Sends events, restarts the agent once all have arrived, because it keeps them in its memory, and sends more. */
const expectAllOver = (agent: FlumeAgent, pipeline: Pipeline, stream: DStream.DStream<string>) => {
  const seen = new Set<string>()
  const watched = DStream.map(stream, (text) => {
    seen.add(text)
    return text
  })
  const [before, after] = [numbered(`before in ${pipeline}`), numbered(`after in ${pipeline}`)]
  const arrived: Effect.Effect<void> = Effect.suspend(() =>
    new Set(before).isSubsetOf(seen) ? Effect.void : Effect.andThen(Effect.sleep("50 millis"), arrived)
  )
  return expectAll(
    watched,
    [...before, ...after],
    Effect.gen(function* () {
      yield* send(agent, pipeline, before)
      yield* Effect.timeout(arrived, "40 seconds")
      yield* restart(agent)
      yield* send(agent, pipeline, after)
    }),
  )
}

test("pushStream() goes on when an agent was away", pushing.command === undefined, () =>
  expectAllOver(
    pushing,
    "DEFLATE",
    texts(Flume.pushStream({ host, port: pushing.port("DEFLATE"), enableDecompression: true })),
  ))

test("pollingStream() goes on when an agent was away", polled.command === undefined, () => {
  const addresses = [{ host, port: polled.port("SINK_1") }]
  return expectAllOver(polled, "SINK_1", texts(Flume.pollingStream({ addresses, restartDelay: "100 millis" })))
})
