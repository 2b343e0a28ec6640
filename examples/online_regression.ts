/**
 * Trains a linear regression on one stream, and predicts the values of another. The first model comes from old data.
 *
 *     deno run examples/online_regression.ts [seconds]    # default: 6
 *
 * @module
 */
import { DStream, runMain, Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import { numbers } from "./arguments.ts"

type Point = readonly [x: number, y: number]
type Model = readonly [slope: number, offset: number]
/** Batches of 50 random points near a line; the same seed gives the same points. */
const points = (batches: number, [slope, offset]: Model, seed: string) => {
  const noisy = Effect.all([Random.nextBetween(-1, 1), Random.nextBetween(-0.1, 0.1)])
  const point = Effect.map(noisy, ([x, noise]): Point => [x, slope * x + offset + noise])
  return Effect.replicateEffect(Effect.replicateEffect(point, 50), batches).pipe(Random.withSeed(seed))
}

const mean = (numbers: ReadonlyArray<number>) => numbers.reduce((a, b) => a + b, 0) / Math.max(1, numbers.length)

/** Takes steps down the gradient of the mean squared error. Without points the model does not change. */
const learn = (data: ReadonlyArray<Point>, [slope, offset]: Model, steps: number): Model => {
  if (steps === 0) return [slope, offset]
  const errors = data.map(([x, y]) => [x, slope * x + offset - y] as const)
  const gradient = [mean(errors.map(([x, error]) => x * error)), mean(errors.map(([, error]) => error))] as const
  return learn(data, [slope - 0.2 * gradient[0], offset - 0.2 * gradient[1]], steps - 1)
}

const program = Effect.gen(function* () {
  const { seconds } = yield* numbers(Deno.args, { seconds: 6 })
  const history = learn((yield* points(4, [1, 0], "history")).flat(), [0, 0], 100)
  const training = DStream.queueStream(DStream.rddQueue(yield* points(10, [3, -1], "training")))
  const queries = DStream.queueStream(DStream.rddQueue(yield* points(10, [3, -1], "query")))
  // The model is the state of a single key. A batch that fails does not change it.
  const models = DStream.updateStateByKey(
    DStream.map(training, (point) => ["model", point]),
    (data: ReadonlyArray<Point>, model: Option.Option<Model>) => Option.map(model, (model) => learn(data, model, 5)),
    { initial: [["model", history]] },
  )
  const errors = DStream.map(queries, (point) => ["model", point]).pipe(
    DStream.join(models),
    DStream.mapValues(([[x, y], [slope, offset]]) => [(slope * x + offset - y) ** 2, 1, slope, offset]),
    DStream.reduceByKey(([sum, n, ...model], [more, m]) => [sum + more, n + m, ...model]),
    DStream.map(([, [sum, n, slope, offset]]) =>
      `mean squared error ${(sum / n).toFixed(4)} of y = ${slope.toFixed(2)} x + ${offset.toFixed(2)}`
    ),
  )
  const active = yield* StreamingContext.start(yield* StreamingContext.make, [DStream.print(errors)])
  yield* StreamingContext.awaitTerminationOrTimeout(active, `${seconds} seconds`)
  yield* StreamingContext.stop(active, { stopGracefully: true })
})

if (import.meta.main) {
  const spark = SparkContext.layer({ master: "local[2]", appName: "OnlineRegression" })
  program.pipe(Effect.provide(Scheduler.layer("500 millis")), Effect.provide(spark), runMain)
}
