/**
 * Tests the properties of a pipeline with random batches, in virtual time.
 *
 *     deno test examples/property_test.ts    # runs the tests
 *     deno run examples/property_test.ts     # shows how a test finds a mistake
 *
 * @module
 */
import { DStream, runMain } from "@dstream/dstream"
import { Testing } from "@dstream/dstream/testing"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { atMost } from "./arguments.ts"

type Readings = DStream.DStream<readonly [sensor: string, celsius: number]>

/** The pipeline under test: the average of each sensor in each batch. */
const averages = (readings: Readings) =>
  readings.pipe(
    DStream.mapValues((celsius) => [celsius, 1]),
    DStream.reduceByKey(([sum, count], [more, others]) => [sum + more, count + others]),
    DStream.mapValues(([sum, count]) => sum / count),
  )

/** The same with a mistake: an average of averages is not the average of all values. */
const mistaken = (readings: Readings) => DStream.reduceByKey(readings, (a, b) => (a + b) / 2)

/** Random readings. Some sensors send much more than others; there are bursts, empty batches and batches without an RDD. */
const input = Testing.arrivals(Testing.pairs(fc.integer({ min: -40, max: 60 }), Testing.skewedKeys({ distinct: 3 })))

/** The expected averages, computed with plain arrays. */
const meaning = Testing.perBatch((readings: ReadonlyArray<readonly [string, number]>) =>
  Array.from(
    Map.groupBy(readings, ([sensor]) => sensor),
    ([sensor, own]): [string, number] => [sensor, own.reduce((sum, [, celsius]) => sum + celsius, 0) / own.length],
  )
)

const laws = [
  Testing.oracle(averages, meaning, { inputs: [input], name: "averages = averages of plain arrays" }),
  Testing.laws.partitioningIsInvisible(averages, { input }),
  Testing.laws.orderIsInvisible(averages, { input }),
  Testing.laws.enginesAgree(averages, { input }),
]

for (const law of laws) {
  Deno.test(`averages: ${law.name}`, () => Effect.runPromise(Effect.asVoid(Testing.check(law))))
}

const program = Effect.gen(function* () {
  yield* atMost(Deno.args, 0)
  const { log } = console
  for (const { law, runs } of yield* Testing.checkAll(laws)) log(`"${law}" held for ${runs} inputs`)
  const wrong = Testing.oracle(mistaken, meaning, { inputs: [input], name: "mistaken = averages of plain arrays" })
  const caught = yield* Effect.flip(Testing.check(wrong, { seed: 1 }))
  log(`\n${caught.message}`)
})

if (import.meta.main) runMain(program)
