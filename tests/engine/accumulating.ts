/** Graphs with accumulators, in a module of their own: workers import it, too. */
import { Effect, Option, Schedule } from "effect"
import { Accumulator, DStream, Graph, OutputPolicy, RDD } from "../../mod.ts"
import { Testing } from "../../lib/testing.ts"

/** What the outputs of the graphs below have received, on the driver. */
export const seen: Array<unknown> = []

/** Whether this isolate is a worker. */
const isWorker = "WorkerGlobalScope" in globalThis

type Batches = ReadonlyArray<ReadonlyArray<number>>

const input = (batches: Batches) => Testing.input(batches, { partitions: 2 })

/** Adds the records of each batch to {@link seen}, and what `values` gives afterwards. */
const collecting =
  (...values: ReadonlyArray<() => unknown>) => (stream: DStream.DStream<unknown, unknown>): DStream.Output<unknown> =>
    DStream.foreachRDD(
      stream,
      (rdd) => Effect.map(RDD.collect(rdd), (records) => void seen.push(records, ...values.map((value) => value()))),
    )

const total = Accumulator.long("accumulating.total")

/** Adds to an accumulator with a name of its own, at the top level. */
export const named = Graph.module(import.meta, (batches: Batches) => [
  input(batches).pipe(
    DStream.map((n) => {
      total.add(n)
      return [n, isWorker]
    }),
    collecting(() => total.value),
  ),
])

/** Adds to accumulators of the graph in all of its stages: before, in and after a shuffle. */
export const made = Graph.module(import.meta, (config: { readonly batches: Batches; readonly factor: number }) => {
  const mapped = Accumulator.long()
  const combined = Accumulator.double("combined")
  const after = Accumulator.collection<number>()
  return [
    input(config.batches).pipe(
      DStream.map((n) => {
        mapped.add(n * config.factor)
        return [n % 3, n]
      }),
      DStream.reduceByKey((a, b) => {
        combined.add(1)
        return a + b
      }),
      DStream.map(([key, sum]) => {
        after.add(key)
        return [key, sum, isWorker]
      }),
      DStream.repartition(3),
      DStream.map((record) => record),
      collecting(() => mapped.value, () => mapped.count, () => combined.value, () => [...after.value]),
    ),
  ]
})

/** An output that fails twice and is retried, beside one that uses the same stages. */
export const retried = Graph.module(import.meta, (batches: Batches) => {
  const mapped = Accumulator.long()
  const combined = Accumulator.long()
  const written = Accumulator.long()
  const stream = input(batches).pipe(
    DStream.map((n) => {
      mapped.add(1)
      return [n % 2, n]
    }),
    DStream.reduceByKey((a, b) => {
      combined.add(1)
      return a + b
    }),
  )
  let failures = 2
  const failing = stream.pipe(
    DStream.foreachRDD((rdd) =>
      Effect.flatMap(
        RDD.count(RDD.map(rdd, (pair) => (written.add(1), pair))),
        () => failures-- > 0 ? Effect.fail("not yet") : Effect.void,
      )
    ),
    DStream.onFailure(OutputPolicy.retry(Schedule.recurs(5))),
  )
  return [collecting()(stream), failing, collecting(() => [mapped.value, combined.value, written.value])(stream)]
})

/** Fails in the first attempt, in a function of the graph, once all records have been added. */
export const failing = Graph.module(import.meta, (config: { readonly batches: Batches; readonly at: number }) => {
  const before = Accumulator.long()
  const within = Accumulator.long()
  return [
    input(config.batches).pipe(
      DStream.map((n) => (before.add(1), [n % 2, n] as const)),
      DStream.groupByKey(),
      DStream.map(([key, values]) => {
        within.add(values.length)
        if (values.includes(config.at)) throw new RangeError(`no ${config.at}`)
        return key
      }),
      collecting(),
      DStream.onFailure(OutputPolicy.continueOn),
    ),
    DStream.foreachRDD(input(config.batches), () => Effect.sync(() => void seen.push([before.value, within.value]))),
  ]
})

/** Keeps an RDD for three batches. */
export const windowed = Graph.module(import.meta, (batches: Batches) => {
  const mapped = Accumulator.long()
  return [
    input(batches).pipe(
      DStream.map((n) => (mapped.add(1), n)),
      DStream.repartition(2),
      DStream.map((n) => (mapped.add(1), n)),
      DStream.window(3000),
      collecting(() => mapped.value),
    ),
  ]
})

const stateUpdates = Accumulator.long()

/** Adds to an accumulator in the function of a state: to one of the graph, or to one at the top level without a name. */
export const stateful = Graph.module(import.meta, (config: { readonly batches: Batches; readonly named: boolean }) => {
  const own = Accumulator.long()
  const updates = config.named ? own : stateUpdates
  return [
    input(config.batches).pipe(
      DStream.map((n) => [n % 2, n] as const),
      DStream.updateStateByKey((values: ReadonlyArray<number>, state: Option.Option<number>) => {
        updates.add(values.length)
        return Option.some(values.reduce((sum, n) => sum + n, Option.getOrElse(state, () => 0)))
      }),
      collecting(() => updates.value),
    ),
  ]
})

