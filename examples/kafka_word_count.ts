/**
 * Counts the words of Kafka topics every second.
 *
 *     deno run examples/kafka_word_count.ts localhost:9092 lines            # until Ctrl-C
 *     deno run examples/kafka_word_count.ts localhost:9092 lines,more 10    # stops after 10 seconds
 *
 * It needs a Kafka broker, version 3.5 or newer. To get one, with a topic that you can write lines to:
 *
 *     docker run --name kafka -p 9092:9092 apache/kafka
 *     docker exec kafka /opt/kafka/bin/kafka-topics.sh --bootstrap-server localhost:9092 --create --topic lines
 *     docker exec -it kafka /opt/kafka/bin/kafka-console-producer.sh --bootstrap-server localhost:9092 --topic lines
 *
 * @module
 */
import { DStream, runMain, Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
import * as Kafka from "@dstream/dstream/kafka"
import * as Effect from "effect/Effect"
import { numbers, WrongArguments } from "./arguments.ts"

const wordCounts = (brokers: string, topics: ReadonlyArray<string>) =>
  Kafka.directTextStream({ brokers, subscribe: topics }).pipe(
    DStream.flatMap((line) => line.split(" ")),
    DStream.map((word) => [word, 1]),
    DStream.reduceByKey((a, b) => a + b),
    DStream.print(),
  )

const program = Effect.gen(function* () {
  const [brokers, topics, ...rest] = Deno.args
  if (brokers === undefined || topics === undefined) {
    return yield* new WrongArguments({ problem: "Give the brokers and the topics, such as localhost:9092 lines" })
  }
  const { seconds } = yield* numbers(rest, { seconds: 0 })
  const ssc = yield* StreamingContext.make
  const active = yield* StreamingContext.start(ssc, [wordCounts(brokers, topics.split(","))])
  yield* seconds === 0
    ? StreamingContext.awaitTermination(active)
    : StreamingContext.awaitTerminationOrTimeout(active, `${seconds} seconds`)
})

if (import.meta.main) {
  program.pipe(
    Effect.provide(Scheduler.layer("1 second")),
    Effect.provide(SparkContext.layer({ master: "local[2]", appName: "KafkaWordCount" })),
    runMain,
  )
}
