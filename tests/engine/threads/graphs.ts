/** Graphs for tests with workers, in a module of their own: workers import it, too. */
import { Context, Effect, Layer } from "effect"
import { Accumulator, DStream, Graph, OutputPolicy, RDD } from "../../../mod.ts"
import { make } from "../../../lib/rdd/rdd.ts"
import { fromText } from "../../../lib/rdd/text_block.ts"
import { Testing } from "../../../lib/testing.ts"

/** What the outputs of the graphs below have received, on the driver. */
export const seen: Array<unknown> = []

/** Adds the records of each batch to {@link seen}. */
const collecting = (stream: DStream.DStream<unknown, unknown>): DStream.Output<unknown> =>
  DStream.foreachRDD(stream, (rdd) => Effect.map(RDD.collect(rdd), (records) => void seen.push(records)))

/** Whether this isolate is a worker. */
const isWorker = "WorkerGlobalScope" in globalThis

type Batches = ReadonlyArray<ReadonlyArray<number>>

const input = (batches: Batches) => Testing.input(batches, { partitions: 2 })

/** Says for each record whether a worker has mapped it. */
export const where = Graph.module(import.meta, (batches: Batches) => [
  input(batches).pipe(DStream.map((n) => [n, isWorker]), collecting),
])

const texts: DStream.RDDQueue<string> = DStream.rddQueue<string>()

/** Adds a batch with two partitions of text that is bytes, each with one line again and again. */
export const pushText = (letter: string, lines: number): void => {
  const load = (part: number) => fromText(new TextEncoder().encode(`${letter}${part}\n`.repeat(lines)))
  texts.push(make("text", [], { kind: "source", partitions: 2, load }))
}

/** Counts the lines of the batches of {@link pushText}, with the isolate that has read them. */
export const countingText = Graph.module(import.meta, (_: null) => [
  DStream.queueStream(texts).pipe(
    DStream.map((line): [string, number] => [`${line} ${isWorker}`, 1]),
    DStream.reduceByKey((a, b) => a + b),
    collecting,
  ),
])

/** Data that cannot travel: a function. */
export const withFunction = Graph.module(
  import.meta,
  (config: { readonly batches: Batches; readonly f: () => number }) => [
    input(config.batches).pipe(DStream.map((n) => [n + config.f(), isWorker]), collecting),
  ],
)

let made = 0

/** Makes another graph each time: the worker is the first one to make it there. */
export const different = Graph.module(import.meta, (batches: Batches) => {
  const doubled = input(batches).pipe(DStream.map((n) => [n, isWorker]))
  return [collecting(isWorker || made++ > 0 ? DStream.filter(doubled, () => true) : doubled)]
})

/** Makes other operations in a worker, in one batch. */
export const differentOnce = Graph.module(import.meta, (batches: Batches) => [
  input(batches).pipe(
    DStream.transform((rdd, { time }) =>
      isWorker && time === 2000
        ? RDD.map(RDD.filter(rdd, () => true), (n) => [n, isWorker])
        : RDD.map(rdd, (n) => [n, isWorker])
    ),
    collecting,
  ),
])

let hasFailed = false

/** Runs two actions on pairs that a shuffle has brought together. A worker fails the first one. */
export const failingOnce = Graph.module(import.meta, (batches: Batches) => [
  input(batches).pipe(
    DStream.map((n): [number, number] => [n % 4, n]),
    DStream.groupByKey(),
    DStream.map(([key, values]) => {
      if (isWorker && !hasFailed) {
        hasFailed = true
        throw new RangeError("the first action fails")
      }
      return [key, values, isWorker]
    }),
    (groups) =>
      DStream.foreachRDD(groups, (rdd) =>
        Effect.gen(function* () {
          seen.push(yield* Effect.match(RDD.collect(rdd), { onFailure: String, onSuccess: () => undefined }))
          seen.push(yield* RDD.collect(rdd))
        })),
  ),
])

