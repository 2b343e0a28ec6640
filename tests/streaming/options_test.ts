import assert from "node:assert/strict"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { InvalidOption } from "../../lib/core/errors.ts"
import * as DStream from "../../lib/dstream.ts"
import * as RDD from "../../lib/rdd.ts"
import { Engine } from "../../lib/rdd/engine.ts"
import * as Receiver from "../../lib/receiver.ts"
import * as Scheduler from "../../lib/scheduler.ts"
import * as SparkContext from "../../lib/spark_context.ts"
import type * as StorageLevel from "../../lib/storage_level.ts"
import * as StreamingContext from "../../lib/streaming_context.ts"
import { test } from "./support.ts"

const problemOf = <A>(layer: Layer.Layer<A, InvalidOption>): Promise<InvalidOption> =>
  Effect.runPromise(Effect.scoped(Effect.flip(Layer.build(layer))))

Deno.test("Scheduler.layer() fails with InvalidOption if the duration is not a positive whole number of milliseconds", async () => {
  for (const wrong of [-1, 0, 0.5, Infinity, NaN] as Array<number>) {
    const problem = await problemOf(Scheduler.layer(wrong))
    assert.equal(problem._tag, "InvalidOption")
    assert.deepEqual([problem.where, problem.option, problem.value], ["Scheduler.layer", "batchDuration", wrong])
    assert.match(problem.message, /must be a duration of whole milliseconds, at least 1$/)
  }
})

Deno.test("Scheduler.layer() accepts every form of a duration", async () => {
  const given = [1, "2 seconds", { minutes: 1 }, 1500n * 1_000_000n] as const
  for (const [i, millis] of [1, 2000, 60_000, 1500].entries()) {
    const found = Scheduler.Scheduler.use(({ batchDuration }) => Effect.succeed(batchDuration)).pipe(
      Effect.provide(Scheduler.layer(given[i] as number)),
    )
    assert.equal(await Effect.runPromise(found), millis)
  }
})

Deno.test("SparkContext.layer() accepts a default parallelism, which must be a positive whole number", async () => {
  const { layer } = SparkContext
  const made = (defaultParallelism: number) =>
    Effect.runPromise(
      Effect.map(SparkContext.SparkContext, (sc) => sc.defaultParallelism).pipe(
        Effect.provide(layer({ master: "local[2]", appName: "test", defaultParallelism })),
        Effect.catch((error) => Effect.succeed(error.message)),
      ),
    )
  assert.equal(await made(7), 7)
  assert.equal(
    await made(0),
    "SparkContext.layer: defaultParallelism is 0, but must be a positive whole number",
  )
})

Deno.test("SparkContext.layer() fails with InvalidOption for a taskTimeout that is no positive duration", async () => {
  const made = (taskTimeout: Duration.Input) =>
    Effect.runPromise(
      Effect.map(SparkContext.SparkContext, (sc) => sc.master).pipe(
        Effect.provide(SparkContext.layer({ master: "local[2]", appName: "test", taskTimeout })),
        Effect.catch((error) => Effect.succeed(error.message)),
      ),
    )
  assert.equal(await made("1 minute"), "local[2]")
  assert.equal(
    await made("0 millis"),
    "SparkContext.layer: taskTimeout is 0 millis, but must be a positive duration of whole milliseconds",
  )
})

Deno.test("SparkContext.layer() keeps blocks within storageMemory, in a directory in spillDirectory", async () => {
  const folder = await Deno.makeTempDir()
  const { layer } = SparkContext
  const run = (options: { readonly storageMemory?: number; readonly spillDirectory?: string }) =>
    Effect.runPromise(
      Effect.gen(function* () {
        const kept = RDD.persist(RDD.range(0, 1_000), "MEMORY_AND_DISK")
        const counts = [yield* RDD.count(kept), yield* RDD.count(kept)]
        const names = Array.from(Deno.readDirSync(folder), ({ name }) => name)
        const { storage } = yield* Engine
        return { counts, names: names.length, ...storage.measures() }
      }).pipe(
        Effect.provide(layer({ master: "local[2]", appName: "test", ...options })),
        Effect.catchTag("InvalidOption", (error) => Effect.succeed(error.message)),
      ),
    )
  const spilled = await run({ storageMemory: 0, spillDirectory: folder })
  assert(typeof spilled !== "string" && spilled.disk > 0)
  assert.deepEqual(spilled, { counts: [1_000, 1_000], names: 1, limit: 0, memory: 0, disk: spilled.disk })
  // The directory is removed with the layer.
  const inMemory = await run({ spillDirectory: folder })
  assert(typeof inMemory !== "string" && inMemory.memory > 0)
  assert.deepEqual([inMemory.names, inMemory.disk], [0, 0])
  assert.equal(
    await run({ storageMemory: -1 }),
    "SparkContext.layer: storageMemory is -1, but must be a whole number of bytes, 0 or more",
  )
  assert.equal(
    await run({ spillDirectory: "" }),
    'SparkContext.layer: spillDirectory is "", but must be the path of a directory',
  )
  await Deno.remove(folder, { recursive: true })
})

