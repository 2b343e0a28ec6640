/**
 * Serves the metrics of a running context as text for Prometheus.
 *
 *     deno run examples/prometheus.ts [seconds] [port]    # default: 10 seconds, port 9464
 *     curl localhost:9464/metrics
 *
 * @module
 */
import { DStream, RDD, runMain, Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
import * as Effect from "effect/Effect"
import { PrometheusMetrics } from "effect/observability"
import { checkPort, numbers } from "./arguments.ts"

/** Serves the metrics until the scope closes. */
const serveMetrics = (port: number) =>
  Effect.acquireRelease(
    Effect.sync(() =>
      Deno.serve(
        { port, onListen: () => {} },
        async () => new Response(await Effect.runPromise(PrometheusMetrics.format())),
      )
    ),
    (server) => Effect.promise(() => server.shutdown()),
  )

const evens = DStream.filter(DStream.constant(RDD.range(0, 1_000)), (n) => n % 2 === 0)

const program = Effect.gen(function* () {
  const { port, seconds } = yield* numbers(Deno.args, { seconds: 10, port: 9464 })
  yield* checkPort(port)
  yield* serveMetrics(port)
  const ssc = yield* StreamingContext.make
  const active = yield* StreamingContext.start(ssc, [DStream.print(DStream.count(evens))])
  yield* StreamingContext.awaitTerminationOrTimeout(active, `${seconds} seconds`)
})

if (import.meta.main) {
  program.pipe(
    Effect.provide(Scheduler.layer("1 second")),
    Effect.provide(SparkContext.layer({ master: "local[2]", appName: "Prometheus" })),
    runMain,
  )
}
