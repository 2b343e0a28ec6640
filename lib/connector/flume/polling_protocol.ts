/**
 * The calls that the SparkSink of a Flume agent answers.
 *
 * @module
 */
import { createHash } from "node:crypto"
import { joined } from "../../core/bytes.ts"
import { AvroReader, encodeBytes, encodeLong } from "./avro.ts"
import { FlumeProtocolError } from "./frames.ts"
import { event, FINGERPRINT, type FlumeEvent, skipMetadata } from "./protocol.ts"

/** The protocol as both sides describe it to each other. */
const PROTOCOL = {
  protocol: "SparkFlumeProtocol",
  namespace: "org.apache.spark.streaming.flume.sink",
  types: [
    {
      type: "record",
      name: "SparkSinkEvent",
      fields: [{ name: "headers", type: { type: "map", values: "string" } }, { name: "body", type: "bytes" }],
    },
    {
      type: "record",
      name: "EventBatch",
      fields: [
        { name: "errorMsg", type: "string", default: "" },
        { name: "sequenceNumber", type: "string" },
        { name: "events", type: { type: "array", items: "SparkSinkEvent" } },
      ],
    },
  ],
  messages: {
    getEventBatch: { request: [{ name: "n", type: "int" }], response: "EventBatch" },
    ack: { request: [{ name: "sequenceNumber", type: "string" }], response: "null" },
    nack: { request: [{ name: "sequenceNumber", type: "string" }], response: "null" },
  },
}

/** Introduces the client. The server may not know the protocol by its fingerprint, so its text follows. */
const handshake = (): Uint8Array => {
  const text = JSON.stringify(PROTOCOL)
  const fingerprint = new Uint8Array(createHash("md5").update(text).digest())
  return joined([fingerprint, encodeLong(1), encodeBytes(text), fingerprint, encodeLong(0)])
}

/** The answer to a handshake says that the server cannot use the protocol of the client. */
const NO_MATCH = 2

/** A batch of events, which the sink keeps until it is acknowledged. */
export interface EventBatch {
  /** Why there are no events; empty if there are. */
  readonly problem: string
  /** By which the batch is acknowledged. */
  readonly sequenceNumber: string
  readonly events: ReadonlyArray<FlumeEvent>
}

const call = (name: string, argument: Uint8Array): Uint8Array => joined([encodeLong(0), encodeBytes(name), argument])

/** Encodes the calls of one connection and decodes their answers. The first of each has a handshake in front. */
export class SparkSinkCalls {
  #isFirstCall = true
  #isFirstAnswer = true

  /** Asks for up to so many events. An empty sink answers when it has some. */
  getEventBatch(most: number): Uint8Array {
    return this.#call("getEventBatch", encodeLong(most))
  }

  /** Tells the sink that the events of a batch are stored. */
  ack(sequenceNumber: string): Uint8Array {
    return this.#call("ack", encodeBytes(sequenceNumber))
  }

  /** The answer to `getEventBatch`. Throws {@link FlumeProtocolError}. */
  eventBatch(bytes: Uint8Array): EventBatch {
    const reader = this.#answer(bytes)
    const [problem, sequenceNumber] = [reader.string(), reader.string()]
    const events: Array<FlumeEvent> = []
    reader.items(() => events.push(event(reader)))
    return { problem, sequenceNumber, events }
  }

  /** The answer to `ack`. Throws {@link FlumeProtocolError}. */
  acknowledged(bytes: Uint8Array): void {
    this.#answer(bytes)
  }

  #call(name: string, argument: Uint8Array): Uint8Array {
    const bytes = call(name, argument)
    if (!this.#isFirstCall) return bytes
    this.#isFirstCall = false
    return joined([handshake(), bytes])
  }

  #answer(bytes: Uint8Array): AvroReader {
    const reader = new AvroReader(bytes)
    if (this.#isFirstAnswer) {
      this.#isFirstAnswer = false
      const match = reader.long()
      reader.optional(() => reader.string())
      reader.optional(() => reader.fixed(FINGERPRINT))
      reader.optional(() => skipMetadata(reader))
      if (match === NO_MATCH) throw new FlumeProtocolError("the agent does not speak the protocol of Spark's sink")
    }
    skipMetadata(reader)
    const isError = reader.fixed(1)[0] === 1
    if (!isError) return reader
    // A union of which this protocol has only the text.
    reader.long()
    throw new FlumeProtocolError(`the agent answers with an error: ${reader.string()}`)
  }
}
