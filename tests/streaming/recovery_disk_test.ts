/** Disks that fill, become read-only, or are in use: the context says so, and loses nothing. */
import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import { MemoryDisk } from "../../lib/durable/store/memory.ts"
import * as DStream from "../../lib/dstream.ts"
import * as RDD from "../../lib/rdd.ts"
import * as StreamingContext from "../../lib/streaming_context.ts"
import { Testing } from "../../lib/testing.ts"
import { linesOf } from "../child_process.ts"
import { temporaryFolder } from "../durable/folders.ts"
import { received } from "./recovery.ts"

/** What the program has seen, over all lives. */
interface Seen {
  readonly numbers: Array<number>
  readonly times: Set<number>
}

/** Receives numbers with positions, and counts them; the count grows the checkpoint. */
const outputs = ({ numbers, times }: Seen) => {
  const stream = received((store, n) => store.block([n], n), { count: 40, every: "300 millis" })
  return [
    stream.pipe(
      DStream.foreachRDD((rdd, { time }) =>
        Effect.map(RDD.collect(rdd), (found) => {
          // Written once, as a sink does that marks its batches.
          if (times.has(time)) return
          times.add(time)
          numbers.push(...found)
        })
      ),
      DStream.nameOutput("numbers written"),
    ),
    stream.pipe(
      DStream.map((n): [number, number] => [n, n]),
      DStream.updateStateByKey((given: ReadonlyArray<number>, last: Option.Option<number>) =>
        Option.some(given[0] ?? Option.getOrElse(last, () => 0))
      ),
      DStream.named("last"),
      DStream.foreachRDD((rdd) => RDD.count(rdd)),
      DStream.nameOutput("counted"),
    ),
  ] as const
}

/** Runs batches from a time on. Gives the time at which it has ended, and the failure of the context. */
const life = (store: MemoryDisk, seen: Seen, start: number, batches: number) =>
  Effect.runPromise(
    Effect.scoped(Effect.gen(function* () {
      const ssc = yield* StreamingContext.make
      yield* StreamingContext.checkpoint(ssc, store.open())
      const active = yield* StreamingContext.start(ssc, outputs(seen))
      const ends = yield* Testing.advance(active, batches)
      yield* StreamingContext.stop(active)
      const exit = yield* Effect.exit(StreamingContext.awaitTermination(active))
      return { end: start + 1000 * (ends.length + 1), failure: Option.getOrUndefined(Exit.findErrorOption(exit)) }
    })).pipe(Effect.provide(Testing.layer({ clockStart: start }))),
  )

const failing: Readonly<Record<string, (disk: MemoryDisk, fails: boolean) => void>> = {
  DiskFull: (disk, fails) => {
    const used = Array.from(disk.files.values()).reduce((sum, { bytes }) => sum + bytes.length, 0)
    disk.capacity = fails ? used + 1500 : Infinity
  },
  PermissionLost: (disk, fails) => {
    disk.isReadOnly = fails
  },
}

for (const [tag, fail] of Object.entries(failing)) {
  Deno.test(`a context whose disk fails with ${tag} stops, names the file, and goes on later without a loss`, async () => {
    const disk = new MemoryDisk()
    const seen: Seen = { numbers: [], times: new Set() }
    const first = await life(disk, seen, 0, 3)
    assert.equal(first.failure, undefined)
    const before = seen.numbers.length
    assert.ok(before > 5, String(before))
    // The disk fails in a life that has started well.
    const breaking = Effect.scoped(Effect.gen(function* () {
      const ssc = yield* StreamingContext.make
      yield* StreamingContext.checkpoint(ssc, disk.open())
      const active = yield* StreamingContext.start(ssc, outputs(seen))
      yield* Testing.advance(active, 2)
      fail(disk, true)
      yield* Testing.advance(active, 10)
      return yield* Effect.flip(StreamingContext.awaitTermination(active))
    })).pipe(Effect.provide(Testing.layer({ clockStart: first.end })))
    const error = await Effect.runPromise(breaking as Effect.Effect<Error, unknown>)
    assert.match(
      error.message,
      /^The checkpoint in memory failed to .*: Cannot (append to|sync|create) (journal|received)-/,
    )
    assert.ok(error instanceof StreamingContext.CheckpointFailed && error.reason._tag === tag, String(error))
    fail(disk, false)
    const last = await life(disk, seen, first.end + 20_000, 25)
    assert.equal(last.failure, undefined)
    assert.deepEqual(seen.numbers, Array.from({ length: seen.numbers.length }, (_, i) => i + 1))
    assert.ok(seen.numbers.length > before + 10, `${seen.numbers.length} after ${before}`)
  })
}

Deno.test("a second process is refused while the first one uses the directory, and not after it was killed", () =>
  Effect.runPromise(Effect.scoped(Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const first = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--quiet", new URL("recovery_locked.ts", import.meta.url).pathname, folder],
      stdout: "piped",
    }).spawn()
    const lines = linesOf(first)
    assert.equal((yield* Effect.promise(() => lines.next())).value, "started")
    const start = Effect.scoped(Effect.gen(function* () {
      const ssc = yield* StreamingContext.make
      yield* StreamingContext.checkpoint(ssc, folder)
      const output = DStream.constant([1]).pipe(DStream.named("ones"), DStream.print(), DStream.nameOutput("printed"))
      return yield* StreamingContext.start(ssc, [output])
    })).pipe(Effect.provide(Testing.layer({ batchDuration: "1 minute" })))
    const error = yield* Effect.flip(start)
    assert.ok(error instanceof StreamingContext.CheckpointFailed)
    assert.equal(
      error.message,
      `The checkpoint in ${folder} failed to open: ${folder} is in use by another process. ` +
        "Stop that process, or use another directory; the lock is free as soon as its process has ended",
    )
    first.kill("SIGKILL")
    yield* Effect.promise(() => first.status)
    yield* Effect.promise(() => lines.return())
    yield* start
  }))))
