import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as DStream from "../../lib/dstream.ts"
import * as RDD from "../../lib/rdd.ts"
import * as Scheduler from "../../lib/scheduler.ts"
import * as SparkContext from "../../lib/spark_context.ts"
import * as StreamingContext from "../../lib/streaming_context.ts"

/** Makes lines long, so that the receiver reads few at a time. */
const filling = " ".repeat(500)

/** A server that sends numbered lines to one client, as fast as the client takes them. */
const flooding = () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 })
  const server = { port: listener.addr.port, sent: 0 }
  const serve = async () => {
    for await (const connection of listener) {
      try {
        while (true) {
          const lines = Array.from({ length: 100 }, (_, i) => `${server.sent + i}${filling}\n`).join("")
          const bytes = new TextEncoder().encode(lines)
          for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at))
          server.sent += 100
        }
      } catch {
        // The client has disconnected.
      }
      connection.close()
      break
    }
  }
  return { server, done: serve() }
}

const run = (settings: StreamingContext.Settings, isEnough: (lengths: ReadonlyArray<number>) => boolean) =>
  Effect.gen(function* () {
    const { done, server } = flooding()
    const seen: Array<ReadonlyArray<string>> = []
    const output = DStream.foreachRDD(
      DStream.socketTextStream("127.0.0.1", server.port),
      (rdd) => Effect.map(RDD.collect(rdd), (lines) => void seen.push(lines.map((line) => line.trimEnd()))),
    )
    const ssc = yield* StreamingContext.makeWith(settings)
    const active = yield* StreamingContext.start(ssc, [output])
    const lengths = () => seen.map(({ length }) => length)
    while (!isEnough(lengths())) yield* Effect.sleep(10)
    const during = lengths()
    yield* StreamingContext.stop(active, { stopGracefully: true })
    yield* Effect.promise(() => done)
    return { during, lines: seen.flat(), sent: server.sent }
  }).pipe(
    Effect.scoped,
    Effect.provide(Scheduler.layer("100 millis")),
    Effect.provide(SparkContext.layer({ master: "local[2]", appName: "flood" })),
    Effect.provide(Logger.layer([])),
    Effect.runPromise,
  )

Deno.test("a server that sends without a pause never gets more than maxRate into a batch, and is slowed down", async () => {
  const settings = { maxRate: 500, receiverCapacity: 100_000, gracefulStopTimeout: "20 seconds" } as const
  const { during, lines, sent } = await run(settings, ({ length }) => length >= 25)
  assert(during.every((length) => length <= 50), `${during}`)
  // A chunk of the connection is as large as ten batches. Between chunks a batch may have less.
  assert(during.filter((length) => length === 50).length > 5, `${during}`)
  assert.deepEqual(lines, lines.map((_, i) => `${i}`))
  // What is beyond is in the buffers of the connection.
  assert(sent < 100_000, `${sent} lines sent`)
})

Deno.test("without a rate the first batch from such a server is small, and later ones take all there is", async () => {
  // On a busy machine the first batches seem slow, and the rate grows later.
  const { during, lines } = await run({}, (lengths) => Math.max(...lengths) > 500 || lengths.length === 200)
  const [first = 0] = during.filter((length) => length > 0)
  assert(first <= 100, `${during}`)
  assert(Math.max(...during) > 500, `${during}`)
  assert.deepEqual(lines, lines.map((_, i) => `${i}`))
})
