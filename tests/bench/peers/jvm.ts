/**
 * The engines that run on the JVM. Their jars are found in a folder that an environment variable names, or fetched with Maven
 * into a cache folder once. Their programs are in `jvm/`, and are compiled for each run.
 */
import { argumentsOf, type Engine, type Missing, output, timings } from "./engine.ts"
import { workloads } from "./workloads.ts"

const sources = new URL("./jvm/", import.meta.url).pathname

const cache = Deno.env.get("BENCH_CACHE") ??
  `${Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`}/dstream-bench`

/** The most memory that a JVM takes for its heap. */
const heap = Deno.env.get("BENCH_HEAP") ?? "2g"

const isThere = (path: string) => Deno.stat(path).then(() => true, () => false)

/** Packages of the JDK that Spark and Flink open for themselves when they are started by their own scripts. */
const opened = [
  "java.io",
  "java.lang",
  "java.lang.invoke",
  "java.lang.reflect",
  "java.net",
  "java.nio",
  "java.util",
  "java.util.concurrent",
  "java.util.concurrent.atomic",
  "jdk.internal.ref",
  "sun.nio.ch",
  "sun.nio.cs",
  "sun.security.action",
  "sun.util.calendar",
].map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`)

/** An engine on the JVM. */
interface JVMEngine {
  readonly name: string
  /** The class with its `main`. */
  readonly program: string
  /** The file in `jvm/` that names the jars, and the environment variable for a folder with them. */
  readonly jars?: { readonly list: string; readonly variable: string }
  readonly has: (workload: string) => boolean
}

const stateful = new Set(["window", "window-inverse", "updatestate", "mapstate", "empty"])

const engines: ReadonlyArray<JVMEngine> = [
  { name: "Java loop", program: "JavaLoop", has: (workload) => !stateful.has(workload) },
  {
    name: "Spark Streaming local[2]",
    program: "SparkStreaming",
    jars: { list: "spark", variable: "SPARK_JARS" },
    has: (workload) => workload in workloads,
  },
  {
    name: "Flink, parallelism 2",
    program: "Flink",
    jars: { list: "flink", variable: "FLINK_JARS" },
    has: (workload) => workload === "wordcount",
  },
]

/** Finds the jars of an engine, or fetches them. */
const jarsOf = async ({ list, variable }: { readonly list: string; readonly variable: string }): Promise<string> => {
  const given = Deno.env.get(variable)
  if (given !== undefined) return given
  const folder = `${cache}/${list}`
  if (await isThere(`${folder}/complete`)) return folder
  console.error(`Fetching the jars of ${list} with Maven into ${folder}`)
  await output("mvn", [
    "-q",
    "-B",
    "-f",
    `${sources}${list}.xml`,
    "dependency:copy-dependencies",
    "-DincludeScope=runtime",
    `-DoutputDirectory=${folder}`,
  ])
  await Deno.writeTextFile(`${folder}/complete`, "")
  return folder
}

const prepared = async ({ has, jars, name, program }: JVMEngine): Promise<Engine> => {
  const version = await output("javac", ["-version"])
  const folder = jars === undefined ? undefined : await jarsOf(jars)
  const path = folder === undefined ? [] : [`${folder}/*`]
  const classes = `${cache}/classes/${program}`
  await output("javac", [
    "-nowarn",
    ...path.length === 0 ? [] : ["-cp", path.join(":")],
    "-d",
    classes,
    ...["Data", "Run", "JavaLoop", ...program === "JavaLoop" ? [] : [program]].map((file) => `${sources}${file}.java`),
  ])
  const options = [
    `-Xmx${heap}`,
    ...opened,
    `-Dlog4j2.configurationFile=${sources}log4j2.properties`,
    "-cp",
    [classes, ...path].join(":"),
    program,
  ]
  console.error(`${name}: ${version.trim()}, ${folder ?? "no jars"}`)
  return { name, has, run: (workload, work) => timings("java", [...options, ...argumentsOf(workload, work)]) }
}

/** Prepares the engines on the JVM. Gives the reason for each that cannot be used. */
export const jvmEngines = (): Promise<ReadonlyArray<Engine | Missing>> =>
  Promise.all(
    engines.map((engine) =>
      prepared(engine).catch((error: unknown): Missing => ({
        name: engine.name,
        reason: error instanceof Error ? error.message : String(error),
      }))
    ),
  )