/** Reads only some of the partitions behind a shuffle. */
export const partly = Graph.module(import.meta, (batches: Batches) => {
  const mapped = Accumulator.long()
  return [
    DStream.foreachRDD(
      input(batches).pipe(DStream.map((n) => (mapped.add(1), [n, n] as const)), DStream.groupByKey({ partitions: 2 })),
      (rdd) => Effect.map(RDD.lookup(rdd, 1), (values) => void seen.push(values, mapped.value)),
    ),
    DStream.foreachRDD(
      input(batches).pipe(DStream.map((n) => (mapped.add(1), n)), DStream.repartition(3)),
      (rdd) => Effect.map(RDD.take(rdd, 1), ({ length }) => void seen.push(length, mapped.value)),
    ),
  ]
})

/** Actions that use the same stages, of which the first one fails after these have run. */
export const several = Graph.module(import.meta, (batches: Batches) => {
  const mapped = Accumulator.long()
  return [
    DStream.foreachRDD(
      input(batches).pipe(DStream.map((n) => (mapped.add(1), n)), DStream.repartition(3)),
      (rdd) => {
        let isFailing = true
        const throwing = RDD.map(rdd, (n) => {
          if (isFailing) throw new RangeError("not yet")
          return n
        })
        return Effect.gen(function* () {
          yield* Effect.flip(RDD.count(throwing))
          seen.push(mapped.value)
          isFailing = false
          for (const action of [RDD.count(throwing), RDD.take(rdd, 1), RDD.collect(RDD.sortBy(rdd, (n) => n))]) {
            yield* action
            seen.push(mapped.value)
          }
        })
      },
    ),
  ]
})

const unnamed = Accumulator.long()

/** Two accumulators with one name. */
export const namesakes = [Accumulator.long("namesakes"), Accumulator.long("namesakes")] as const

/** Accumulators at the top level that workers cannot name to the driver: one has no name, two have the same. */
export const withoutAddress = Graph.module(
  import.meta,
  (config: { readonly batches: Batches; readonly named: boolean }) => {
    const accumulator = config.named ? namesakes[0] : unnamed
    return [
      input(config.batches).pipe(
        DStream.map((n) => {
          accumulator.add(n)
          return [n % 2, n]
        }),
        DStream.reduceByKey((a, b) => a + b),
        collecting(() => accumulator.value),
      ),
    ]
  },
)

class Largest {
  constructor(readonly n: number) {}
}

/** A total that cannot travel. */
export const notPortable = Graph.module(import.meta, (batches: Batches) => {
  const largest = Accumulator.make<number, Largest>({
    zero: () => new Largest(-Infinity),
    add: (a, n) => new Largest(Math.max(a.n, n)),
    merge: (a, b) => new Largest(Math.max(a.n, b.n)),
  })
  return [input(batches).pipe(DStream.map((n) => (largest.add(n), n)), collecting(() => largest.value.n))]
})

/** Reads an accumulator in tasks. */
export const reading = Graph.module(import.meta, (batches: Batches) => {
  const sum = Accumulator.long()
  return [
    input(batches).pipe(
      DStream.map((n) => {
        sum.add(n)
        return [n, sum.value]
      }),
      collecting(() => sum.value),
    ),
  ]
})

/** Reads an accumulator in the function of a transform, which copies of the graph call as well. */
export const transforming = Graph.module(import.meta, (batches: Batches) => {
  const sum = Accumulator.long()
  return [
    input(batches).pipe(
      DStream.map((n) => (sum.add(n), n)),
      DStream.transform((rdd) => {
        const before = sum.value
        return RDD.map(rdd, (n) => [n, before])
      }),
      collecting(() => sum.value),
    ),
  ]
})

/** Resets an accumulator in tasks. */
export const resetting = Graph.module(import.meta, (batches: Batches) => {
  const sum = Accumulator.long()
  return [
    input(batches).pipe(
      DStream.map((n) => (sum.add(n), n)),
      DStream.mapEffect((n) => Effect.as(sum.reset, n)),
      collecting(() => sum.value),
    ),
  ]
})

/** Throws what an accumulator refuses. */
export const refusing = Graph.module(import.meta, (batches: Batches) => {
  const sum = Accumulator.long("sum of halves")
  return [
    input(batches).pipe(
      DStream.map((n) => (sum.add(n / 2), n)),
      collecting(),
      DStream.onFailure(OutputPolicy.continueOn),
    ),
    DStream.foreachRDD(input(batches), () => Effect.sync(() => void seen.push(sum.value))),
  ]
})
