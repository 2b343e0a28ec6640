/**
 * The speed at which a Kafka topic is read, with Kafka's own consumer beside it, and at which its words are counted, with Spark
 * Streaming's direct stream beside it. They start a broker, which takes Java and, once, Maven to fetch the jars. The broker works
 * on the same machine, so wall times are compared.
 */
import { Admin, Producer } from "@platformatic/kafka"
import { DStream, RDD, SparkContext, StreamingContext, Text } from "@dstream/dstream"
import * as Kafka from "@dstream/dstream/kafka"
import { Testing } from "@dstream/dstream/testing"
import { Effect } from "effect"
import process from "node:process"
import { CommandedServer, scriptPath, whyMissing } from "../servers/launching.ts"
import { checksum, lines } from "./data.ts"
import { figure } from "./measure.ts"
import { JavaConsumer, type Round, sparkWordCount } from "./peers/kafka/programs.ts"
import type { Bench, Report } from "./report.ts"

const TOPIC = "lines"
const PARTITIONS = [0, 1]
const MILLION = 1_000_000
/** How many lines the producer sends in a batch: 16 kB, which is the largest batch of Kafka's own producers by default. */
const SENT_AT_ONCE = 160

/** Fills a topic with lines of 95 bytes, evenly over its partitions. */
export const fill = async (brokers: string, records: number): Promise<void> => {
  const admin = new Admin({ clientId: "bench", bootstrapBrokers: [brokers] })
  await admin.createTopics({ topics: [TOPIC], partitions: PARTITIONS.length, replicas: 1 })
  await admin.close()
  const producer = new Producer({ clientId: "bench", bootstrapBrokers: [brokers], retries: 500, retryDelay: 100 })
  const values = lines(0, 100_000).map((line) => Buffer.from(line))
  for (let from = 0; from < records; from += PARTITIONS.length * SENT_AT_ONCE) {
    await Promise.all(PARTITIONS.map((partition) => {
      const begin = (from + partition * SENT_AT_ONCE) % values.length
      const messages = values.slice(begin, begin + SENT_AT_ONCE).map((value) => ({ topic: TOPIC, partition, value }))
      return producer.send({ acks: -1, messages })
    }))
  }
  await producer.close()
}

/** Does something with a broker that has a filled topic. `into` is a folder for compiled programs. */
const withTopic = async (
  title: string,
  records: number,
  use: (brokers: string, classpath: string, into: string) => Promise<Report>,
): Promise<Report> => {
  const script = scriptPath("kafka.sh")
  const why = whyMissing("bash", script, "download")
  if (why !== undefined) {
    console.error(`SKIPPED: ${title} needs a Kafka server: ${why}`)
    return { title: `${title}: skipped, ${why}`, figures: [], goals: [] }
  }
  const server = new CommandedServer("Kafka", "bash", script, "run")
  const into = await Deno.makeTempDir()
  try {
    const { KAFKA_BROKERS: brokers = "", KAFKA_CLASSPATH: classpath = "" } = await server.done()
    await fill(brokers, records)
    return await use(brokers, classpath, into)
  } finally {
    await server.stop()
    await Deno.remove(into, { recursive: true })
  }
}

/** Lets ways to read the topic take turns. All must have the same sum. */
const inTurns = async (ways: Readonly<Record<string, () => Promise<Round>>>, warmUp: number, rounds: number) => {
  const all = new Map<string, Array<Round>>(Object.keys(ways).map((name) => [name, []]))
  for (let round = 0; round < warmUp + rounds; round++) {
    for (const [name, way] of Object.entries(ways)) all.get(name)?.push(await way())
  }
  const sums = new Set([...all.values()].flat().map(({ sum }) => sum))
  if (sums.size > 1) throw new Error(`ways to read the topic differ in the lengths of the values: ${[...sums]}`)
  return Array.from(all, ([name, found]) => {
    const timed = found.slice(warmUp)
    return figure(name, timed.map(({ wall }) => wall), { cpu: timed.map(({ cpu }) => cpu) })
  })
}

const JAVA_BYTES = "KafkaConsumer, byte arrays"
const JAVA_STRINGS = "KafkaConsumer, strings"
const BYTES = "textRDD, counted as bytes"
const RECORDS = "recordRDD, lengths of values"
const STRINGS = "textRDD, lengths of strings"
const LINE_LENGTH = 95

type Counting = ReturnType<typeof RDD.count<string, Kafka.KafkaError | Kafka.SettingError, never>>

const sc = SparkContext.layer({ master: "local[2]", appName: "bench" })
const add = (a: number, b: number): number => a + b

