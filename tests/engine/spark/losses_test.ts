/** Programs on a stand-in for a cluster that loses what it has kept. */
import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as DStream from "../../../lib/dstream.ts"
import { MemoryDisk } from "../../../lib/durable/store/memory.ts"
import { SparkRecordsLost, SparkUnavailable } from "../../../lib/engine/spark/errors.ts"
import { makeEngine, StandIn } from "../../../lib/engine/spark/stand_in.ts"
import * as RDD from "../../../lib/rdd.ts"
import * as StreamingContext from "../../../lib/streaming_context.ts"
import { Testing } from "../../../lib/testing.ts"
import { layerOn } from "../../../lib/testing/engine_layer.ts"

const BATCHES = 9

/** Running sums, sums of the last three batches, and both together. The numbers of a batch have its number. */
const summed = (seen: Array<unknown>, onBatch: (batch: number) => void) => {
  const numbers = Testing.input(Array.from({ length: BATCHES }, (_, batch) => [batch, batch])).pipe(
    DStream.named("numbers"),
  )
  const pairs = DStream.map(numbers, (n): readonly [string, number] => [n % 2 === 0 ? "even" : "odd", n])
  const totals = pairs.pipe(
    DStream.updateStateByKey((numbers: ReadonlyArray<number>, total: Option.Option<number>) =>
      Option.some(numbers.reduce((a, b) => a + b, Option.getOrElse(total, () => 0)))
    ),
    DStream.named("totals"),
  )
  const recent = pairs.pipe(
    DStream.window("3 seconds"),
    DStream.named("recent"),
    DStream.reduceByKey((a, b) => a + b),
  )
  return [
    DStream.leftOuterJoin(totals, recent).pipe(
      DStream.foreachRDD((rdd, { time }) =>
        Effect.flatMap(RDD.collect(rdd), (records) =>
          Effect.sync(() => {
            seen.push([time, ...records])
            onBatch(time / 1000)
          }))
      ),
      DStream.nameOutput("sums"),
    ),
  ] as const
}

/** What is done when the output has seen a batch, and when the batch has ended. The first batch is 1. */
interface OnBatch {
  readonly inBatch?: (batch: number) => void
  readonly afterBatch?: (batch: number) => void
}

/** Advances a context that has a checkpoint on a disk, until its output has seen all batches. Fails if the context does. */
const running = (
  disk: MemoryDisk,
  seen: Array<unknown>,
  standIn: StandIn,
  { afterBatch = () => {}, inBatch = () => {} }: OnBatch,
) => {
  const clockStart = seen.length * 1000
  return Effect.gen(function* () {
    const ssc = yield* StreamingContext.make
    yield* StreamingContext.checkpoint(ssc, disk.open())
    const active = yield* StreamingContext.start(ssc, summed(seen, inBatch))
    while (seen.length < BATCHES && (yield* StreamingContext.getState(active)) === "Active") {
      yield* Testing.advance(active)
      afterBatch(seen.length)
    }
    yield* StreamingContext.stop(active)
    yield* StreamingContext.awaitTermination(active)
  }).pipe(
    Effect.scoped,
    Effect.provide(layerOn(makeEngine({ parallelism: 2 }, standIn), { clockStart })),
  )
}

const atOnce = Schedule.recurs(5)

/** Runs a program, and gives its exit and what it has logged. */
const logged = async <A, E>(program: Effect.Effect<A, E>) => {
  const messages: Array<string> = []
  const logger = Logger.make(({ message }) => void messages.push(String(message)))
  const exit = await Effect.runPromiseExit(Effect.provide(program, Logger.layer([logger])))
  return { exit, messages }
}

/** Runs a program that starts again by itself, and compares what its output sees with that of a program without losses. */
const recovers = async (moment: "inBatch" | "afterBatch", reason: RegExp): Promise<void> => {
  const expected: Array<unknown> = []
  await Effect.runPromise(running(new MemoryDisk(), expected, new StandIn(), {}))
  assert.equal(expected.length, BATCHES)

  const [seen, starts]: [Array<unknown>, Array<number>] = [[], []]
  const [standIn, disk, losses] = [new StandIn(), new MemoryDisk(), new Set([3, 6])]
  const lose = (batch: number) => void (losses.delete(batch) && standIn.lose())
  const program = Effect.suspend(() => {
    starts.push(seen.length)
    return running(disk, seen, standIn, { [moment]: lose })
  })
  const { messages } = await logged(StreamingContext.restartOnLoss(program, atOnce))
  assert.deepEqual(starts, [0, 3, 6])
  assert.deepEqual(seen, expected)
  const warnings = messages.filter((message) => message.startsWith("The program starts again from its checkpoint: "))
  assert.equal(warnings.length, 2)
  for (const warning of warnings) assert.match(warning, reason)
}

Deno.test("restartOnLoss computes states and windows again that a batch does not find any more", () =>
  recovers("afterBatch", /: batch \d+ ms failed in .* records of .* at losses_test\.ts:\d+:\d+.* are lost/))

Deno.test("restartOnLoss computes states and windows again that are lost before the checkpoint has them", () =>
  recovers(
    "inBatch",
    /: The checkpoint in memory failed to write .*: records that were kept on the cluster .* are lost/,
  ))

const where = "spark:15002"
const lost = new SparkRecordsLost({ where, operations: [], copies: 1, text: "a block" })
const away = new SparkUnavailable({ where, text: "connection refused" })
const unwritten = new StreamingContext.CheckpointFailed({ directory: "/d", operation: "write the state", reason: lost })

/** How often a program runs whose runs fail with these errors, one after the other, and then succeed. */
const runs = async (...errors: ReadonlyArray<Error>): Promise<number> => {
  let count = 0
  const program = Effect.suspend(() => {
    const error = errors[count++]
    return error === undefined ? Effect.void : Effect.fail(error)
  })
  await logged(StreamingContext.restartOnLoss(program, atOnce))
  return count
}

Deno.test("restartOnLoss runs a program again whose checkpoint could not be written because of a loss", async () => {
  assert.equal(await runs(unwritten), 2)
})

Deno.test("restartOnLoss waits for a cluster that is away, unless the first run cannot reach it", async () => {
  assert.equal(await runs(away), 1)
  assert.equal(await runs(unwritten, away, away), 4)
})

Deno.test("restartOnLoss ends a program with other failures", async () => {
  assert.equal(await runs(unwritten, new Error("a bug")), 2)
  assert.equal(await runs(new Error("a bug")), 1)
})
