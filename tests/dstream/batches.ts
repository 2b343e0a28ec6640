import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as DStream from "../../lib/dstream.ts"
import * as LocalEngine from "../../lib/engine/local/engine.ts"
import { Engine } from "../../lib/rdd/engine.ts"
import * as RDD from "../../lib/rdd.ts"

/** A batch of an input: records in two partitions, `null` for no RDD, or `"empty"` for an RDD without partitions. */
export type Given<A> = ReadonlyArray<A> | null | "empty"

/** An input stream of these batches, and empty ones after them. */
export const input = <A>(batches: ReadonlyArray<Given<A>>, slideDuration?: number): DStream.DStream<A> =>
  DStream.make(
    "input",
    [],
    [],
    Effect.fnUntraced(function* () {
      const { time, zeroTime, batchDuration } = yield* DStream.Batch
      const given = batches[(time - zeroTime) / batchDuration - 1]
      if (given === null) return yield* new DStream.NoRDD({ operation: "input", time })
      return given === "empty" ? RDD.empty<A>() : RDD.parallelize(given ?? [], { partitions: 2 })
    }),
    { slideDuration },
  )

const batchAt = (time: number, memo: Map<DStream.AnyDStream, RDD.AnyRDD>): DStream.Batch => ({
  time,
  zeroTime: 0,
  batchDuration: 1000,
  defaultParallelism: 2,
  first: () => undefined,
  newest: () => undefined,
  address: (stream) => stream.name ?? stream.operation,
  stateVersion: () => undefined,
  at: (other) => batchAt(other, new Map()),
  recall: (stream) => memo.get(stream),
  remember: (stream, rdd) => void (rdd && memo.set(stream, rdd)),
  hasNone: () => false,
  keepOnDriver: () => {},
  recordFailure: () => {},
  input: () => Effect.die(new TypeError("no input here")),
})

/** Runs batch `n` (from 1) of a stream: its records by partition, or the failure. */
export const batch = <A, E, R>(
  stream: DStream.DStream<A, E, R>,
  n = 1,
): Effect.Effect<Exit.Exit<ReadonlyArray<ReadonlyArray<A>>, unknown>, never, Exclude<R, DStream.Batch>> =>
  stream.pipe(
    Effect.flatMap((rdd) => Effect.flatMap(Engine, (engine) => engine.run(rdd))),
    Effect.map((blocks) => blocks.map((block) => block.records)),
    Effect.provideService(DStream.Batch, batchAt(n * 1000, new Map())),
    Effect.exit,
    Effect.provide(LocalEngine.layer({ parallelism: 2 })),
  ) as Effect.Effect<Exit.Exit<ReadonlyArray<ReadonlyArray<A>>, unknown>, never, Exclude<R, DStream.Batch>>

/** The records of the first `n` batches, by batch and partition. */
export const partitions = <A, E>(stream: DStream.DStream<A, E>, n = 1): Promise<Array<Array<Array<A>>>> =>
  Effect.runPromise(
    Effect.forEach(
      Array.from({ length: n }, (_, i) => i + 1),
      (i) => Effect.map(Effect.flatten(batch(stream, i)), (parts) => parts.map((part) => Array.from(part))),
    ),
  )

/** The records of the first `n` batches. */
export const run = <A, E>(stream: DStream.DStream<A, E>, n = 1): Promise<Array<Array<A>>> =>
  partitions(stream, n).then((batches) => batches.map((parts) => parts.flat()))

/** The error or defect that batch `n` fails with. */
export const failure = <A, E>(stream: DStream.DStream<A, E>, n = 1): Promise<unknown> =>
  Effect.runPromise(batch(stream, n)).then((exit) => Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined)

/** Sorts records, for results whose order is not defined. */
export const sorted = <A>(records: ReadonlyArray<A>): Array<A> =>
  records.toSorted((a, b) => {
    const [x, y] = [JSON.stringify(a), JSON.stringify(b)]
    return x < y ? -1 : x > y ? 1 : 0
  })

/** Removes call sites from a text. */
export const unplaced = (text: string): string => text.replace(/ at \S+:\d+:\d+/g, "")
