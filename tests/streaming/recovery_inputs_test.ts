import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as DStream from "../../lib/dstream.ts"
import * as StateSpec from "../../lib/state_spec.ts"
import { Testing } from "../../lib/testing.ts"
import { numbered, received, survives } from "./recovery.ts"

/** Gives each record once. */
const distinct = (stream: DStream.DStream<number>) =>
  stream.pipe(
    DStream.map((n): [number, number] => [n, n]),
    DStream.mapWithState(
      StateSpec.function((n: number, _: Option.Option<number>, seen: StateSpec.State<boolean>): number => {
        const isNew = !seen.exists()
        seen.update(true)
        return isNew ? n : -1
      }),
    ),
    DStream.named("seen"),
    DStream.filter((n) => n >= 0),
  )

const inAnyBatch = { inAnyBatch: true }

survives("a receiver with positions", ({ record }) => [
  numbered(received((store, n) => store.block([n, n + 0.5], n))).pipe(record("numbered", inAnyBatch)),
], { batches: 6, isOrdered: true })

survives("a receiver whose blocks are split by a rate limit", ({ record }) => [
  numbered(received((store, n) => store.block([n, n + 0.25, n + 0.5], n), { count: 4 })).pipe(
    record("numbered", inAnyBatch),
  ),
], { batches: 9, isOrdered: true, settings: { maxRate: 2 } })

survives("a receiver that stores records one by one and acknowledges them", ({ record }) => [
  distinct(received((store, n) =>
    Effect.gen(function* () {
      yield* store.one(n)
      yield* store.all([n + 0.25, n + 0.5])
      yield* store.block([], n)
    })
  )).pipe(record("distinct", inAnyBatch)),
], { batches: 6 })

survives("a window over a receiver, and a test input beside it", ({ record }) => {
  const numbers = received((store, n) => store.block([n], n), { count: 5 })
  const words = Testing.input<string>([["a"], null, ["b", "c"], [], ["d"]]).pipe(DStream.named("words"))
  return [
    record("worded")(words),
    numbers.pipe(DStream.window("1 second"), DStream.named("second"), numbered, record("numbered", inAnyBatch)),
  ]
}, { batches: 6, isOrdered: true })
