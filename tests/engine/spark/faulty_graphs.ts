/** Graphs for tests of failures. Their functions can kill the processes that they run in. */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as DStream from "../../../lib/dstream.ts"
import * as Graph from "../../../lib/graph.ts"
import * as RDD from "../../../lib/rdd.ts"
import * as OutputPolicy from "../../../lib/output_policy.ts"

/** What is killed: the process of a task, all processes that its executor has started, or the executor itself. */
export type Victim = "worker" | "workers" | "executor"

/** Where it is killed: in a function before a shuffle, after it, or in that of a state. */
export type Moment = "map" | "reduce" | "state"

/** A process to kill once. Plain data. */
export interface Fault {
  readonly victim: Victim
  readonly moment: Moment
  /** In which batch, counted from 0. */
  readonly batch: number
  /** A file: the process that removes it kills. */
  readonly marker: string
}

/** What the graphs are made from. Plain data. */
export interface Config {
  readonly records: number
  /** The batch interval in milliseconds. */
  readonly interval: number
  readonly faults?: ReadonlyArray<Fault>
}

/** What the outputs of a graph have seen, batch by batch. */
export const seen: Array<unknown> = []

type Pair = readonly [string, number]

/** The process that has started another one. */
const parentOf = (pid: number): number => {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`)
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1])
}

const childrenOf = (pid: number): ReadonlyArray<number> =>
  Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`).split(" ").filter((text) => text !== "").map(Number)

const kill = (pid: number): void => Deno.kill(pid, "SIGKILL")

const killAll = (victim: Victim): void => {
  const daemon = parentOf(Deno.pid)
  if (victim === "worker") return kill(Deno.pid)
  if (victim === "executor") return kill(parentOf(daemon))
  const others = childrenOf(daemon).filter((pid) => pid !== Deno.pid)
  for (const pid of [daemon, ...others, Deno.pid]) kill(pid)
}

/** Whether this process is the one that has removed the file. */
const hasRemoved = (marker: string): boolean => {
  try {
    Deno.removeSync(marker)
    return true
  } catch {
    return false
  }
}

/** Kills processes at the moment of a fault, unless that has been done. */
const strike = (faults: ReadonlyArray<Fault> = [], moment: Moment, batch: number): void => {
  for (const fault of faults) {
    if (fault.moment === moment && fault.batch === batch && hasRemoved(fault.marker)) killAll(fault.victim)
  }
}

/** The positions of a source whose batch `n` has the records of `n`. */
const positions = Effect.sync(() => {
  let next = 0
  return {
    plan: () => Effect.sync(() => Option.some({ position: next++ })),
    read: (position: number) => Effect.sync(() => position),
    resume: (before: ReadonlyArray<number>) => Effect.sync(() => void (next = Math.max(...before) + 1)),
  }
})

/** Pairs of a word and the number of the batch, in three partitions. */
export const wordsOf = ({ records }: Config): DStream.DStream<Pair> =>
  DStream.fromPositions(
    "words",
    "Words",
    Effect.map(positions, ({ plan, read, resume }) => ({
      plan,
      resume,
      read: (position: number) =>
        Effect.map(read(position), (batch) =>
          RDD.parallelize(
            Array.from({ length: records }, (_, i): Pair => [`w${(i * 7 + batch) % 11}`, batch]),
            { partitions: 3 },
          )),
    })),
  ).pipe(DStream.named("words"))

/** Adds what an output has computed to {@link seen}. */
export const collected = <A, E, R>(stream: DStream.DStream<A, E, R>) =>
  DStream.foreachRDD(stream, (rdd) => Effect.map(RDD.collect(RDD.glom(rdd)), (all) => void seen.push(all)))
    .pipe(DStream.nameOutput("collected"))

/** Finds the latest batch of each word in a window, and counts each word since the start. */
const counts = (config: Config) => {
  const { faults, interval } = config
  const words = wordsOf(config).pipe(DStream.map(([word, batch]): Pair => {
    strike(faults, "map", batch)
    return [word, batch]
  }))
  const window = DStream.window(words, `${3 * interval} millis`).pipe(DStream.named("window"))
  const inWindow = DStream.reduceByKey(window, (a, b) => {
    strike(faults, "reduce", Math.max(a, b))
    return Math.max(a, b)
  })
  const totals = DStream.updateStateByKey(words, (batches: ReadonlyArray<number>, total: Option.Option<number>) => {
    strike(faults, "state", batches[0] ?? -1)
    return Option.some(batches.length + Option.getOrElse(total, () => 0))
  }).pipe(DStream.named("totals"))
  return collected(DStream.join(inWindow, totals))
}

