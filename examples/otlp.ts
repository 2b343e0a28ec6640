/**
 * Sends the metrics of a running context to an OpenTelemetry collector, as OTLP over HTTP.
 *
 *     deno run examples/otlp.ts [seconds] [url]    # default: 10 seconds, http://localhost:4318
 *
 * The variables `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` are respected.
 *
 * @module
 */
import { DStream, RDD, runMain, Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { FetchHttpClient } from "effect/http"
import { OtlpMetrics, OtlpSerialization } from "effect/observability"
import { atMost, httpUrl, numbers } from "./arguments.ts"

const sendMetrics = (collector: string) =>
  OtlpMetrics.layer({
    url: `${collector}/v1/metrics`,
    resource: { serviceName: "evens" },
    exportInterval: "1 second",
  }).pipe(Layer.provide([OtlpSerialization.layerJson, FetchHttpClient.layer]))

const evens = DStream.filter(DStream.constant(RDD.range(0, 1_000)), (n) => n % 2 === 0)

const program = Effect.gen(function* () {
  yield* atMost(Deno.args, 2)
  const [seconds, url = "http://localhost:4318"] = Deno.args
  const { seconds: limit } = yield* numbers(seconds === undefined ? [] : [seconds], { seconds: 10 })
  yield* Layer.build(sendMetrics(yield* httpUrl("url", url)))
  const ssc = yield* StreamingContext.make
  const active = yield* StreamingContext.start(ssc, [DStream.print(DStream.count(evens))])
  yield* StreamingContext.awaitTerminationOrTimeout(active, `${limit} seconds`)
})

if (import.meta.main) {
  program.pipe(
    Effect.provide(Scheduler.layer("1 second")),
    Effect.provide(SparkContext.layer({ master: "local[2]", appName: "Otlp" })),
    runMain,
  )
}
