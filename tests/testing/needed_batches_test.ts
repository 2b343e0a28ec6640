import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import * as DStream from "../../lib/dstream.ts"
import * as StateSpec from "../../lib/state_spec.ts"
import { Testing } from "../../lib/testing.ts"
import { broken, holds } from "./laws.ts"

const { neededBatches } = Testing

const numbers = Testing.input([[1]])
const total = (key: string, value: Option.Option<number>, sum: StateSpec.State<number>): [string, number] => {
  if (Option.isNone(value)) return [key, -1]
  sum.update(Option.getOrElse(sum.getOption(), () => 0) + value.value)
  return [key, sum.get()]
}

Deno.test("neededBatches() is 0 for streams that only process the current batch", () => {
  assert.equal(neededBatches([DStream.map(numbers, (n) => n + 1), DStream.count(numbers)]), 0)
})

Deno.test("neededBatches() adds up windows, slides and timeouts on the longest way to an input", () => {
  const window = DStream.window(numbers, "6 seconds")
  assert.equal(neededBatches([window]), 6)
  assert.equal(neededBatches([numbers, DStream.countByWindow(window, "3 seconds")]), 9)
  assert.equal(neededBatches([DStream.window(numbers, "6 seconds", { slide: "3 seconds" })], "500 millis"), 18)
  const spec = StateSpec.function(total).pipe(StateSpec.timeout("5 seconds"))
  const pairs = Testing.input<[string, number]>([[["a", 1]]])
  assert.equal(neededBatches([DStream.mapWithState(pairs, spec)]), 5)
  assert.equal(neededBatches([DStream.union(window, DStream.window(numbers, "2 seconds"))]), 6)
})

/** A window that never loses a batch, in place of one of six batches. */
const neverLeaves = (stream: DStream.DStream<number>) =>
  DStream.reduce(DStream.window(stream, "60 seconds"), (a, b) => a + b)

/** What a sum over six batches means. */
const sumOfSix = (batches: ReadonlyArray<ReadonlyArray<number>>) =>
  batches.map((_, i) => {
    const all = batches.slice(Math.max(0, i - 5), i + 1).flat()
    return all.length === 0 ? [] : [all.reduce((a, b) => a + b)]
  })

const input = Testing.batches(fc.integer({ min: 1, max: 9 }), { maxRecords: 3 })

Deno.test("oracle() finds a window of six batches that never loses one, with the default sizes", async () => {
  const right = (stream: DStream.DStream<number>) =>
    DStream.reduce(DStream.window(stream, "6 seconds"), (a, b) => a + b)
  await holds(Testing.oracle(right, sumOfSix, { inputs: [input] }))
  const { given } = await broken(Testing.oracle(neverLeaves, sumOfSix, { inputs: [input] }), { runs: 100 })
  assert.deepEqual(given, { inputs: [[[1], [], [], [], [], [], []]], partitions: 1 })
})

Deno.test("sameStreams() and windowIsConcatenation() generate enough batches for a mistake in what leaves", async () => {
  const same = Testing.sameStreams("six batches", [input], {
    left: (stream) => DStream.window(stream, "6 seconds"),
    right: (stream) => DStream.window(stream, "7 seconds"),
  })
  assert.equal((await broken(same, { runs: 100 }))._tag, "LawBroken")
  const law = Testing.laws.windowIsConcatenation(6, 1, {
    input,
    window: (stream, window, { slide }) => DStream.window(stream, window + slide, { slide }),
  })
  assert.equal((await broken(law, { runs: 100 }))._tag, "LawBroken")
})

Deno.test("oracle() generates gaps that are long enough for keys to time out", async () => {
  /** Right until a key times out: then the operator has a record with -1, and starts from 0 afterwards. */
  const withoutTimeout = (batches: ReadonlyArray<ReadonlyArray<readonly [string, number]> | null>) => {
    const sums = new Map<string, number>()
    return batches.map((pairs) =>
      (pairs ?? []).map(([key, value]): [string, number] => {
        sums.set(key, (sums.get(key) ?? 0) + value)
        return [key, sums.get(key) ?? 0]
      })
    )
  }
  const law = Testing.oracle(
    (pairs: DStream.DStream<readonly [string, number]>) =>
      DStream.mapWithState(pairs, StateSpec.function(total).pipe(StateSpec.timeout("8 seconds"))),
    withoutTimeout,
    { inputs: [Testing.batches(Testing.pairs(fc.nat(9)))] },
  )
  const { given } = await broken(law, { runs: 100 })
  const [batches] = (given as { readonly inputs: ReadonlyArray<ReadonlyArray<unknown>> }).inputs
  assert.ok(batches !== undefined && batches.length >= 9, JSON.stringify(given))
})

Deno.test("neededBatches of a law follow the batch interval of the check", () => {
  const law = Testing.oracle(neverLeaves, sumOfSix, { inputs: [input] })
  assert.deepEqual([law.neededBatches(1000), law.neededBatches(20_000)], [60, 3])
  const longest = (batchMs: number) =>
    Math.max(...fc.sample(law.trials(batchMs), { numRuns: 100, seed: 1 }).map(({ batches }) => batches ?? 0))
  assert.ok(longest(1000) > 60 && longest(20_000) <= 8)
})

/** Checks a law and returns the warnings that the check has logged. */
const warnings = async (law: Testing.Law) => {
  const lines: Array<string> = []
  const logger = Logger.layer([
    Logger.make(({ logLevel, message }) => void lines.push(`${logLevel} ${String(message)}`)),
  ])
  await Effect.runPromise(Effect.provide(Testing.check(law, { runs: 20, seed: 1 }), logger))
  return lines
}

Deno.test("check() warns of a law that held although all its inputs were too short", async () => {
  const short = Testing.batches(fc.nat(9), { maxBatches: 4 })
  const [warning = "", ...others] = await warnings(Testing.oracle(neverLeaves, sumOfSix, { inputs: [short] }))
  assert.deepEqual(others, [])
  assert.match(warning, /^Warn Testing\.check: "stream = batch" held, but no input had more than 4 batches/)
  assert.match(
    warning,
    /the pipeline needs 60 .* maxBatches out, or make it at least 120 \(.* at needed_batches_test\.ts/,
  )
})

Deno.test("check() does not warn if the inputs were long enough, or if nothing looks back", async () => {
  assert.deepEqual(await warnings(Testing.laws.windowIsConcatenation(3, 1, { input })), [])
  assert.deepEqual(
    await warnings(Testing.laws.enginesAgree((n: DStream.DStream<number>) => DStream.count(n), { input })),
    [],
  )
})

Deno.test("a pipeline that throws is reported by its law", async () => {
  const law = Testing.oracle(
    (): DStream.DStream<number> => {
      throw new Error("no pipeline")
    },
    sumOfSix,
    { inputs: [input] },
  )
  assert.match((await broken(law)).message, /failed: no pipeline/)
})
