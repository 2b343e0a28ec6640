/** The examples that need a Kafka broker. */
import assert from "node:assert/strict"
import { DStream } from "@dstream/dstream"
import * as Kafka from "@dstream/dstream/kafka"
import { Testing } from "@dstream/dstream/testing"
import * as Effect from "effect/Effect"
import { kafkaServer } from "../servers/kafka_server.ts"
import { sleep, start } from "./starting.ts"

const server = kafkaServer(import.meta.url)
const test = (name: string, fn: () => Promise<void>) => Deno.test({ name, ignore: !server.available, fn })

test("kafka_word_count counts the words of a topic", async () => {
  const topic = await server.topic(2)
  const child = start("examples/kafka_word_count.ts", server.brokers(), topic)
  const stderr = new Response(child.stderr).text()
  let stdout = ""
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    stdout += text
    // It counts what arrives after its start.
    if (stdout.includes("Time: ") && !stdout.includes("(")) {
      await server.send(topic, [{ value: "to be or" }, { value: "not to be", partition: 1 }])
    }
    if (/\(to,\d+\)/.test(stdout)) child.kill("SIGINT")
  }
  assert.match(stdout, /\(to,\d+\)/)
  assert.equal((await child.status).code, 130, await stderr)
})

Deno.test("the Kafka examples say which arguments they need, and that the broker does not answer", async () => {
  for (const example of ["kafka_word_count", "kafka_exactly_once"]) {
    const { code, stderr } = await start(`examples/${example}.ts`, "localhost:1").output()
    assert.equal(code, 1)
    assert.match(new TextDecoder().decode(stderr), /^WrongArguments: Give the brokers/)
  }
  const { code, stderr } = await start("examples/kafka_word_count.ts", "127.0.0.1:1", "lines", "1").output()
  assert.equal(code, 0)
  assert.match(new TextDecoder().decode(stderr), /no new records until the brokers answer.*ECONNREFUSED/)
})

test("kafka_exactly_once writes each total once, however often it is killed", async () => {
  const [from, to] = [await server.topic(2), await server.topic(2)]
  const directory = await Deno.makeTempDir()
  const words = ["a", "b", "c"]
  const rounds = 30
  const sending = (async () => {
    for (let i = 0; i < rounds; i++) {
      await server.send(from, words.map((word, n) => ({ value: `${word} ${word}`, partition: n % 2 })))
      await sleep(300)
    }
  })()
  for (const life of [2500, 1700, 3100, 2200]) {
    const child = start("examples/kafka_exactly_once.ts", server.brokers(), from, to, directory)
    await sleep(life)
    child.kill("SIGKILL")
    await Promise.all([child.status, new Response(child.stdout).text(), new Response(child.stderr).text()])
  }
  await sending
  const child = start("examples/kafka_exactly_once.ts", server.brokers(), from, to, directory)
  const output = Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  const options = { brokers: server.brokers(), subscribe: to, startingOffsets: "earliest" } as const
  const found = () =>
    Effect.runPromise(Testing.run(
      Kafka.directStream(options).pipe(
        DStream.map(({ key, value }) =>
          [key, value].map((bytes) => new TextDecoder().decode(bytes ?? undefined)).join(" ")
        ),
      ),
      { batches: 1 },
    )).then((batches) => batches.flatMap((records) => records ?? []))
  const wanted = words.flatMap((word) => Array.from({ length: 2 * rounds }, (_, i) => `${word} ${i + 1}`)).sort()
  let records = await found()
  for (let i = 0; records.length < wanted.length && i < 40; i++) {
    await sleep(500)
    records = await found()
  }
  child.kill("SIGINT")
  const [, stderr] = await output
  await child.status
  assert.equal(records.length, wanted.length, stderr)
  assert.deepEqual(records.toSorted(), wanted)
  await Deno.remove(directory, { recursive: true })
})
