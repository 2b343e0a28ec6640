/**
 * Operations that make input streams of a receiver, or of a source that is read by position.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { RDD } from "../../rdd/rdd.ts"
import { isStorageLevel } from "../../rdd/storage_level.ts"
import { Batch } from "../batch.ts"
import { dual } from "../../core/dual.ts"
import { type AnyDStream, type DStream, lift, makeSelf, type NodeOptions } from "../dstream.ts"
import type { InputSource } from "./input_source.ts"
import type { Positions } from "./positions.ts"
import type { Receiver } from "./receiver.ts"

const input = <A, E, R>(operation: string, source: InputSource, options: NodeOptions = {}): DStream<A, E, R> =>
  makeSelf(
    operation,
    [],
    [],
    (self) => Effect.flatMap(Batch, (batch) => batch.input(self) as Effect.Effect<RDD<A>, unknown, unknown>),
    { ...options, source },
  )

/**
 * Makes a stream of the records that a receiver stores. Spark: `receiverStream`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, Receiver } from "@dstream/dstream"
 *
 * const tick = Receiver.make({ name: "Tick", onStart: (store: Receiver.Store<string>) => store.one("tick") })
 * const ticks = DStream.receiverStream(tick)
 * assert.equal(ticks.operation, "receiverStream")
 * ```
 */
export const receiverStream = <A, E, R>(receiver: Receiver<A, E, R>): DStream<A, E, Exclude<R, Scope.Scope>> =>
  fromReceiver("receiverStream", receiver)

/**
 * Makes a stream of the records that a receiver stores, with an operation name of your own. Sources that have a
 * receiver are written with it. User interfaces show the receiver's name: `Clock` is shown as `Clock stream [0]`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, Receiver } from "@dstream/dstream"
 *
 * const clock = (tick: string) =>
 *   Receiver.make({ name: "Clock", onStart: (store: Receiver.Store<string>) => store.one(tick) })
 * const clockStream = (tick: string) => DStream.fromReceiver("clockStream", clock(tick))
 * assert.equal(clockStream("tick").operation, "clockStream")
 * ```
 */
export const fromReceiver = <A, E, R>(
  operation: string,
  receiver: Receiver<A, E, R>,
  options?: NodeOptions,
): DStream<A, E, Exclude<R, Scope.Scope>> => {
  const { storageLevel } = receiver
  const isValid = storageLevel === undefined || (isStorageLevel(storageLevel) && storageLevel !== "NONE")
  const problem = `its storageLevel is ${storageLevel}, but must be a StorageLevel other than NONE`
  return input(operation, { kind: "blocks", title: receiver.name, receiver }, {
    ...options,
    ...(isValid ? {} : { check: (batchDuration) => [...options?.check?.(batchDuration) ?? [], problem] }),
  })
}

/** Options of {@link fromPositions}. */
export interface PositionsOptions<P, A, E = never, R = never> extends NodeOptions {
  /**
   * Makes the RDD of a position in workers, on threads and clusters: they then read the position themselves. The RDD depends
   * on the position and the batch time alone, and has the same operations and partitions as that of `read`. The position is
   * plain data. Without it, the driver reads, and sends the records to the workers.
   */
  readonly readInWorkers?: ((position: P, time: number) => RDD<A, E, R>) | undefined
}

/**
 * Makes a stream of a source that is read by position. `open` runs once, when the context starts, in the context's
 * scope. User interfaces show the title: `File` is shown as `File stream [0]`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, RDD } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect, Option } from "effect"
 *
 * const open = Effect.sync(() => ({
 *   plan: (time: number) => Effect.succeed(Option.some({ position: time / 1000, records: 1 })),
 *   read: (position: number) => Effect.succeed(RDD.parallelize([`batch ${position}`])),
 * }))
 * const batches = DStream.fromPositions("batchNumbers", "Number", open)
 * assert.deepEqual(await Effect.runPromise(Testing.run(batches, { batches: 2 })), [["batch 1"], ["batch 2"]])
 * ```
 */
export const fromPositions = <P, A, E, R, E2, R2>(
  operation: string,
  title: string,
  open: Effect.Effect<Positions<P, A, E, R>, E2, R2>,
  { readInWorkers, ...options }: PositionsOptions<P, A, E, R> = {},
): DStream<A, E | E2, Exclude<R | R2, Scope.Scope>> =>
  input(operation, { kind: "positions", title, open, readInWorkers }, options)

/**
 * Sets whether a context with a checkpoint logs what a receiver's stream receives (true). Without the log, receiving costs
 * less, and records that no batch has ended with are lost when the process is killed. That is right for a sender that sends
 * them again, and for records that may be lost. Spark: `spark.streaming.receiver.writeAheadLog.enable`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 *
 * const lines = DStream.socketTextStream("localhost", 9999).pipe(DStream.writeAheadLog(false), DStream.named("lines"))
 * assert.equal(lines.name, "lines")
 * ```
 */
export const writeAheadLog: {
  (isLogged: boolean): <A, E, R>(self: DStream<A, E, R>) => DStream<A, E, R>
  <A, E, R>(self: DStream<A, E, R>, isLogged: boolean): DStream<A, E, R>
} = dual(2, <A, E, R>(self: DStream<A, E, R>, isLogged: boolean): DStream<A, E, R> => {
  const { operation, slideDuration, traits } = self
  const { source } = traits
  const isReceiver = source?.kind === "blocks"
  const problem = "it has no write-ahead log; only streams of receivers have one"
  const options = {
    ...traits,
    slideDuration,
    name: self.name,
    ...(isReceiver ? {} : { check: () => [problem] }),
  }
  return isReceiver
    ? input(operation, { ...source, isLogged }, options)
    : lift(operation, self, [], (rdd) => rdd, options)
})

/** The name that an input is shown under: its own, or one such as `Socket stream [0]`. */
export const inputName = (stream: AnyDStream, id: number): string =>
  stream.name ?? `${stream.traits.source?.title ?? stream.operation} stream [${id}]`
