/**
 * A Spark cluster with two executors of one core each, and `local[2]` beside it. The variable SPARK_CONNECT names the cluster, as
 * `deno task servers spark` prints it; without it, the benchmarks are skipped.
 */
import { type Graph, RDD } from "@dstream/dstream"
import { heavy, latest, lines as lineQueue, tracked, updated, updates, words } from "./cluster_graphs.ts"
import { lines, type Pair, pairs } from "./data.ts"
import { figure, interleaved } from "./measure.ts"
import { heavyStages, lastStage } from "./cluster_stages.ts"
import { keepingUp } from "./cluster_steady.ts"
import type { Bench, Report } from "./report.ts"
import { open, type Session } from "./session.ts"
import type { Size } from "./size.ts"

const LOCAL = "local[2]"
const CLUSTER = "a cluster with two executors"
const ONE = "one partition on the cluster"
const TWO = "two partitions on the cluster"
const UPDATES = 10_000
const POOLS = 2

const master = (): `sc://${string}` | undefined => {
  const given = Deno.env.get("SPARK_CONNECT")
  return given?.startsWith("sc://") ? `sc://${given.slice("sc://".length)}` : undefined
}

/** Makes a benchmark of one that needs a cluster. */
const onCluster =
  (title: string, measure: (size: Size, master: `sc://${string}`) => Promise<Report>): Bench => async (size) => {
    const given = master()
    if (given !== undefined) return await measure(size, given)
    console.error(`SKIPPED: ${title} needs a Spark cluster. Set SPARK_CONNECT as \`deno task servers spark\` prints it`)
    return { title: `${title}: skipped, SPARK_CONNECT is not set`, figures: [], goals: [] }
  }

/** A way to run batches: a session, and how it gets its input. */
const variant = (name: string, session: Session, push: (round: number) => void) => ({
  name,
  run: async (round: number) => {
    push(round)
    await session.batch()
    return () => latest.sum
  },
})

const measure = async (
  size: Size,
  master: `sc://${string}`,
  title: string,
  graph: () => Graph.Graph<never, never>,
  push: (round: number) => void,
  { most, rounds }: { readonly rounds: number; readonly most: number },
): Promise<Report> => {
  const local = await open(graph(), { master: LOCAL })
  const cluster = await open(graph(), { master })
  const variants = [variant(LOCAL, local, push), variant(CLUSTER, cluster, push)]
  const figures = await interleaved(variants, size.rounds(rounds), size.rounds(8))
  await local.close()
  await cluster.close()
  return { title, isWall: true, figures, goals: [{ of: CLUSTER, most }] }
}

const linesRDD = (pool: number, count: number, partitions = 2) => RDD.parallelize(lines(pool, count), { partitions })

const pushing = (make: (pool: number) => () => void): (round: number) => void => {
  const pools = Array.from({ length: POOLS }, (_, pool) => make(pool))
  return (round) => pools[round % POOLS]?.()
}

const wordCount = (records: number, most: number): Bench => {
  const title = `word count of ${records.toLocaleString("en")} lines a batch on a cluster`
  return onCluster(title, (size, master) => {
    const count = size.count(records)
    const push = pushing((pool) => {
      const rdd = linesRDD(pool, count)
      return () => lineQueue.push(rdd)
    })
    return measure(size, master, title, () => words(null), push, { rounds: 15, most })
  })
}

const states = (name: string, keys: number, graph: typeof tracked, most: number): Bench => {
  const title = `${name} on a cluster, ${keys.toLocaleString("en")} keys, ${
    UPDATES.toLocaleString("en")
  } updates a batch`
  return onCluster(title, (size, master) => {
    const push = pushing((pool) => {
      const records: ReadonlyArray<Pair> = pairs(0, pool, size.count(UPDATES), size.count(keys))
      const rdd = RDD.parallelize(records, { partitions: 2 })
      return () => updates.push(rdd)
    })
    return measure(size, master, title, () => graph(size.count(keys)), push, { rounds: 15, most })
  })
}

const FIRST = "from the start of the context to the end of its first batch"

const start: Bench = onCluster("start on a cluster", async (size, master) => {
  const times: Array<number> = []
  for (let round = 0; round < size.rounds(5); round++) {
    const from = performance.now()
    const session = await open(words(null), { master })
    lineQueue.push(linesRDD(0, size.count(1000)))
    await session.batch()
    times.push(performance.now() - from)
    await session.close()
  }
  return { title: "start on a cluster", figures: [figure(FIRST, times)], goals: [{ of: FIRST, most: 4000 }] }
})

/** How often the heavy function mixes a line: two executors then compute for about a second. */
const ROUNDS = 60

const scaling: Bench = onCluster("heavy work on two executors", async (size, master) => {
  const count = size.count(100_000)
  const one = await open(heavy(ROUNDS), { master })
  const two = await open(heavy(ROUNDS), { master })
  const inputs = [linesRDD(0, count, 1), linesRDD(0, count, 2)]
  const before = await lastStage()
  const rounds = size.rounds(7)
  const pushOf = (at: number) => () => lineQueue.push(inputs[at] ?? RDD.empty())
  const figures = await interleaved(
    [variant(ONE, one, pushOf(0)), variant(TWO, two, pushOf(1))],
    rounds,
    size.rounds(4),
  )
  const ofStages = before === undefined || size.isQuick ? [] : [
    figure(`the stage of ${ONE}`, await heavyStages(before, 1, rounds)),
    figure(`the stage of ${TWO}`, await heavyStages(before, 2, rounds)),
  ]
  await one.close()
  await two.close()
  const [ofOne = ONE, ofTwo = TWO] = ofStages.map(({ name }) => name)
  return {
    title: `heavy work on ${count.toLocaleString("en")} lines, on two executors and on one`,
    isWall: true,
    figures: [...figures, ...ofStages],
    goals: [{ what: "two executors against one", of: ofTwo, base: ofOne, percent: 170 }],
  }
})

const steadyTitle = "a window, a join and a state of 10,000 keys each second on a cluster"

/** The benchmarks of this file. */
export const cluster: Readonly<Record<string, Bench>> = {
  "cluster-words": wordCount(1000, 250),
  "cluster-words-100k": wordCount(100_000, 400),
  "cluster-updatestate": states("updateStateByKey", 10_000, updated, 300),
  "cluster-mapstate": states("mapWithState", 100_000, tracked, 900),
  "cluster-start": start,
  "cluster-heavy": scaling,
  "cluster-steady": onCluster(steadyTitle, (size, master) => keepingUp(size, master, steadyTitle)),
}
