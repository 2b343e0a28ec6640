/** TLS, passwords, and what is refused. */
import assert from "node:assert/strict"
import { RDD, SparkContext } from "@dstream/dstream"
import { Testing } from "@dstream/dstream/testing"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Kafka from "../../../lib/kafka.ts"
import { kafkaServer } from "../../servers/kafka_server.ts"

const server = kafkaServer(import.meta.url)
const test = (name: string, fn: () => Promise<void>) => Deno.test({ name, ignore: !server.available, fn })
const sc = SparkContext.layer({ master: "local[2]", appName: "kafka tests" })

const PASSWORD = "alice-secret"
const alice = (mechanism: Kafka.KafkaSasl["mechanism"], password = PASSWORD) => ({
  brokers: server.saslBrokers(),
  sasl: { mechanism, username: "alice", password: Redacted.make(password) },
})

const firstRecord = async (connection: Kafka.KafkaConnection) => {
  const topic = await server.topic()
  await server.send(topic, [{ value: "a" }])
  const range = { topic, partition: 0, fromOffset: 0, untilOffset: 1 }
  return Effect.provide(RDD.first(Kafka.textRDD(connection, [range])), sc)
}

/** The error that a stream fails with, which must be one of the start. */
const startError = (connection: Kafka.KafkaConnection) =>
  Effect.runPromise(Effect.flip(
    Testing.run(Kafka.directTextStream({ ...connection, subscribe: "any" }), { batches: 1 }),
  )) as Promise<{ readonly _tag: string; readonly message: string; readonly reason?: string }>

for (const mechanism of ["PLAIN", "SCRAM-SHA-256"] as const) {
  test(`a user logs in with ${mechanism}`, async () => {
    assert.equal(await Effect.runPromise(await firstRecord(alice(mechanism))), "a")
  })
  test(`a wrong password with ${mechanism} is an error of the start, which does not show it`, async () => {
    const error = await startError(alice(mechanism, "wrong-secret"))
    assert.equal(error._tag, "KafkaError")
    assert.equal(error.reason, "AuthenticationFailed")
    assert.doesNotMatch(`${error.message} ${JSON.stringify(error)} ${Deno.inspect(error)}`, /-secret/)
  })
}

test("a mechanism that the broker does not have is an error of the start", async () => {
  const error = await startError(alice("SCRAM-SHA-512"))
  assert.equal(error.reason, "AuthenticationFailed")
})

test("TLS with the certificate of the authority, by name and by address", async () => {
  const tls = { ca: server.ca() }
  assert.equal(await Effect.runPromise(await firstRecord({ brokers: server.tlsBrokers(), tls })), "a")
  const byAddress = server.tlsBrokers().replace("localhost", "127.0.0.1")
  assert.equal(await Effect.runPromise(await firstRecord({ brokers: byAddress, tls })), "a")
})

test("a certificate that is not trusted is an error of the start", async () => {
  const error = await startError({ brokers: server.tlsBrokers(), tls: true })
  assert.equal(error.reason, "TlsFailed")
})

test("a connection without TLS to a listener with TLS is an error of the start", async () => {
  const error = await startError({ brokers: server.tlsBrokers() })
  assert.equal(error.reason, "TlsFailed")
})

test("a client certificate, where the brokers ask for one", async () => {
  const { brokers, cert, key } = server.mtls()
  const tls = { ca: server.ca(), cert, key: Redacted.make(key) }
  assert.equal(await Effect.runPromise(await firstRecord({ brokers, tls })), "a")
})

test("no client certificate, where the brokers ask for one, is an error of the start", async () => {
  const { brokers } = server.mtls()
  const error = await startError({ brokers, tls: { ca: server.ca() } })
  assert.equal(error.reason, "TlsFailed")
})
