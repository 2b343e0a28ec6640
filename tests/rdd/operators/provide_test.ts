import assert from "node:assert/strict"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as RDD from "../../../lib/rdd.ts"
import { onEngines } from "../run.ts"

interface Factor {
  readonly by: number
}
const Factor: Context.Service<Factor, Factor> = Context.Service<Factor>("tests/Factor")
class TooBig {
  readonly _tag = "TooBig"
  constructor(readonly n: number) {}
}
const numbers = RDD.range(0, 6, { partitions: 3 })

onEngines("provide() satisfies the requirements of the functions before it", () =>
  Effect.gen(function* () {
    const open: RDD.RDD<number, never, Factor> = RDD.mapEffect(
      numbers,
      (n) => Effect.map(Effect.service(Factor), ({ by }) => n * by),
    )
    const closed: RDD.RDD<number> = RDD.provide(open, Layer.succeed(Factor, { by: 3 }))
    assert.deepEqual(yield* RDD.collect(closed), [0, 3, 6, 9, 12, 15])
    const outside = RDD.collect(open).pipe(Effect.provideService(Factor, { by: 2 }))
    assert.deepEqual(yield* outside, [0, 2, 4, 6, 8, 10])
  }))

onEngines("provide() fails the job when the layer fails", () =>
  Effect.gen(function* () {
    const open = RDD.mapEffect(numbers, (n) => Effect.map(Effect.service(Factor), ({ by }) => n * by))
    const closed = RDD.provide(open, Layer.effect(Factor, Effect.fail(new TooBig(0))))
    const { reason } = yield* Effect.flip(RDD.collect(closed))
    assert.deepEqual({ ...reason }, { ...new TooBig(0) })
  }))