/** Counts with states, a window and shuffles. */
export const counting = Graph.module(import.meta, (config: Config) => [counts(config)])

/** What a function of a user fails with. */
export class OutOfStock extends Data.TaggedError("OutOfStock")<{ readonly item: string; readonly wanted: number }> {}

/** How a graph fails. Plain data. */
export interface Failing extends Config {
  /** In which batch, counted from 0. */
  readonly batch: number
  /** A file that gets a line for each call that fails. */
  readonly calls: string
  /** How many calls fail. */
  readonly times: number
}

const linesOf = (path: string): number => Deno.readTextFileSync(path).split("\n").length - 1

/** Fails at one record of a batch, as often as a graph is to fail. */
const failing = ({ batch: at, calls, times }: Failing) => ([word, batch]: Pair): Pair => {
  if (word === "w1" && batch === at && linesOf(calls) < times) {
    Deno.writeTextFileSync(calls, "call\n", { append: true })
    throw new OutOfStock({ item: word, wanted: 3 })
  }
  return [word, batch]
}

/** Counts words, and fails. */
export const shop = Graph.module(import.meta, (config: Failing) => [
  collected(DStream.reduceByKey(DStream.map(wordsOf({ ...config, records: 11 }), failing(config)), Math.max)),
])

/** Counts words, fails, and tries again. */
export const patientShop = Graph.module(import.meta, (config: Failing) => [
  DStream.onFailure(
    collected(DStream.reduceByKey(DStream.map(wordsOf({ ...config, records: 11 }), failing(config)), Math.max)),
    OutputPolicy.retry(Schedule.recurs(2)),
  ),
])

/** What a graph does that is stopped in the middle of a batch. Plain data. */
export interface Slow {
  /** A folder for files that tell which tasks have begun, and which have ended. */
  readonly folder: string
  /** How many milliseconds each task takes. */
  readonly millis: number
}

/** Takes long for each record, and does not give way. */
export const slow = Graph.module(import.meta, ({ folder, millis }: Slow) => [
  collected(DStream.map(wordsOf({ records: 2, interval: 1000 }), (pair) => {
    const name = `${folder}/${crypto.randomUUID()}`
    Deno.writeTextFileSync(`${name} begun`, "")
    const end = performance.now() + millis
    while (performance.now() < end) { /* It computes. */ }
    Deno.writeTextFileSync(`${name} ended`, "")
    return pair
  })),
])

/** Waits for a record for ever. */
export const waiting = Graph.module(import.meta, (config: Config) => [
  collected(
    DStream.mapEffect(wordsOf(config), ([word, batch]) => word === "w1" ? Effect.never : Effect.succeed(batch)),
  ),
])

/** A graph whose data may be a function. */
export const withFunction = Graph.module(
  import.meta,
  (config: Config & { readonly make: (word: string) => string }) => [
    collected(DStream.map(wordsOf(config), ([word]) => config.make(word))),
  ],
)

/** A service that only the program has. */
export class Prices extends Context.Service<Prices, { readonly of: (word: string) => number }>()("test/Prices") {}

/** Looks up prices with a service of the program. */
export const priced = Graph.module(import.meta, (config: Config) => [
  collected(
    DStream.mapEffect(
      DStream.reduceByKey(wordsOf(config), Math.max),
      ([word]) => Effect.map(Prices, (prices) => [word, prices.of(word)] as const),
    ),
  ),
])

/** Uses a function of the program, which the workers do not have, in the RDDs of an output. */
export const inOutput = Graph.module(import.meta, (config: Config) => [
  DStream.foreachRDD(DStream.reduceByKey(wordsOf(config), Math.max), (rdd) => {
    const length = seen.length
    return Effect.map(
      RDD.collect(RDD.map(rdd, ([word, batch]) => `${length} ${word} ${batch}`)),
      (all) => void seen.push(all),
    )
  }),
])
