/**
 * Defines a receiver. The receiver opens its device in its scope; the device is closed when the receiver stops or restarts.
 *
 *     deno run examples/custom_receiver.ts [seconds]    # default: 5
 *
 * @module
 */
import { DStream, Receiver, runMain, Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { numbers } from "./arguments.ts"

/** Reads a simulated thermometer ten times a second. */
const thermometer = Receiver.make({
  name: "Thermometer",
  onStart: (store: Receiver.Store<number>) =>
    Effect.gen(function* () {
      const device = yield* Effect.acquireRelease(
        Effect.as(Effect.log("thermometer opened"), { read: Random.nextBetween(18, 24) }),
        () => Effect.log("thermometer closed"),
      )
      yield* Effect.forever(Effect.andThen(Effect.flatMap(device.read, store.one), Effect.sleep("100 millis")))
    }),
})

const average = DStream.receiverStream(thermometer).pipe(
  DStream.map((degrees) => [degrees, 1]),
  DStream.reduce(([sum, count], [degrees, one]) => [sum + degrees, count + one]),
  DStream.map(([sum, count]) => `${(sum / count).toFixed(1)} °C on average of ${count} readings`),
)

const program = Effect.gen(function* () {
  const { seconds } = yield* numbers(Deno.args, { seconds: 5 })
  const ssc = yield* StreamingContext.make
  const active = yield* StreamingContext.start(ssc, [DStream.print(average)])
  yield* StreamingContext.awaitTerminationOrTimeout(active, `${seconds} seconds`)
  yield* StreamingContext.stop(active, { stopGracefully: true })
})

if (import.meta.main) {
  program.pipe(
    Effect.provide(Scheduler.layer("1 second")),
    Effect.provide(SparkContext.layer({ master: "local[2]", appName: "CustomReceiver" })),
    runMain,
  )
}