const reading = (): Promise<Report> => {
  const title = "a million records of 95 bytes from a Kafka topic"
  return withTopic(title, MILLION, async (brokers, classpath, into) => {
    const ranges = PARTITIONS.map((partition) => ({
      topic: TOPIC,
      partition,
      fromOffset: 0,
      untilOffset: MILLION / PARTITIONS.length,
    }))
    const ours = (counting: Counting) => async (): Promise<Round> => {
      const [cpu, start] = [process.cpuUsage(), performance.now()]
      const sum = await Effect.runPromise(Effect.provide(counting, sc))
      const wall = performance.now() - start
      const { system, user } = process.cpuUsage(cpu)
      return { wall, cpu: (user + system) / 1000, sum }
    }
    const java = await JavaConsumer.start(classpath, into, brokers, TOPIC, String(MILLION))
    try {
      const figures = await inTurns(
        {
          [JAVA_BYTES]: () => java.round("bytes"),
          // All lines have the same length, so the count gives the sum of the lengths.
          [BYTES]: ours(Effect.map(RDD.count(Kafka.textRDD({ brokers }, ranges)), (count) => count * LINE_LENGTH)),
          [RECORDS]: ours(RDD.fold(
            RDD.map(Kafka.recordRDD({ brokers }, ranges), ({ value }) => value?.length ?? 0),
            0,
            add,
          )),
          [JAVA_STRINGS]: () => java.round("strings"),
          [STRINGS]: ours(RDD.fold(RDD.map(Kafka.textRDD({ brokers }, ranges), (line) => line.length), 0, add)),
        },
        5,
        9,
      )
      return {
        title,
        isWall: true,
        figures,
        goals: [
          { what: "raw bytes against KafkaConsumer", of: BYTES, base: JAVA_BYTES, percent: 200 },
          { what: "strings against KafkaConsumer", of: STRINGS, base: JAVA_STRINGS, percent: 70 },
        ],
      }
    } finally {
      await java.stop()
    }
  })
}

const OURS = "directTextStream, split by a function"
const TEXT = "directTextStream, Text.split"
const SPARK = "Spark Streaming local[2], direct stream"
const [BATCHES, WARM_UP, IN_BATCH] = [20, 10, 100_000]

/** The time of each batch in milliseconds, and the checksum of all counts. */
type Counted = { readonly times: ReadonlyArray<number>; readonly sum: number }

/** Counts the words of the topic batch by batch. */
const wordCount = (brokers: string, split: (line: string) => ReadonlyArray<string>): Promise<Counted> => {
  const program = Effect.gen(function* () {
    let sum = 0
    const lines = Kafka.directTextStream({
      brokers,
      subscribe: TOPIC,
      startingOffsets: "earliest",
      maxRatePerPartition: IN_BATCH / PARTITIONS.length,
    })
    const counts = lines.pipe(DStream.flatMap(split), DStream.countByValue())
    const output = DStream.foreachRDD(counts, (rdd) =>
      Effect.map(RDD.collect(rdd), (found) => {
        sum = (sum + checksum(found)) | 0
      }))
    const ssc = yield* StreamingContext.makeWith({ backpressure: false })
    const active = yield* StreamingContext.start(ssc, [output])
    const times: Array<number> = []
    for (let i = 0; i < BATCHES; i++) {
      const start = performance.now()
      yield* Testing.advance(active)
      times.push(performance.now() - start)
    }
    return { times, sum }
  })
  return Effect.runPromise(Effect.scoped(Effect.provide(program, Testing.layer())))
}

const counting = (): Promise<Report> => {
  const title = "words of 100,000 lines counted, from a Kafka topic"
  return withTopic(title, BATCHES * IN_BATCH, async (brokers, _, into) => {
    const ours = await wordCount(brokers, (line) => line.split(" "))
    const text = await wordCount(brokers, Text.split(" "))
    const spark = await sparkWordCount(into, brokers, TOPIC, String(IN_BATCH / PARTITIONS.length), String(BATCHES))
      .catch((error: Error) => {
        console.error(`SKIPPED: ${SPARK}: ${error.message}`)
        return undefined
      })
    const all: ReadonlyArray<readonly [string, Counted]> = [[OURS, ours], [TEXT, text]]
    const figures = [...all, ...(spark ? [[SPARK, spark] as const] : [])].map(([name, { sum, times }]) => {
      if (sum !== ours.sum) throw new Error(`the counts differ: ${OURS} ${ours.sum}, ${name} ${sum}`)
      return figure(name, times.slice(WARM_UP))
    })
    if (spark === undefined) return { title, figures, goals: [] }
    return {
      title,
      isWall: true,
      figures,
      goals: [
        { what: "word count against Spark, split by a function", of: OURS, base: SPARK, percent: 300 },
        { what: "word count against Spark, Text.split", of: TEXT, base: SPARK, percent: 300 },
      ],
    }
  })
}

/** The benchmarks of this file. They have one size, and start a server. */
export const kafka: Readonly<Record<string, Bench>> = {
  "kafka": reading,
  "kafka-words": counting,
}
