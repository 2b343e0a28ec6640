/**
 * Processes of a streaming program with one receiver, one after another, on a checkpoint in memory. They run in real time.
 *
 * @module
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import { MemoryDisk } from "../durable/store/memory.ts"
import type { DStream } from "../dstream/dstream.ts"
import { named } from "../dstream/dstream.ts"
import { fromReceiver } from "../dstream/inputs/input.ts"
import type { Receiver, Store } from "../dstream/inputs/receiver.ts"
import { foreachRDD } from "../dstream/outputs/foreach.ts"
import { nameOutput } from "../dstream/outputs/output.ts"
import { layer as layerSpark, type SparkContext } from "../engine/spark_context.ts"
import type { Engine } from "../rdd/engine.ts"
import type { InvalidOption } from "../core/errors.ts"
import { collect } from "../rdd/actions/collecting.ts"
import type { Settings } from "../streaming/context/context.ts"
import { Registry } from "../streaming/context/registry.ts"
import { Scheduler } from "../streaming/scheduler.ts"
import * as StreamingContext from "../streaming_context.ts"

/** The batch interval of the processes, in milliseconds. */
export const BATCH_MS = 100

/** A process that runs. */
export interface Process {
  /** How many records its receiver has stored, as far as storing has returned. */
  readonly stored: () => number
  /** The numbers of each of its batches. */
  readonly batches: ReadonlyMap<number, ReadonlyArray<number>>
  /** Stops it, after everything is processed that was received. */
  readonly stopGracefully: Effect.Effect<void>
  /** Ends it as if it were killed: what is not durable is lost. Returns when its connections are closed. */
  readonly kill: Effect.Effect<void>
  /** Fails when it ends by itself. */
  readonly failed: Effect.Effect<never, unknown>
}

/** How a process runs. */
export interface ProcessOptions extends Pick<Settings, "backpressure" | "maxRate" | "receiverCapacity"> {
  /** Its batches wait until this is open. Default: they do not wait. */
  readonly gate?: Latch.Latch | undefined
}

/** The checkpoint that the processes share, and what their batches had. */
export class Processes<A> {
  readonly #disk = new MemoryDisk()
  readonly #open: () => DStream<A, unknown, unknown>
  readonly #numberOf: (record: A) => number
  readonly #batches = new Map<number, ReadonlyArray<number>>()

  constructor(open: () => DStream<A, unknown, unknown>, numberOf: (record: A) => number) {
    this.#open = open
    this.#numberOf = numberOf
  }

  /** The numbers of all batches so far, in the order of their times. A batch that ran again counts once. */
  get numbers(): ReadonlyArray<number> {
    return Array.from(this.#batches).sort(([a], [b]) => a - b).flatMap(([, numbers]) => numbers)
  }

  /** Starts a process, which ends with the scope at once: what is received and not processed is left for the next one. */
  start(options: ProcessOptions): Effect.Effect<Process, unknown, unknown> {
    const { gate, ...settings } = options
    const disk = this.#disk
    return Effect.gen({ self: this }, function* () {
      let stored = 0
      const batches = new Map<number, ReadonlyArray<number>>()
      const output = counted(this.#open(), (records) => stored += records).pipe(
        named("records"),
        foreachRDD((rdd, { time }) =>
          Effect.gen({ self: this }, function* () {
            if (gate !== undefined) yield* gate.await
            const numbers = (yield* collect(rdd)).map((record) => this.#numberOf(record))
            batches.set(time, numbers)
            this.#batches.set(time, numbers)
          })
        ),
        nameOutput("numbers"),
      )
      const ssc = yield* StreamingContext.makeWith({ gracefulStopTimeout: "20 seconds", ...settings })
      yield* StreamingContext.checkpoint(ssc, disk.open())
      const active = yield* StreamingContext.start(ssc, [output])
      const stopped = Deferred.makeUnsafe<never, unknown>()
      yield* Effect.forkScoped(
        Effect.flatMap(
          Effect.exit(StreamingContext.awaitTermination(active)),
          (exit) => Exit.isFailure(exit) ? Deferred.failCause(stopped, exit.cause) : Effect.void,
        ),
        { startImmediately: true },
      )
      return {
        stored: () => stored,
        batches,
        stopGracefully: StreamingContext.stop(active, { stopGracefully: true }),
        kill: Effect.gen(function* () {
          disk.isReadOnly = true
          yield* StreamingContext.stop(active)
          disk.isReadOnly = false
          disk.crash()
        }),
        failed: Deferred.await(stopped),
      }
    })
  }
}

/** A stream whose receiver tells how many records it has stored. */
const counted = <A, E, R>(stream: DStream<A, E, R>, count: (records: number) => void): DStream<A, E, R> => {
  const { source } = stream.traits
  if (source?.kind !== "blocks") {
    throw new TypeError(`Testing.checkReceiver takes the stream of a receiver, but ${stream.operation} has none`)
  }
  // The source of a stream has the types of the stream, which it does not keep.
  const receiver = source.receiver as Receiver<A, E, R>
  const counting = <E2>(records: () => number, storing: Effect.Effect<void, E2>) =>
    Effect.tap(storing, () => Effect.sync(() => count(records())))
  const onStart: Receiver<A, E, R>["onStart"] = (store) => {
    const counts: Store<A> = {
      ...store,
      one: (record) => counting(() => 1, store.one(record as never)),
      all: (records) => counting(() => records.length, store.all(records as never)),
      append: (block, bytes) => counting(() => block.length, store.append(block as never, bytes)),
      block: (records, position) => counting(() => records.length, store.block(records as never, position)),
    }
    return receiver.onStart(counts)
  }
  return fromReceiver(stream.operation, { ...receiver, onStart }, stream.traits) as DStream<A, E, R>
}

/** The services of a process. Each has an active context of its own. */
const layerProcess: Layer.Layer<Engine | Scheduler | SparkContext, InvalidOption> = Layer.mergeAll(
  Layer.succeed(Scheduler, { batchDuration: BATCH_MS }),
  layerSpark({ master: "local[2]", appName: "receiver" }),
  Layer.succeed(Registry, { active: undefined }),
  Logger.layer([]),
)

/** Runs a process for as long as `body` needs it. */
export const withProcess = <A, B, E>(
  processes: Processes<A>,
  options: ProcessOptions,
  body: (process: Process) => Effect.Effect<B, E, unknown>,
): Effect.Effect<B, unknown, unknown> =>
  Effect.scoped(Effect.flatMap(processes.start(options), body)).pipe(Effect.provide(Layer.fresh(layerProcess)))
