/** Under `continueOn`, what one output loses in a batch, no other output, state, window or queue loses. */
import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as DStream from "../../lib/dstream.ts"
import type * as Graph from "../../lib/graph.ts"
import * as OutputPolicy from "../../lib/output_policy.ts"
import * as RDD from "../../lib/rdd.ts"
import * as StateSpec from "../../lib/state_spec.ts"
import { Testing } from "../../lib/testing.ts"
import { discard, engines, recording } from "./support.ts"

type Pair = [key: string, n: number]
type Seen<A> = Array<readonly [time: number, records: ReadonlyArray<A>]>

const add = (a: number, b: number) => a + b
const sum = (values: ReadonlyArray<number>, state: Option.Option<number>) =>
  Option.some(values.reduce(add, Option.getOrElse(state, () => 0)))

/** One key, whose values are the digits of a number: what is missing of it shows. */
const digits = (): DStream.DStream<Pair> => Testing.input<Pair>([[["a", 1]], [["a", 10]], [["a", 100]]])

const onEngines = (
  name: string,
  body: (run: (...outputs: ReadonlyArray<unknown>) => ReturnType<typeof ran>) => Promise<void>,
) => {
  for (const engine of engines) {
    Deno.test(`${name} [${engine}]`, () =>
      body((...outputs) => ran(outputs as unknown as Graph.Listed, { engine, onFailure: OutputPolicy.continueOn })))
  }
}

const ran = (outputs: Graph.Listed, options: Testing.Options) =>
  Effect.runPromise(Testing.runOutputs(outputs, options) as Effect.Effect<Testing.Ran<unknown>, unknown>)

/** Streams that keep something of earlier batches, each with a total over all batches in its last record. */
const keeping: Readonly<Record<string, (self: DStream.DStream<Pair>) => DStream.DStream<Pair>>> = {
  updateStateByKey: (self) => DStream.updateStateByKey(self, sum),
  mapWithState: (self) =>
    DStream.mapWithState(
      self,
      StateSpec.function((key: string, n: Option.Option<number>, state: StateSpec.State<number>): Pair => {
        state.update(Option.getOrElse(n, () => 0) + Option.getOrElse(state.getOption(), () => 0))
        return [key, state.get()]
      }),
    ),
  window: (self) => DStream.reduceByKey(DStream.window(self, "3 seconds"), add),
  reduceByKeyAndWindow: (self) => DStream.reduceByKeyAndWindow(self, add, "3 seconds"),
  "reduceByKeyAndWindow with an inverse": (self) =>
    DStream.reduceByKeyAndWindow(self, add, "3 seconds", { inverse: (a, b) => a - b }),
}

/** A function that throws once, in the second batch. */
const throwingOnce = <A>(isTime: (a: A) => boolean): (a: A) => A => {
  let thrown = 0
  return (a) => {
    if (isTime(a) && thrown++ === 0) throw new RangeError("once")
    return a
  }
}

for (const [name, keep] of Object.entries(keeping)) {
  const lastOf = (seen: Seen<Pair>) => seen.at(-1)?.[1][0]?.[1]

  onEngines(`${name} has all records where another output has no RDD in a batch`, async (run) => {
    const seen: Seen<Pair> = []
    const gaps = DStream.count(Testing.input<number>([[1], null, [3]]))
    const { batches, exit } = await run(recording(keep(digits()), seen), discard(gaps))
    assert.deepEqual([lastOf(seen), seen.length, exit._tag], [111, 3, "Failure"])
    assert.deepEqual(batches, ["completed", "completed", "completed"])
  })

  onEngines(`${name} has all records where its own output cannot be evaluated in a batch`, async (run) => {
    const seen: Seen<Pair> = []
    const failing = DStream.transform(keep(digits()), (rdd, { time }) => {
      if (time === 2000) throw new RangeError("not now")
      return rdd
    })
    const { batches } = await run(recording(failing, seen))
    assert.deepEqual([lastOf(seen), seen.length], [111, 2])
    // A second output, of the test kit, has nothing to do with it.
    assert.equal(batches.length, 3)
  })

  onEngines(`${name} has all records where a transform below it fails once`, async (run) => {
    const seen: Seen<Pair> = []
    const once = throwingOnce((time: number) => time === 2000)
    const flaky = DStream.transform(digits(), (rdd, { time }) => {
      once(time)
      return rdd
    })
    await run(recording(keep(flaky), seen))
    assert.deepEqual([lastOf(seen), seen.length], [111, 2])
  })

  onEngines(`${name} has all records where a function below it fails once`, async (run) => {
    for (const hasOther of [false, true]) {
      const seen: Seen<Pair> = []
      const flaky = DStream.map(digits(), throwingOnce(([, n]: Pair) => n === 10) as (pair: Pair) => Pair)
      const other = hasOther ? [discard(flaky)] : []
      await run(...other, recording(keep(flaky), seen))
      assert.equal(lastOf(seen), 111)
    }
  })
}

onEngines("a state has all records where its own function fails once", async (run) => {
  const seen: Seen<Pair> = []
  const once = throwingOnce((values: ReadonlyArray<number>) => values[0] === 10)
  const totals = DStream.updateStateByKey(
    digits(),
    (values: ReadonlyArray<number>, state: Option.Option<number>) => sum(once(values), state),
  )
  await run(recording(totals, seen))
  assert.deepEqual(seen, [[1000, [["a", 1]]], [3000, [["a", 111]]]])
})

onEngines("a queue loses nothing where another input cannot say what it has", async (run) => {
  const seen: Seen<number> = []
  const silent = Testing.input<number, string>([[1], Effect.fail("away"), [3]])
  await run(discard(silent), recording(Testing.input([[1], [2], [3]]), seen))
  assert.deepEqual(seen, [[1000, [1]], [2000, [2]], [3000, [3]]])
})

onEngines("outputs without a state run in a batch in which another output cannot be evaluated", async (run) => {
  const seen: Seen<number> = []
  const numbers = Testing.input([[1], [2], [3]])
  const failing = DStream.transform(numbers, (rdd, { time }) => {
    if (time === 2000) throw new RangeError("not now")
    return RDD.map(rdd, (n) => n)
  })
  await run(discard(failing), recording(numbers, seen), discard(failing))
  assert.deepEqual(seen, [[1000, [1]], [2000, [2]], [3000, [3]]])
})
