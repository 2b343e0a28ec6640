/**
 * Counts the words of a Kinesis stream every second.
 *
 *     deno run examples/kinesis_word_count.ts lines       # until Ctrl-C
 *     deno run examples/kinesis_word_count.ts lines 10    # stops after 10 seconds
 *
 * It needs a stream of AWS, or a mock of it. To get a mock on port 4568, with a stream called "lines":
 *
 *     INITIALIZE_STREAMS=lines:2 npx kinesis-local
 *
 * Region, credentials and endpoint come from the environment. A mock takes any credentials:
 *
 *     export AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
 *     export AWS_ENDPOINT_URL=http://localhost:4568
 *     aws kinesis put-record --stream-name lines --partition-key 1 --cli-binary-format raw-in-base64-out --data "to be or"
 *
 * @module
 */
import { DStream, runMain, Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
import * as Kinesis from "@dstream/dstream/kinesis"
import * as Effect from "effect/Effect"
import { numbers, WrongArguments } from "./arguments.ts"

const wordCounts = (streamName: string) =>
  Kinesis.textStream({ streamName }).pipe(
    DStream.flatMap((line) => line.split(" ")),
    DStream.map((word) => [word, 1]),
    DStream.reduceByKey((a, b) => a + b),
    DStream.print(),
  )

const program = Effect.gen(function* () {
  const [streamName, ...rest] = Deno.args
  if (streamName === undefined) {
    return yield* new WrongArguments({ problem: "Give the name of the stream, such as lines" })
  }
  const { seconds } = yield* numbers(rest, { seconds: 0 })
  const ssc = yield* StreamingContext.make
  const active = yield* StreamingContext.start(ssc, [wordCounts(streamName)])
  yield* seconds === 0
    ? StreamingContext.awaitTermination(active)
    : StreamingContext.awaitTerminationOrTimeout(active, `${seconds} seconds`)
})

if (import.meta.main) {
  program.pipe(
    Effect.provide(Scheduler.layer("1 second")),
    Effect.provide(SparkContext.layer({ master: "local[2]", appName: "KinesisWordCount" })),
    runMain,
  )
}
