/**
 * Counts the words of MQTT messages every second, publishes the counts, and loses no message when it is killed.
 *
 * Needs an MQTT server: Mosquitto (`apt install mosquitto`, then `mosquitto`), or `docker run -p 1883:1883 eclipse-mosquitto
 * mosquitto -c /mosquitto-no-auth.conf`.
 *
 *     deno run -A examples/mqtt_word_count.ts mqtt://localhost:1883 words /tmp/word-counts    # server, topic, checkpoint
 *     mosquitto_pub -q 2 -t words -m "to be or not to be"
 *     mosquitto_sub -v -t "words/counts/#"
 *
 * @module
 */
import { DStream, runMain, Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
import * as Mqtt from "@dstream/dstream/mqtt"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { WrongArguments } from "./arguments.ts"

const outputs = (url: string, topic: string) => {
  // The server keeps messages for this client ID while the program is not connected, and sends each once.
  const counts = Mqtt.textStream({ url, topics: topic, qos: 2, clientId: "mqtt-word-count" }).pipe(
    DStream.named("messages"),
    DStream.flatMap((text) => text.split(/\s+/).filter((word) => word !== "")),
    DStream.map((word) => [word, 1]),
    DStream.updateStateByKey((ones: ReadonlyArray<number>, total: Option.Option<number>) =>
      Option.some(ones.reduce((a, b) => a + b, Option.getOrElse(total, () => 0)))
    ),
    DStream.named("totals"),
  )
  return [
    counts.pipe(DStream.print(), DStream.nameOutput("console")),
    counts.pipe(
      DStream.map(([word, n]) => ({
        topic: `${topic}/counts/${encodeURIComponent(word)}`,
        payload: String(n),
        retain: true,
      })),
      DStream.foreachPartition(Mqtt.publish({ url })),
      DStream.nameOutput("counts"),
    ),
  ] as const
}

const program = Effect.gen(function* () {
  const [url, topic, directory] = Deno.args
  if (url === undefined || topic === undefined || directory === undefined) {
    return yield* new WrongArguments({ problem: "Expected the URL of an MQTT server, a topic and a directory" })
  }
  yield* Console.error(`Counts what is published to ${topic}, such as by: mosquitto_pub -q 2 -t ${topic} -m "to be"`)
  const ssc = yield* StreamingContext.getOrCreate(directory, StreamingContext.make)
  const active = yield* StreamingContext.start(ssc, outputs(url, topic))
  yield* StreamingContext.awaitTermination(active)
})

if (import.meta.main) {
  const spark = SparkContext.layer({ master: "local[2]", appName: "MqttWordCount" })
  program.pipe(Effect.provide(Scheduler.layer("1 second")), Effect.provide(spark), runMain)
}
