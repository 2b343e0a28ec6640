/** Five million distinct keys: in one batch, or as the state of several. Prints how many there were, and the memory. */
import { DStream, RDD, StateSpec } from "@dstream/dstream"
import { Testing } from "@dstream/dstream/testing"
import { Effect, Option } from "effect"

const KEYS = 5_000_000

/** The numbers of one batch, made where they are needed. */
const numbers = (batches: number) =>
  DStream.make(
    "numbers",
    [],
    [],
    Effect.fnUntraced(function* () {
      const { time } = yield* DStream.Batch
      return RDD.range((time / 1000 - 1) * (KEYS / batches), (time / 1000) * (KEYS / batches))
    }),
  )

const inOneBatch = numbers(1).pipe(
  DStream.map((n) => [`key ${n}`, 1]),
  DStream.reduceByKey((a, b) => a + b),
  DStream.filter(([, count]) => count === 1),
  DStream.count,
)

const seen = StateSpec.function((_: string, one: Option.Option<number>, state: StateSpec.State<number>) => {
  state.update(Option.getOrElse(one, () => 0))
})

const asState = numbers(10).pipe(
  DStream.map((n) => [`key ${n}`, 1]),
  DStream.mapWithState(seen),
  DStream.stateSnapshots,
  DStream.count,
)

const [stream, batches] = Deno.args[0] === "state" ? [asState, 10] as const : [inOneBatch, 1] as const
const counts = await Effect.runPromise(Testing.run(stream, { batches }))
console.log(JSON.stringify({ keys: counts.at(-1)?.[0], megabytes: Math.round(Deno.memoryUsage().rss / 1e6) }))
