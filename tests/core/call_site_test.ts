import assert from "node:assert/strict"
import * as Effect from "effect/Effect"

// TypeScript removes these types, so compiled line numbers differ. Call sites must have the line numbers of the source.
interface Shifting {
  readonly one: number
  readonly two: number
}
interface ShiftingMore extends Shifting {
  readonly three: number
}

import * as DStream from "../../lib/dstream.ts"
import * as RDD from "../../lib/rdd.ts"
import * as StreamingContext from "../../lib/streaming_context.ts"
import { Testing } from "../../lib/testing.ts"

const numbers: ShiftingMore = { one: 1, two: 2, three: 3 }
const lineAfter = (here: Error): number => Number(/call_site_test\.ts:(\d+):\d+/.exec(here.stack ?? "")?.[1]) + 1

/** Returns the line that the message of an error names. The message is the first part of the stack. */
const named = (error: unknown): number => {
  const [text = ""] = error instanceof Error ? (error.stack ?? "").split("\n    at ") : []
  return Number(/call_site_test\.ts:(\d+):\d+/.exec(text)?.[1])
}

const failure = (outputs: readonly [DStream.Output<unknown, never>]): Promise<unknown> =>
  Effect.runPromise(
    Effect.scoped(Effect.flip(Effect.gen(function* () {
      const active = yield* StreamingContext.start(yield* StreamingContext.make, outputs)
      yield* Testing.advance(active)
      yield* StreamingContext.awaitTermination(active)
    }))).pipe(Effect.provide(Testing.layer())),
  )

Deno.test("errors name the line in the source, also if their message is computed while their stack is formatted", async () => {
  const input = () => Testing.input([[numbers.one, numbers.two]])
  const first = lineAfter(new Error())
  const unfit = DStream.window(input(), "1500 millis")
  assert.equal(named(await failure([DStream.print(unfit)])), first)
  const second = lineAfter(new Error())
  const transformed = DStream.transform(input(), (rdd) => {
    if (numbers.three === 3) throw new RangeError("no")
    return rdd
  })
  assert.equal(named(await failure([DStream.print(transformed)])), second)
  const third = lineAfter(new Error())
  const mapped = DStream.map(input(), (): number => {
    throw new RangeError("no")
  })
  assert.equal(named(await failure([DStream.print(mapped)])), third)
  const action = Effect.flip(RDD.collect(RDD.map(RDD.range(0, 1), (): number => {
    throw new RangeError("no")
  })))
  assert.equal(named(await Effect.runPromise(Effect.provide(action, Testing.layer()))), lineAfter(new Error()) - 4)
})

Deno.test("the error of a second start names the line of the first", async () => {
  const program = Effect.gen(function* () {
    const ssc = yield* StreamingContext.make
    const outputs = [DStream.print(DStream.constant([1]))] as const
    const here = lineAfter(new Error())
    yield* StreamingContext.start(ssc, outputs)
    const again = yield* Effect.flip(StreamingContext.start(ssc as never, outputs))
    const another = yield* Effect.flip(StreamingContext.start(yield* StreamingContext.make, outputs))
    return [again, another].map((error) => named(error) - here)
  })
  assert.deepEqual(await Effect.runPromise(Effect.scoped(Effect.provide(program, Testing.layer()))), [0, 0])
})
