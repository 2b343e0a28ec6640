/** Transactions whose end the brokers have lost, against answers that a broker gives after such a loss. */
import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { Cluster } from "../../../lib/connector/kafka/cluster.ts"
import { committedMark } from "../../../lib/connector/kafka/lost_ends.ts"
import { type PreviousEnd, Transaction } from "../../../lib/connector/kafka/transaction.ts"

const [METADATA, OFFSET_FETCH, FIND_COORDINATOR, ADD_PARTITIONS, ADD_OFFSETS, END] = [3, 9, 10, 24, 25, 26]
const UNSTABLE_OFFSET_COMMIT = 88

/** A broker with the topic "t" of two partitions. The mark of the group can be read when a transaction has ended. */
class Broker {
  /** The requests that change something. */
  readonly changes: Array<number> = []
  readonly cluster: Cluster
  isStable = false

  constructor() {
    const options = {
      brokers: [{ host: "b", port: 1 }],
      clientId: "c",
      sasl: undefined,
      tls: undefined,
      retryMs: 0,
    }
    const connection = {
      send: (key: number, _v: number, _r: unknown, _p: unknown, _q: boolean, _s: boolean, done: Done) =>
        done(null, this.#answer(key)),
    }
    this.cluster = new Cluster(options, (_broker, _operation, send) => Effect.promise(() => send(connection as never)))
  }

  #answer(key: number): unknown {
    switch (key) {
      case METADATA: {
        const partitions = [0, 1].map((partitionIndex) => ({ leaderId: 1, partitionIndex }))
        const topic = { name: "t", topicId: "id", errorCode: 0, isInternal: false, partitions }
        return { brokers: [{ nodeId: 1, host: "b", port: 1 }], topics: [topic] }
      }
      case FIND_COORDINATOR:
        return { coordinators: [{ key: "g", errorCode: 0, host: "b", port: 1 }] }
      case OFFSET_FETCH: {
        const errorCode = this.isStable ? 0 : UNSTABLE_OFFSET_COMMIT
        const partition = { partitionIndex: 0, committedOffset: 7n, metadata: "mark", errorCode }
        return { groups: [{ errorCode: 0, topics: [{ name: "t", partitions: [partition] }] }] }
      }
      default:
        this.changes.push(key)
        if (key === END) this.isStable = true
        return {}
    }
  }
}

type Done = (error: null, answer: unknown) => void

const read = (broker: Broker, previous: PreviousEnd) => {
  const transaction = new Transaction(broker.cluster, "id", "none", 1n, 1)
  const mark = committedMark(broker.cluster, transaction, previous, "g", { topic: "t", partition: 0 })
  const warnings: Array<string> = []
  const logger = Logger.layer([Logger.make(({ message }) => void warnings.push(String(message)))])
  const ended = Effect.tap(mark, () => transaction.abort)
  return Effect.runPromise(Effect.result(Effect.provide(ended, logger))).then((result) => ({ result, warnings }))
}

for (const previous of ["committed", "aborted"] as const) {
  Deno.test(`a transaction that was ${previous}, and whose end is lost, is ended again before its mark is read`, async () => {
    const broker = new Broker()
    const { result, warnings } = await read(broker, previous)
    assert.equal(result._tag === "Success" && result.success, "mark")
    assert.deepEqual(broker.changes, [ADD_PARTITIONS, ADD_OFFSETS, END])
    assert.match(warnings.join(), new RegExp(`lost the end of the last transaction of g.*${previous}`))
  })
}

Deno.test("a mark that can be read is read, and nothing is ended again", async () => {
  const broker = new Broker()
  broker.isStable = true
  const { result, warnings } = await read(broker, "committed")
  assert.equal(result._tag === "Success" && result.success, "mark")
  assert.deepEqual([broker.changes, warnings], [[], []])
})

Deno.test("a transaction of which the brokers do not know how it ended is left as it is", async () => {
  const broker = new Broker()
  const { result } = await read(broker, undefined)
  assert.match(String(result._tag === "Failure" && result.failure), /UNSTABLE_OFFSET_COMMIT.*kafka-transactions\.sh/)
  assert.deepEqual(broker.changes, [])
})
