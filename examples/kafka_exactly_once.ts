/**
 * Counts the words of a Kafka topic and writes each new total to another topic, exactly once: kill it at will, with `kill -9`
 * too, and start it again with the same arguments.
 *
 *     deno run examples/kafka_exactly_once.ts localhost:9092 lines totals directory
 *
 * Readers of `totals` that read with `isolation.level=read_committed` see each total of each word once: 1, 2, 3, …
 *
 * It needs a Kafka broker, version 3.5 or newer. To get one, with the topics:
 *
 *     docker run --name kafka -p 9092:9092 apache/kafka
 *     docker exec kafka /opt/kafka/bin/kafka-topics.sh --bootstrap-server localhost:9092 --create --topic lines
 *     docker exec kafka /opt/kafka/bin/kafka-topics.sh --bootstrap-server localhost:9092 --create --topic totals
 *
 * @module
 */
import { DStream, OutputPolicy, runMain, Scheduler, SparkContext, StateSpec, StreamingContext } from "@dstream/dstream"
import * as Kafka from "@dstream/dstream/kafka"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import { WrongArguments } from "./arguments.ts"

/** Adds 1 to the total of a word, and gives the new total. */
const counting = StateSpec.function((word: string, _: Option.Option<number>, total: StateSpec.State<number>) => {
  total.update(Option.getOrElse(total.getOption(), () => 0) + 1)
  return [word, total.get()]
})

const record = ([word, total]: readonly [string, number]) => ({ key: word, value: String(total) })

// A checkpoint finds the input, the state and the output by their names.
const totals = (brokers: string, from: string, to: string) =>
  Kafka.directTextStream({ brokers, subscribe: from, startingOffsets: "earliest" }).pipe(
    DStream.named("lines"),
    DStream.flatMap((line) => line.split(" ")),
    DStream.map((word) => [word, 1]),
    DStream.mapWithState(counting),
    DStream.named("totals"),
    DStream.saveTo(Kafka.sink({ brokers, topic: to, transactionalIdPrefix: "kafka-exactly-once", record }), "output"),
    DStream.onFailure(OutputPolicy.retry(Schedule.spaced("1 second"))),
  )

const program = Effect.gen(function* () {
  const [brokers, from, to, directory] = Deno.args
  if (brokers === undefined || from === undefined || to === undefined || directory === undefined) {
    return yield* new WrongArguments({ problem: "Give the brokers, two topics and a directory" })
  }
  const ssc = yield* StreamingContext.getOrCreate(directory, StreamingContext.make)
  const active = yield* StreamingContext.start(ssc, [totals(brokers, from, to)])
  yield* StreamingContext.awaitTermination(active)
})

if (import.meta.main) {
  const spark = SparkContext.layer({ master: "local[2]", appName: "KafkaExactlyOnce" })
  program.pipe(Effect.provide(Scheduler.layer("1 second")), Effect.provide(spark), runMain)
}
