/** The speed at which lines are received from a socket, by `socketTextStream` and by hand. */
import { DStream, RDD, Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
import { Effect, Layer } from "effect"
import { figure } from "./measure.ts"
import { Meter } from "./meter.ts"
import type { Report } from "./report.ts"

const TURNS = 5
const RAW = "Deno.connect and split"
const OURS = "socketTextStream, counted in batches"
const WORDS = "socketTextStream, words counted"
const WAL = "socketTextStream, counted in batches, with a checkpoint"
const WAL_WORDS = "socketTextStream, words counted, with a checkpoint"

const byHand = async (port: number): Promise<number> => {
  const meter = new Meter()
  const connection = await Deno.connect({ hostname: "127.0.0.1", port })
  const decoder = new TextDecoder()
  const buffer = new Uint8Array(256 * 1024)
  let tail = ""
  while (true) {
    const length = await connection.read(buffer)
    if (length === null) break
    const lines = (tail + decoder.decode(buffer.subarray(0, length), { stream: true })).split("\n")
    tail = lines.pop() ?? ""
    if (meter.add(lines.length)) break
  }
  connection.close()
  return meter.millisPerMillion
}

/** How lines are received: whether their words are counted, and where the checkpoint is. */
interface Received {
  readonly countsWords?: boolean
  readonly directory?: string
}

const asStream = (port: number, { countsWords = false, directory }: Received = {}): Promise<number> => {
  const meter = new Meter()
  const program = Effect.gen(function* () {
    const enough = Promise.withResolvers<void>()
    const lines = DStream.socketTextStream("127.0.0.1", port).pipe(DStream.named("lines"))
    const output = DStream.foreachRDD(lines, (rdd) =>
      Effect.gen(function* () {
        if (countsWords) yield* RDD.countByValue(RDD.flatMap(rdd, (line) => line.split(" ")))
        if (meter.add(yield* RDD.count(rdd))) enough.resolve()
      })).pipe(DStream.nameOutput("count"))
    const ssc = yield* StreamingContext.make
    if (directory !== undefined) yield* StreamingContext.checkpoint(ssc, directory)
    const active = yield* StreamingContext.start(ssc, [output])
    yield* Effect.promise(() => enough.promise)
    yield* StreamingContext.stop(active)
    return meter.millisPerMillion
  })
  const layers = Layer.merge(
    Scheduler.layer("50 millis"),
    SparkContext.layer({ master: "local", appName: "bench" }),
  )
  return Effect.runPromise(Effect.scoped(Effect.provide(program, layers)))
}

/** The benchmarks of this file. */
export const sockets: Readonly<Record<string, () => Promise<Report>>> = {
  socket: async () => {
    const server = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", new URL("./socket_server.ts", import.meta.url).href],
      stdout: "piped",
    }).spawn()
    const output = server.stdout.getReader()
    const port = Number(new TextDecoder().decode((await output.read()).value))
    const raw: Array<number> = []
    const ways = [[OURS, {}], [WAL, { isLogged: true }], [WORDS, { countsWords: true }], [WAL_WORDS, {
      countsWords: true,
      isLogged: true,
    }]] as const
    const times = new Map<string, Array<number>>(ways.map(([name]) => [name, []]))
    for (let turn = 0; turn < TURNS; turn++) {
      raw.push(await byHand(port))
      for (const [name, way] of ways) {
        const { countsWords = false, isLogged = false }: { countsWords?: boolean; isLogged?: boolean } = way
        const directory = isLogged ? await Deno.makeTempDir() : undefined
        times.get(name)?.push(await asStream(port, { countsWords, ...(directory === undefined ? {} : { directory }) }))
        if (directory !== undefined) await Deno.remove(directory, { recursive: true })
      }
    }
    server.kill()
    await output.cancel()
    await server.status
    return {
      title: "a million lines of 96 bytes from a socket",
      figures: [figure(RAW, raw), ...Array.from(times, ([name, all]) => figure(name, all))],
      goals: [
        { what: "socketTextStream against reading by hand", of: OURS, base: RAW, percent: 50 },
        { what: "lines counted, with a checkpoint against without", of: WAL, base: OURS, percent: 75 },
        { what: "words counted, with a checkpoint against without", of: WAL_WORDS, base: WORDS, percent: 75 },
      ],
    }
  },
}
