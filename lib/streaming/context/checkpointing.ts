/**
 * Contexts with a checkpoint, which go on where an earlier process has ended.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { InvalidOption } from "../../core/errors.ts"
import type { LogStore } from "../../durable/log_store.ts"
import { storeOf } from "../../durable/store/open.ts"
import type { AlreadyStarted, AlreadyStopped } from "../errors.ts"
import { internalsOf, type StreamingContext } from "./context.ts"
import { requireInitialized } from "./life.ts"

/** Options of {@link checkpoint} and {@link getOrCreate}. */
export interface CheckpointSettings {
  /**
   * The most missed batches that run after a downtime, 0 or more: 10. Batches of longer slides come first, then the latest.
   * What was received meanwhile goes into the first batch that runs.
   */
  readonly catchUp?: number | undefined
  /** The names of operators whose data is dropped if it does not fit the program any more: none. */
  readonly drop?: ReadonlyArray<string> | undefined
  /**
   * Whether to wait until the disk has what is written: true. With false, nothing is lost if the process is killed, but the
   * last seconds can be lost if the machine fails.
   */
  readonly sync?: boolean | undefined
  /**
   * What to do if a file of the checkpoint is damaged. `refuse` (the default) fails with an error that names it. `rollBack`
   * goes back to what was before the damage, so that later batches run again.
   */
  readonly onDamage?: "refuse" | "rollBack" | undefined
  /** The size of the checkpoint's files in bytes: 16 MiB. */
  readonly segmentBytes?: number | undefined
}

/** Where a checkpoint is: the path of a folder, a URL such as `s3://bucket/counts` or `hdfs://host/counts`, or a store. */
export type Directory = string | LogStore

const CATCH_UP = 10

/**
 * Gives a context a checkpoint, before it starts. If `directory` holds the checkpoint of an earlier process, `start` goes on
 * where that has ended: with the same batch times, states, windows and positions, and with the batches that were in progress.
 * Otherwise a new checkpoint begins there. `start` fails if the directory is in use or holds other files.
 *
 * Inputs, stateful operators, windows and outputs need names then, by which a later version of the program finds its data.
 * The program itself is never in a checkpoint. Spark: `checkpoint`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, RDD, StreamingContext } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const directory = await Deno.makeTempDir()
 * const ones = DStream.constant([1]).pipe(DStream.named("ones"))
 * const totals: Array<number> = []
 * const output = ones.pipe(
 *   DStream.countByWindow("1 hour"),
 *   DStream.named("count"),
 *   DStream.foreachRDD((rdd) => Effect.map(RDD.collect(rdd), ([n]) => void totals.push(n ?? 0))),
 *   DStream.nameOutput("totals"),
 * )
 * const twoBatches = Effect.gen(function* () {
 *   const ssc = yield* StreamingContext.make
 *   yield* StreamingContext.checkpoint(ssc, directory)
 *   yield* Testing.advance(yield* StreamingContext.start(ssc, [output]), 2)
 * })
 * for (let i = 0; i < 2; i++) {
 *   await Effect.runPromise(Effect.scoped(Effect.provide(twoBatches, Testing.layer({ clockStart: i * 2000 }))))
 * }
 * assert.deepEqual(totals, [1, 2, 3, 4])
 * await Deno.remove(directory, { recursive: true })
 * ```
 */
export const checkpoint = (
  ssc: StreamingContext<"Initialized">,
  directory: Directory,
  settings: CheckpointSettings = {},
): Effect.Effect<StreamingContext<"Initialized">, AlreadyStarted | AlreadyStopped | InvalidOption> =>
  Effect.gen(function* () {
    const internals = internalsOf(ssc)
    yield* requireInitialized(internals, "checkpoint")
    const { catchUp = CATCH_UP, drop = [], onDamage, segmentBytes, sync } = settings
    const where = "StreamingContext.checkpoint"
    const invalid = (option: string, value: unknown, expected: string) =>
      Effect.fail(new InvalidOption({ where, option, value, expected }))
    if (!Number.isInteger(catchUp) || catchUp < 0) {
      return yield* invalid("catchUp", catchUp, "a whole number of 0 or more")
    }
    if (typeof directory !== "string" && typeof directory?.lock !== "object") {
      return yield* invalid("directory", directory, "the path of a folder, a URL, or a store")
    }
    if (onDamage !== undefined && onDamage !== "refuse" && onDamage !== "rollBack") {
      return yield* invalid("onDamage", onDamage, '"refuse" or "rollBack"')
    }
    if (segmentBytes !== undefined && !(segmentBytes > 0)) {
      return yield* invalid("segmentBytes", segmentBytes, "a number above 0")
    }
    if (!Array.isArray(drop)) return yield* invalid("drop", drop, "a list of names")
    const store = typeof directory === "string" ? yield* storeOf(directory, where) : directory
    internals.checkpoint = { store, catchUp, drop, onDamage, segmentBytes, sync }
    return ssc
  })

/**
 * Makes a context by `create`, and gives it the checkpoint in `directory`: an earlier one goes on, or a new one begins, as
 * {@link checkpoint} says. `create` runs in both cases, because a checkpoint holds no code. Spark:
 * `StreamingContext.getOrCreate`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { StreamingContext } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const made = StreamingContext.getOrCreate("/tmp/counts", StreamingContext.make)
 * const ssc = await Effect.runPromise(Effect.provide(made, Testing.layer()))
 * assert.equal(ssc.state, "Initialized")
 * ```
 */
export const getOrCreate = <E, R>(
  directory: Directory,
  create: Effect.Effect<StreamingContext<"Initialized">, E, R>,
  settings: CheckpointSettings = {},
): Effect.Effect<StreamingContext<"Initialized">, E | AlreadyStarted | AlreadyStopped | InvalidOption, R> =>
  Effect.flatMap(create, (ssc) => checkpoint(ssc, directory, settings))
