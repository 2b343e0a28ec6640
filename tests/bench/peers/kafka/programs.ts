/** The programs of this folder, which do with Kafka's own consumer and with Spark Streaming what the benchmarks do. */
import { scriptPath } from "../../../servers/launching.ts"

const folder = decodeURIComponent(new URL(".", import.meta.url).pathname)
const SPARK = "4.2.0"

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

/** Runs a program to its end, and gives what it prints. */
const output = async (program: string, args: ReadonlyArray<string>): Promise<string> => {
  const { stderr, stdout, success } = await new Deno.Command(program, { args: [...args], stdin: "null" }).output()
  if (!success) throw new Error(`${program} failed: ${text(stderr).trim().split("\n").slice(-5).join("\n")}`)
  return text(stdout)
}

/** Compiles a program and gives the class path to run it with. */
const compiled = async (program: string, classpath: string, into: string): Promise<string> => {
  await output("javac", ["-cp", classpath, "-d", into, `${folder}${program}.java`])
  return `${into}:${classpath}`
}

/** What reading all records once has taken, in milliseconds. */
export interface Round {
  readonly wall: number
  /** The processor time of all threads of the process. */
  readonly cpu: number
  /** The sum of the lengths of the values. */
  readonly sum: number
}

/** Kafka's own consumer in a JVM that goes on running, so that it gets warm. */
export class JavaConsumer {
  readonly #process: Deno.ChildProcess
  readonly #input: WritableStreamDefaultWriter<Uint8Array>
  readonly #lines: ReadableStreamDefaultReader<string>

  private constructor(classpath: string, args: ReadonlyArray<string>) {
    const settings = `-Dlog4j2.configurationFile=${folder}log4j2.properties`
    this.#process = new Deno.Command("java", {
      args: ["-Xmx1g", settings, "-cp", classpath, "Consume", ...args],
      stdin: "piped",
      stdout: "piped",
    }).spawn()
    this.#input = this.#process.stdin.getWriter()
    this.#lines = this.#process.stdout.pipeThrough(new TextDecoderStream()).getReader()
  }

  /** Compiles the program and starts it. */
  static async start(classpath: string, into: string, ...args: ReadonlyArray<string>): Promise<JavaConsumer> {
    return new JavaConsumer(await compiled("Consume", classpath, into), args)
  }

  /** Reads all records once. */
  async round(kind: "bytes" | "strings"): Promise<Round> {
    await this.#input.write(new TextEncoder().encode(`${kind}\n`))
    let line = ""
    while (!line.endsWith("\n")) {
      const { done, value } = await this.#lines.read()
      if (done) throw new Error("the Java consumer has ended")
      line += value
    }
    const [wall = NaN, cpu = NaN, sum = NaN] = line.trim().split(" ").map(Number)
    return { wall, cpu, sum }
  }

  async stop(): Promise<void> {
    await this.#input.close()
    await this.#process.status
    await this.#lines.cancel()
  }
}

/** Fetches Spark with Maven once. Gives the class path. */
const sparkJars = async (): Promise<string> => {
  const names = ["spark-streaming", "spark-streaming-kafka-0-10"].map((name) =>
    `org.apache.spark:${name}_2.13:${SPARK}`
  )
  const script = `. "$1"; need java javac; fetch_jars "$cache/spark-kafka-${SPARK}" ${names.join(" ")}; echo "$cache"`
  const cache = await output("sh", ["-c", script, "sh", scriptPath("fetching.sh")])
  return `${cache.trim()}/spark-kafka-${SPARK}/jars/*`
}

/** Packages of the JDK that Spark needs to be open. */
const OPENED = ["lang", "lang.invoke", "lang.reflect", "io", "net", "nio", "util", "util.concurrent"]
  .map((name) => `java.base/java.${name}`)
  .concat(
    "java.base/sun.nio.ch",
    "java.base/sun.nio.cs",
    "java.base/sun.security.action",
    "java.base/sun.util.calendar",
  )

/** Counts words with Spark Streaming. Gives the processing times of the batches in milliseconds, and the checksum of the counts. */
export const sparkWordCount = async (
  into: string,
  ...args: ReadonlyArray<string>
): Promise<{ readonly times: ReadonlyArray<number>; readonly sum: number }> => {
  const classpath = await compiled("WordCount", await sparkJars(), into)
  const printed = await output("java", [
    "-Xmx2g",
    `-Dlog4j2.configurationFile=${folder}log4j2.properties`,
    ...OPENED.map((name) => `--add-opens=${name}=ALL-UNNAMED`),
    "-cp",
    classpath,
    "WordCount",
    ...args,
  ])
  const result = /^RESULT (.*) (\S+)$/m.exec(printed)
  if (result === null) throw new Error(`Spark has printed no result: ${printed}`)
  return { times: (result[1] ?? "").split(" ").map(Number), sum: Number(result[2]) }
}
