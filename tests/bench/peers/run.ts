/**
 * Compares the library with Spark Streaming, Flink and a loop in Java: `deno task bench:peers` runs all workloads,
 * `deno task bench:peers join mapstate` two of them. Engines take turns, each run in a process of its own, and must have equal
 * checksums. `--runs=3` says how often each is run, `--json=FILE` and `--svg=FILE` where results are written as well.
 *
 * Java 17 or later is needed, and Maven for the jars of Spark and Flink (or `SPARK_JARS` and `FLINK_JARS`, folders that have
 * them). They are kept in `BENCH_CACHE`, by default `dstream-bench` in the user's cache folder. Engines that cannot be used are
 * named at the beginning and at the end.
 */
import { type Result, section } from "../markdown.ts"
import { type Figure, figure } from "../measure.ts"
import { option, publish } from "../output.ts"
import { type Goal, merged, outcomesOf, type Report } from "../report.ts"
import { type Engine, OURS, type Timings } from "./engine.ts"
import { jvmEngines } from "./jvm.ts"
import { MEMORY, type PeerWorkload, workloads } from "./workloads.ts"

const SPARK = "Spark Streaming"

const memory = (engine: string) => `${engine}: memory`

/** The processor times are those of all threads. */
const figuresOf = (all: ReadonlyArray<readonly [engine: string, timings: Timings]>): ReadonlyArray<Figure> => [
  ...all.map(([engine, { cpu, wall }]) => figure(engine, wall, { cpu: [cpu] })),
  ...all.map(([engine, { megabytes }]) => figure(memory(engine), [megabytes], { unit: "MB" })),
]

const goalsOf = (spark: string | undefined, { times }: PeerWorkload): ReadonlyArray<Goal> =>
  spark === undefined ? [] : [
    { what: `speed against ${SPARK}`, of: OURS.name, base: spark, percent: times * 100 },
    { what: `peak memory against ${SPARK}`, of: memory(OURS.name), base: memory(spark), times: MEMORY },
  ]

/** An engine has failed with a workload. */
class EngineFailed extends Error {
  readonly engine: Engine
  constructor(engine: Engine, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.engine = engine
  }
}

/** Runs a workload once on each engine. */
const compare = async (name: string, work: PeerWorkload, engines: ReadonlyArray<Engine>): Promise<Report> => {
  const all: Array<readonly [engine: string, timings: Timings]> = []
  for (const engine of engines) {
    if (!engine.has(name)) continue
    const timings = await engine.run(name, work).catch((cause: unknown) => {
      throw new EngineFailed(engine, cause)
    })
    all.push([engine.name, timings])
  }
  if (new Set(all.map(([, { checksum }]) => checksum)).size > 1) {
    const sums = all.map(([engine, { checksum }]) => `${engine}: ${checksum}`)
    throw new Error(`${name}: the engines differ in their checksums (${sums.join(", ")})`)
  }
  const keys = work.keys === undefined ? "" : `, ${work.keys.toLocaleString("en")} keys`
  return {
    isWall: true,
    title: `${name}: ${work.records.toLocaleString("en")} records a batch${keys}`,
    figures: figuresOf(all),
    goals: goalsOf(all.map(([engine]) => engine).find((engine) => engine.startsWith(SPARK)), work),
  }
}

const named = Deno.args.filter((arg) => !arg.startsWith("--"))
for (const name of named) {
  if (!(name in workloads)) {
    throw new Error(`There is no workload ${name}. Choose from ${Object.keys(workloads).join(", ")}`)
  }
}

const peers = await jvmEngines()
/** What could not be run, and why. */
const problems = peers.flatMap((peer) => "reason" in peer ? [`NOT RUN: ${peer.name}: ${peer.reason}`] : [])
const engines = [OURS, ...peers.flatMap((peer) => "reason" in peer ? [] : [peer])]
for (const line of problems) console.error(line)

/** Compares several times. If an engine other than the library fails, begins again without it. */
const compareAll = async (
  name: string,
  work: PeerWorkload,
  engines: ReadonlyArray<Engine>,
): Promise<readonly [Report, ...ReadonlyArray<Report>]> => {
  try {
    const reports: [Report, ...Array<Report>] = [await compare(name, work, engines)]
    while (reports.length < Number(option("runs") ?? 3)) reports.push(await compare(name, work, engines))
    return reports
  } catch (error) {
    if (!(error instanceof EngineFailed) || error.engine === OURS) throw error
    const line = `FAILED: ${error.engine.name} with ${name}: ${error.message}`
    console.error(line)
    problems.push(line)
    Deno.exitCode = 1
    return await compareAll(name, work, engines.filter((engine) => engine !== error.engine))
  }
}

const results: Array<Result> = []
for (const name of named.length > 0 ? named : Object.keys(workloads)) {
  const reports = await compareAll(name, workloads[name]!, engines)
  const result = { bench: name, report: merged(reports), outcomes: outcomesOf(reports) }
  console.log(`\n${section(result.report, result.outcomes)}`)
  results.push(result)
}
await publish(results)
for (const line of problems) console.log(line)