/** Throws for a record. The error says where it was thrown. */
export const throwing = Graph.module(import.meta, (config: { readonly batches: Batches; readonly at: number }) => [
  input(config.batches).pipe(
    DStream.map((n) => {
      if (n === config.at) throw new RangeError(`no ${n}, worker: ${isWorker}`)
      return n
    }),
    collecting,
  ),
])

const total = Accumulator.long()

/** Counts on the driver what the tasks add up: workers cannot name the accumulator to it. */
export const accumulating = Graph.module(import.meta, (batches: Batches) => [
  input(batches).pipe(
    DStream.map((n) => {
      total.add(n)
      return [n, isWorker]
    }),
    DStream.foreachRDD((rdd) => Effect.map(RDD.collect(rdd), (records) => void seen.push(records, total.value))),
  ),
])

const before = Accumulator.long("threads.before")
const after = Accumulator.long()

/** Adds to an accumulator in a function that only the driver has, and then to one without an address in one of the graph. */
export const accumulatingTwice = Graph.module(import.meta, (batches: Batches) => [
  input(batches).pipe(
    DStream.transform((rdd) => Effect.map(Effect.orDie(RDD.count(rdd)), () => RDD.map(rdd, (n) => (before.add(1), n)))),
    DStream.map((n) => {
      after.add(n)
      return n
    }),
    DStream.foreachRDD((rdd) => Effect.map(RDD.collect(rdd), (records) => void seen.push(records, before.value))),
  ),
])

/** Collects records with a function that only the driver has. */
export const accumulatingInOrder = Graph.module(import.meta, (batches: Batches) => [
  input(batches).pipe(
    DStream.map((n) => [n, isWorker]),
    DStream.foreachRDD((rdd) => {
      const all = Accumulator.collection<ReadonlyArray<unknown>>()
      return Effect.map(RDD.foreach(rdd, all.add), () => void seen.push(all.value))
    }),
  ),
])

class Point {
  constructor(readonly x: number) {}
}

/** Records that cannot leave the isolate in which they were made. */
export const points = Graph.module(import.meta, (batches: Batches) => [
  input(batches).pipe(DStream.map((n) => new Point(n)), collecting),
])

class Log extends Context.Service<Log, { readonly add: (text: string) => void }>()("test/Log") {}
class Missing extends Context.Service<Missing, number>()("test/Missing") {}

/** Writes what is opened and closed to a file. */
const logLayer = (path: string) =>
  Layer.effect(
    Log,
    Effect.gen(function* () {
      const add = (text: string) =>
        Deno.writeTextFileSync(path, `${isWorker ? "worker" : "driver"} ${text}\n`, { append: true })
      add("opens")
      yield* Effect.addFinalizer(() => Effect.sync(() => add("closes")))
      return { add }
    }),
  )

/** Uses a service in an effectful function, below the layer that provides it. */
export const provided = Graph.module(import.meta, (config: { readonly batches: Batches; readonly path: string }) => [
  input(config.batches).pipe(
    DStream.mapEffect((n) => Log.use(({ add }) => Effect.sync(() => (add(`maps ${n}`), [n, isWorker])))),
    DStream.provide(logLayer(config.path)),
    collecting,
  ),
])

/** Uses a service that only the caller of `start` provides. */
export const open = Graph.module(import.meta, (batches: Batches) => [
  input(batches).pipe(
    DStream.mapEffect((n) => Missing.use((more) => Effect.succeed([n + more, isWorker]))),
    DStream.provide(Layer.succeed(Log, { add: () => {} })),
    DStream.foreachRDD((rdd) => Effect.map(RDD.collect(rdd), (records) => void seen.push(records))),
  ),
])

/** Provides what {@link open} needs. */
export const withMissing = <A, E, R>(
  self: Effect.Effect<A, E, R | Missing>,
): Effect.Effect<A, E, Exclude<R, Missing>> =>
  Effect.provideService(self, Missing, 10) as Effect.Effect<A, E, Exclude<R, Missing>>

