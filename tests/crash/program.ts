/**
 * A pipeline in a process of its own, which the parent kills. It numbers ids that it receives from a socket by position, and from
 * files, counts them in both kinds of state and of window, and writes them to SQLite and to files.
 *
 * With `DSTREAM_THREADS=1` the same pipeline is a graph of which a worker computes half, states and windows as well.
 *
 * `DSTREAM_KILL=allocated:3` makes the process kill itself when it reaches that crash point for the third time. When it is told
 * to end by a line on its standard input, it prints the names of the crash points that it has passed, as JSON.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import { DStream, Graph, Receiver, Scheduler, SparkContext, StateSpec, StreamingContext } from "../../mod.ts"
import { CrashPoints } from "../../lib/durable/crash_points.ts"
import * as Sqlite from "../../lib/sqlite.ts"
import { INTERVAL, KEYS, SLIDE, WINDOW } from "./oracle.ts"

/** What the graph depends on. */
interface Config {
  readonly folder: string
  readonly port: string
  /** Whether counting takes so long that it is worth a worker. */
  readonly isSlow: boolean
}

const [folder = "", port = "", checkpoint = `${folder}/checkpoint`] = Deno.args
const [killName = "", killAt = "0"] = (Deno.env.get("DSTREAM_KILL") ?? "").split("/")

const counts = new Map<string, number>()
const reach = (name: string) =>
  Effect.sync(() => {
    const count = (counts.get(name) ?? 0) + 1
    counts.set(name, count)
    if (name === killName && count === Number(killAt)) Deno.kill(Deno.pid, "SIGKILL")
  })

/** Receives the numbers after the position that was stored last. */
const numbers = DStream.receiverStream(Receiver.make({
  name: "Numbers",
  onStart: (store: Receiver.Store<number>) =>
    Effect.gen(function* () {
      const last = yield* store.last
      for (let n = Option.match(last, { onNone: () => 0, onSome: Number });;) {
        const ids = Array.from({ length: 1 + n % 7 }, (_, i) => n + 1 + i)
        n += ids.length
        yield* store.block(ids, n)
        yield* Effect.sleep(10)
      }
    }),
}))

type Id = readonly [source: string, id: number]

const add = (a: number, b: number) => a + b

/** Adds after a while. */
const addSlowly = (a: number, b: number) => {
  for (const until = performance.now() + 0.5; performance.now() < until;);
  return a + b
}

const outputsOf = ({ folder, isSlow, port }: Config) => {
  const sum = isSlow ? addSlowly : add
  const ids: DStream.DStream<Id, unknown> = DStream.union(
    numbers.pipe(DStream.named("numbers"), DStream.map((n): Id => ["numbers", n])),
    DStream.socketTextStream("127.0.0.1", Number(port), { restartDelay: "20 millis" }).pipe(
      DStream.named("lines"),
      DStream.map((line): Id => ["lines", Number(line)]),
    ),
  ).pipe(DStream.union(
    DStream.textFileStream(`${folder}/in`, { newFilesOnly: false, newBy: "name" }).pipe(
      DStream.named("files in"),
      DStream.map((line): Id => ["files", Number(line)]),
    ),
  ))
  const pairs = ids.pipe(DStream.map(([, id]): [number, number] => [id % KEYS, 1]))

  const mapped = pairs.pipe(
    DStream.mapWithState(
      StateSpec.function(
        (key: number, one: Option.Option<number>, total: StateSpec.State<number>): [number, number] => {
          const now = sum(Option.getOrElse(one, () => 0), Option.getOrElse(total.getOption(), () => 0))
          total.update(now)
          return [key, now]
        },
      ),
    ),
    DStream.named("mapped"),
  )
  const tables = {
    updated: pairs.pipe(
      DStream.updateStateByKey((ones: ReadonlyArray<number>, total: Option.Option<number>) =>
        Option.some(sum(ones.length, Option.getOrElse(total, () => 0)))
      ),
      DStream.named("updated"),
    ),
    mapped: DStream.stateSnapshots(mapped),
    plain: pairs.pipe(DStream.reduceByKeyAndWindow(sum, WINDOW), DStream.named("plain")),
    inverse: pairs.pipe(
      DStream.reduceByKeyAndWindow(sum, WINDOW, { inverse: (a: number, b: number) => a - b, slide: SLIDE }),
      DStream.named("inverse"),
    ),
  }

  const sink = Sqlite.sink({ path: `${folder}/out.db` })
  return [
    ids.pipe(
      DStream.saveToSql(sink, {
        name: "ids",
        table: "ids",
        columns: ["time", "source", "id"],
        row: ([source, id], time) => [time, source, id],
      }),
    ),
    ...Object.entries(tables).map(([name, stream]) =>
      stream.pipe(
        DStream.saveToSql(sink, {
          name: `save ${name}`,
          table: "counts",
          columns: ["time", "name", "key", "n"],
          row: ([key, n], time) => [time, name, key, n],
        }),
      )
    ),
    ids.pipe(
      DStream.map(([source, id]) => `${source} ${id}`),
      DStream.saveAsTextFiles(`${folder}/files/ids`),
      DStream.nameOutput("files"),
    ),
  ] as const
}

/** The pipeline as a graph. */
export const graph = Graph.module(import.meta, outputsOf)

const program = Effect.gen(function* () {
  const ssc = yield* StreamingContext.make
  yield* StreamingContext.checkpoint(ssc, checkpoint, { segmentBytes: 20_000 })
  const isSlow = Deno.env.has("DSTREAM_THREADS")
  const config = { folder, port, isSlow }
  const active = yield* StreamingContext.start(ssc, isSlow ? graph(config) : outputsOf(config))
  console.log(`started ${yield* Clock.currentTimeMillis}`)
  const told = Effect.promise(() => Deno.stdin.read(new Uint8Array(1)))
  yield* Effect.raceFirst(told, StreamingContext.awaitTermination(active))
  yield* StreamingContext.stop(active)
  console.log(JSON.stringify(Object.fromEntries(counts)))
})

if (import.meta.main) {
  await Effect.runPromise(
    Effect.scoped(program).pipe(
      Effect.provideService(CrashPoints, { reach }),
      Effect.provide(Scheduler.layer(INTERVAL)),
      Effect.provide(SparkContext.layer({ master: "local[2]", appName: "crash" })),
      Effect.provide(Logger.layer([])),
    ) as Effect.Effect<void>,
  )
  Deno.exit(0)
}
