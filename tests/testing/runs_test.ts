import assert from "node:assert/strict"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as DStream from "../../lib/dstream.ts"
import * as RDD from "../../lib/rdd.ts"
import { Testing } from "../../lib/testing.ts"

const lengths = (words: DStream.DStream<string>): DStream.DStream<[string, number]> =>
  DStream.map(words, (word) => [word, word.length])

Deno.test("run() passes the batches of any number of inputs to a pipeline", async () => {
  const none = Testing.run(() => Testing.input([[1]]), [])
  const one = Testing.run(lengths, [[["a"], null, ["bb"]]])
  const three = Testing.run((a, b, c) => DStream.unionAll([a, b, c]), [[[1], [2]], [[3]], [[], [], [4]]])
  assert.deepEqual(await Effect.runPromise(none), [[1]])
  assert.deepEqual(await Effect.runPromise(one), [[["a", 1]], undefined, [["bb", 2]]])
  assert.deepEqual(await Effect.runPromise(three), [[1, 3], [2], [4]])
})

Deno.test("run() infers the record types of the inputs for a pipeline without type annotations, pairs too", async () => {
  const joined = Testing.run((ages, towns) => DStream.join(ages, towns), [[[["ann", 31]]], [[["ann", "Oslo"]]]])
  const found: ReadonlyArray<ReadonlyArray<[string, [number, string]]> | undefined> = await Effect.runPromise(joined)
  assert.deepEqual(found, [[["ann", [31, "Oslo"]]]])
})

Deno.test("run() and runPartitions() take options after the inputs", async () => {
  const options = { batchDuration: "2 seconds", batches: 1, partitions: 3 } as const
  const parts = Testing.runPartitions((numbers) => DStream.map(numbers, (n) => n + 1), [[[1, 2, 3], [4]]], options)
  assert.deepEqual(await Effect.runPromise(parts), [[[2], [3], [4]]])
})

// Never called: it only has to compile, apart from the expected errors.
const wrong = () => {
  // @ts-expect-error the records are numbers
  Testing.run(lengths, [[[1]]])
  // @ts-expect-error there is one input only
  Testing.run((a: DStream.DStream<string>, b: DStream.DStream<string>) => DStream.union(a, b), [[["a"]]])
}

Deno.test("run() does not compile if the inputs do not fit the pipeline", () => {
  assert.equal(typeof wrong, "function")
})

Deno.test("run() requires the number of batches if no input determines it", async () => {
  const ones = DStream.constant([1])
  await assert.rejects(
    Effect.runPromise(Testing.run(ones)),
    /No Testing.input is among the inputs: say how many batches/,
  )
  assert.deepEqual(await Effect.runPromise(Testing.run(ones, { batches: 2 })), [[1], [1]])
  assert.deepEqual(await Effect.runPromise(Testing.run(Testing.input<number>([]))), [])
})

/** Returns what a pipeline itself prints and logs during a run. */
const shown = async (run: (stream: DStream.DStream<number>) => Effect.Effect<unknown, unknown>) => {
  const lines: Array<string> = []
  const console = { ...globalThis.console, log: (...parts: ReadonlyArray<unknown>) => void lines.push(parts.join(" ")) }
  const said = DStream.mapEffect(
    Testing.input([[1]]),
    (n) => Effect.as(Effect.andThen(Console.log("print"), Effect.log("log")), n),
  )
  const logger = Logger.layer([Logger.make(({ message }) => void lines.push(String(message)))])
  await Effect.runPromise(
    run(said).pipe(Effect.provideService(Console.Console, console), Effect.provide(logger)),
  )
  return lines
}

Deno.test("run() shows what the pipeline prints, and what it logs with logs: true", async () => {
  assert.deepEqual(await shown((stream) => Testing.run(stream)), ["print"])
  assert.deepEqual(await shown((stream) => Testing.run(stream, { logs: true })), ["print", "log"])
})

Deno.test("runOutputs() captures what is printed", async () => {
  const run = (stream: DStream.DStream<number>) => Testing.runOutputs([DStream.foreachRDD(stream, RDD.count)])
  assert.deepEqual(await shown(run), [])
})

Deno.test("run() and runOutputs() name the arguments they accept if they are given others", async () => {
  // deno-lint-ignore no-explicit-any
  const untyped = (u: unknown): any => u
  assert.throws(() => Testing.run(untyped([[1]])), /takes a stream, or a function of streams .* but was given: array/)
  const outputs: readonly [DStream.Output] = untyped([Testing.input([[1]]), DStream.print])
  const error = await Effect.runPromise(Effect.flip(Testing.runOutputs(outputs)))
  assert.match(String(error), /output 0 is a stream; end it with an output operation/)
})