/** A function that never returns in a worker, for one of the records. The output goes on after a failure. */
export const hanging = Graph.module(
  import.meta,
  (config: { readonly batches: Batches; readonly at: number; readonly window: number }) => [
    input(config.batches).pipe(
      DStream.map((n) => {
        while (n === config.at && isWorker);
        return [n, isWorker]
      }),
      DStream.window(config.window),
      collecting,
      DStream.onFailure(OutputPolicy.continueOn),
    ),
  ],
)

const isolate = crypto.randomUUID()

/**
 * Says which worker has mapped the records of a batch. Workers never map a 3: actions that wait for it are interrupted, which
 * takes them some time.
 */
export const interrupted = Graph.module(import.meta, (batches: Batches) => [
  input(batches).pipe(
    DStream.mapEffect((n) =>
      n === 3 && isWorker
        ? Effect.onInterrupt(Effect.never, () => Effect.sleep("50 millis"))
        : Effect.succeed(isWorker && isolate)
    ),
    DStream.provide(Layer.empty),
    DStream.foreachRDD((rdd, { time }) => {
      if (time !== 2000) return Effect.map(RDD.collect(rdd), (records) => void seen.push(records))
      const waiting = Effect.forEach([1, 2, 3], () => RDD.collect(rdd), { concurrency: "unbounded" })
      return Effect.raceFirst(waiting, Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 100))))
    }),
  ),
])

/** An error that no function catches ends the worker while its task waits. */
export const crashing = Graph.module(import.meta, (config: { readonly batches: Batches; readonly at: number }) => [
  input(config.batches).pipe(
    DStream.mapEffect((n) =>
      n === config.at && isWorker
        ? Effect.callback<ReadonlyArray<unknown>>(() =>
          queueMicrotask(() => {
            throw new Error("nobody catches this")
          })
        )
        : Effect.succeed([n, isWorker])
    ),
    DStream.provide(Layer.empty),
    collecting,
    DStream.onFailure(OutputPolicy.continueOn),
  ),
])

/** A function that ends its worker. */
export const closing = Graph.module(
  import.meta,
  (config: { readonly batches: Batches; readonly at: number; readonly exits: boolean }) => [
    input(config.batches).pipe(
      DStream.map((n) => {
        if (n === config.at && isWorker) {
          if (config.exits) Deno.exit(1)
          globalThis.close()
        }
        return [n, isWorker]
      }),
      collecting,
      DStream.onFailure(OutputPolicy.continueOn),
    ),
  ],
)

/** Streams that only the driver can evaluate, and functions that only it has, around functions of the graph. */
export const mixed = Graph.module(import.meta, (batches: Batches) => [
  input(batches).pipe(
    DStream.map((n) => [n, isWorker] as const),
    DStream.transform((rdd) =>
      Effect.map(Effect.orDie(RDD.count(rdd)), (count) => RDD.map(rdd, ([n, there]) => [n, there, count, isWorker]))
    ),
    DStream.map((record) => [...record, isWorker]),
    DStream.foreachRDD((rdd) =>
      Effect.map(RDD.collect(RDD.map(rdd, (record) => [...record, isWorker])), (records) => void seen.push(records))
    ),
  ),
])

/** One output has a function that never returns in a worker, for one of the records. The other one looks back at three batches. */
export const looking = Graph.module(import.meta, (config: { readonly batches: Batches; readonly at: number }) => {
  const numbers = input(config.batches)
  return [
    numbers.pipe(
      DStream.map((n) => {
        while (n === config.at && isWorker);
        return n
      }),
      DStream.foreachRDD((rdd) => Effect.asVoid(RDD.count(rdd))),
      DStream.onFailure(OutputPolicy.continueOn),
    ),
    numbers.pipe(DStream.map((n) => n), DStream.window(3000), DStream.map((n) => [n, isWorker]), collecting),
  ]
})
