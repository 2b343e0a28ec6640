/**
 * A pipeline in a process of its own. It reads numbered lines from a server, works on them, and prints as JSON what its
 * batches had, when the server has sent its last line and all that was received has become batches.
 */
import { DStream, RDD, Scheduler, SparkContext, StreamingContext } from "../../mod.ts"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { optionsOf } from "./options.ts"

const options = optionsOf({
  port: 0,
  /** The batch interval in milliseconds. */
  interval: 500,
  /** Milliseconds of work for each line: of waiting, and of computing, which occupies the thread. */
  waiting: 0,
  computing: 0,
  /** The batch intervals of a window over the lines. If it is not 0, the waiting is for each line of each window. */
  window: 0,
  /** The number of the batch that hangs, and for how many seconds. */
  hangs: 0,
  hanging: 0,
  /** Seconds after which the wall clock steps an hour back, then two forth, then two back, and so on; 0: it does not. */
  stepping: 0,
  /** Bytes that the receiver may hold; 0 for the default. */
  capacity: 0,
})

/** A batch: its time and records, the milliseconds from its time to its end, and the memory of the process then. */
interface Seen {
  readonly time: number
  readonly records: number
  readonly lag: number
  readonly rss: number
}

const seen: Array<Seen> = []
/** How often each line has come, by its number. A Map has no room for more than 16 million. */
let counts = new Uint8Array(1_048_576)
const count = (line: number): void => {
  while (line >= counts.length) {
    const larger = new Uint8Array(2 * counts.length)
    larger.set(counts)
    counts = larger
  }
  counts[line] = (counts[line] ?? 0) + 1
}
const cell = new Int32Array(new SharedArrayBuffer(4))
const compute = (line: string): number => {
  if (options.computing > 0) Atomics.wait(cell, 0, 0, options.computing)
  return parseInt(line)
}

/** Makes the wall clock of this process step; that of the machine stays as it is. */
const stepWallClock = (seconds: number): void => {
  const now = Date.now
  let offset = 0
  Date.now = () => now() + offset
  setInterval(() => {
    offset = offset < 0 ? 3_600_000 : -3_600_000
  }, 1000 * seconds)
}

let batches = 0
const program = Effect.gen(function* () {
  const { capacity, hanging, hangs, interval, port, waiting, window } = options
  const lines = DStream.socketTextStream("127.0.0.1", port, { restartDelay: "50 millis" })
  const numbers = DStream.map(lines, compute)
  const wait = (records: ReadonlyArray<number>) =>
    waiting > 0 && records.length > 0 ? Effect.sleep(waiting * records.length) : Effect.void
  const counted = DStream.foreachRDD(numbers, (rdd) =>
    Effect.gen(function* () {
      const records = yield* RDD.collect(rdd)
      if (++batches === hangs) yield* Effect.sleep(1000 * hanging)
      if (window === 0) yield* wait(records)
      records.forEach(count)
    }))
  const waitingForWindows = DStream.foreachRDD(
    DStream.window(numbers, Math.max(1, window) * interval),
    (rdd) => Effect.flatMap(RDD.collect(rdd), wait),
  )
  if (options.stepping > 0) stepWallClock(options.stepping)
  const ssc = yield* StreamingContext.makeWith({
    ...(capacity > 0 ? { receiverCapacity: capacity } : {}),
    gracefulStopTimeout: 40 * interval,
  })
  yield* StreamingContext.addStreamingListener(ssc, (event) =>
    Effect.sync(() => {
      if (event._tag !== "BatchCompleted") return
      const { batchTime, numRecords, processingEndTime = Infinity } = event.batch
      const { rss } = Deno.memoryUsage()
      seen.push({ time: batchTime, records: numRecords, lag: processingEndTime - batchTime, rss })
    }))
  const active = yield* StreamingContext.start(ssc, window === 0 ? [counted] : [counted, waitingForWindows])
  // The parent says when the server has ended. Lines may still be on their way then.
  yield* Effect.promise(() => Deno.stdin.read(new Uint8Array(1)))
  const isQuiet = () => seen.length > 10 && seen.slice(-4).every(({ records }) => records === 0)
  while (!isQuiet()) yield* Effect.sleep(interval)
  yield* StreamingContext.stop(active, { stopGracefully: true })
})

await Effect.runPromise(
  Effect.scoped(program).pipe(
    Effect.provide(Scheduler.layer(options.interval)),
    Effect.provide(SparkContext.layer({ master: "local[2]", appName: "soak" })),
    Effect.provide(Logger.layer([])),
  ) as Effect.Effect<void>,
)
let [received, doubled] = [0, 0]
for (const times of counts) {
  received += Math.min(times, 1)
  doubled += Math.max(times - 1, 0)
}
console.log(JSON.stringify({ seen, received, doubled }))
Deno.exit(0)
