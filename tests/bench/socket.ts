/** Lines from a socket, as fast as they can be taken: with plain loops, and with the library. */
import assert from "node:assert/strict"
import { DStream, RDD, Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
import { Effect, Layer } from "effect"
import { WORDS_PER_LINE } from "./data.ts"
import { wordCount } from "./hand_loops.ts"
import { figureOf, type Samples } from "./measure.ts"
import { Meter } from "./meter.ts"
import type { Bench } from "./report.ts"

const TURNS = 5
const READ_BYTES = 256 * 1024

/** A way to receive lines until the meter has enough. */
type Way = (port: number, meter: Meter) => Promise<void>

const byHand = (use: (lines: ReadonlyArray<string>) => void): Way => async (port, meter) => {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port })
  const decoder = new TextDecoder()
  const buffer = new Uint8Array(READ_BYTES)
  let tail = ""
  while (true) {
    const length = await connection.read(buffer)
    if (length === null) break
    const lines = (tail + decoder.decode(buffer.subarray(0, length), { stream: true })).split("\n")
    tail = lines.pop() ?? ""
    use(lines)
    if (meter.add(lines.length)) break
  }
  connection.close()
}

const countByHand = (lines: ReadonlyArray<string>): void => {
  let words = 0
  for (const { n } of wordCount(lines).values()) words += n
  assert.equal(words, lines.length * WORDS_PER_LINE)
}

/** The same words with the library, as the lines that they are from. */
const linesByWords = (rdd: RDD.RDD<string>) =>
  rdd.pipe(
    RDD.flatMap((line) => line.split(" ")),
    RDD.map((word): [string, number] => [word, 1]),
    RDD.reduceByKey((a, b) => a + b),
    RDD.collect,
    Effect.map((counts) => {
      const words = counts.reduce((sum, [, n]) => sum + n, 0)
      assert.equal(words % WORDS_PER_LINE, 0)
      return words / WORDS_PER_LINE
    }),
  )

const asStream = (countsWords: boolean, directory?: string): Way => (port, meter) => {
  const program = Effect.gen(function* () {
    const enough = Promise.withResolvers<void>()
    const lines = DStream.socketTextStream("127.0.0.1", port).pipe(DStream.named("lines"))
    const output = DStream.foreachRDD(
      lines,
      (rdd) =>
        Effect.map(countsWords ? linesByWords(rdd) : RDD.count(rdd), (count) => {
          if (meter.add(count)) enough.resolve()
        }),
    ).pipe(DStream.nameOutput("count"))
    const ssc = yield* StreamingContext.make
    if (directory !== undefined) yield* StreamingContext.checkpoint(ssc, directory)
    const active = yield* StreamingContext.start(ssc, [output])
    yield* Effect.promise(() => enough.promise)
    yield* StreamingContext.stop(active)
  })
  const layers = Layer.merge(
    Scheduler.layer("50 millis"),
    SparkContext.layer({ master: "local", appName: "bench" }),
  )
  return Effect.runPromise(Effect.scoped(Effect.provide(program, layers)))
}

const logged = (countsWords: boolean): Way => async (port, meter) => {
  const directory = await Deno.makeTempDir()
  await asStream(countsWords, directory)(port, meter)
  await Deno.remove(directory, { recursive: true })
}

const RAW = "read, decode and split by hand"
const RAW_WORDS = "read and count words by hand"
const OURS = "socketTextStream, counted"
const WORDS = "socketTextStream, words counted"
const WAL = "socketTextStream, counted, with a checkpoint"
const WAL_WORDS = "socketTextStream, words counted, with a checkpoint"

const ways: ReadonlyArray<readonly [name: string, way: Way]> = [
  [RAW, byHand(() => {})],
  [OURS, asStream(false)],
  [WAL, logged(false)],
  [RAW_WORDS, byHand(countByHand)],
  [WORDS, asStream(true)],
  [WAL_WORDS, logged(true)],
]

/** The benchmarks of this file. */
export const sockets: Readonly<Record<string, Bench>> = {
  socket: async (size) => {
    const server = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", new URL("./socket_server.ts", import.meta.url).href],
      stdout: "piped",
    }).spawn()
    const output = server.stdout.getReader()
    const port = Number(new TextDecoder().decode((await output.read()).value))
    const samples = ways.map(([name]): Samples => ({ name, wall: [], cpu: [] }))
    for (let turn = 0; turn < (size.isQuick ? 1 : TURNS); turn++) {
      for (const [i, [, way]] of ways.entries()) {
        const meter = new Meter(size)
        await way(port, meter)
        meter.report(samples[i]!)
      }
    }
    server.kill()
    await output.cancel()
    await server.status
    return {
      title: "a million lines of 96 bytes from a socket",
      figures: samples.map((all) => figureOf(all)),
      goals: [
        { of: OURS, base: RAW, percent: 100 },
        { of: WORDS, base: RAW_WORDS, percent: 90 },
        { of: WAL, base: OURS, percent: 75 },
        { of: WAL_WORDS, base: WORDS, percent: 75 },
      ],
    }
  },
}