Deno.test("the storageLevel of a receiver must be one that stores records", () => {
  const of = (storageLevel: string) =>
    DStream.receiverStream(
      Receiver.make({
        name: "Test",
        onStart: (store: Receiver.Store<string>) => store.one("a"),
        storageLevel: storageLevel as StorageLevel.StorageLevel,
      }),
    )
  const problemsOf = (storageLevel: string) => of(storageLevel).traits.check?.(1_000) ?? []
  assert.deepEqual(problemsOf("MEMORY_ONLY"), [])
  for (const level of ["NONE", "memory"]) {
    assert.deepEqual(problemsOf(level), [`its storageLevel is ${level}, but must be a StorageLevel other than NONE`])
  }
})

Deno.test("SparkContext.layer() fails with InvalidOption for unsupported master URLs", async () => {
  for (
    const master of [
      "local[0]",
      "local[]",
      "local[-1]",
      "local[1.5]",
      "local[ 2]",
      "",
      "spark://host",
      "LOCAL",
    ] as Array<string>
  ) {
    const problem = await problemOf(SparkContext.layer({ master: master as "local", appName: "test" }))
    assert.deepEqual([problem.where, problem.option, problem.value], ["SparkContext.layer", "master", master])
  }
})

Deno.test("SparkContext.layer() takes the parallelism from the master URL", async () => {
  const cores = navigator.hardwareConcurrency
  for (const [master, expected] of [["local", 1], ["local[1]", 1], ["local[12]", 12], ["local[*]", cores]] as const) {
    const found = SparkContext.SparkContext.use((sc) => Effect.succeed([sc.master, sc.appName, sc.defaultParallelism]))
    const layer = SparkContext.layer({ master: master as string, appName: "test" })
    assert.deepEqual(await Effect.runPromise(Effect.provide(found, layer)), [master, "test", expected])
  }
})

test("StreamingContext.makeWith() fails with InvalidOption if a setting is out of range", () =>
  Effect.gen(function* () {
    const wrong: ReadonlyArray<StreamingContext.Settings> = [
      { gracefulStopTimeout: 0 },
      { gracefulStopTimeout: "0 seconds" },
      { blockInterval: -1 },
      { maxRate: 0 },
      { maxRate: -5 },
      { maxRate: NaN },
      { receiverCapacity: 0 },
      { maxPendingBatches: 0 },
      { maxPendingBatches: 1.5 },
      { backpressure: { proportional: -1 } },
      { backpressure: { integral: -0.1 } },
      { backpressure: { derived: NaN } },
      { backpressure: { minRate: 0 } },
      { backpressure: { initialRate: Infinity } },
    ]
    for (const settings of wrong) {
      const problem = yield* Effect.flip(StreamingContext.makeWith(settings))
      const [[option, value]] = Object.entries(settings.backpressure || settings) as [[string, unknown]]
      const name = settings.backpressure ? `backpressure.${option}` : option
      assert.deepEqual([problem.where, problem.option, problem.value], ["StreamingContext.makeWith", name, value])
    }
  }))

Deno.test("invalid literal durations and master URLs do not compile", () => {
  const unused = () => {
    // @ts-expect-error a batch interval is above 0
    Scheduler.layer(-1)
    // @ts-expect-error a batch interval is above 0
    Scheduler.layer("0 seconds")
    // @ts-expect-error a batch interval has whole milliseconds
    Scheduler.layer(0.5)
    // @ts-expect-error N is at least 1
    SparkContext.layer({ master: "local[0]", appName: "test" })
    // @ts-expect-error no such master
    SparkContext.layer({ master: "yarn", appName: "test" })
    Scheduler.layer("1 second")
    SparkContext.layer({ master: "local[2]", appName: "test" })
  }
  assert.equal(typeof unused, "function")
})
