/**
 * The calls of Flume's Avro sinks.
 *
 * @module
 */
import { joined } from "../../core/bytes.ts"
import { setField } from "../../core/codec_fields.ts"
import { AvroReader } from "./avro.ts"
import { FlumeProtocolError } from "./frames.ts"

/** An event of Flume, as plain data. Spark: `SparkFlumeEvent`. */
export interface FlumeEvent {
  /** Its headers by name. */
  readonly headers: Readonly<Record<string, string>>
  /** Its content. It shares memory with the other events of its batch: keep a `slice()` of it to keep it for long. */
  readonly body: Uint8Array
}

/** The length of the fingerprint of a protocol, in bytes. */
export const FINGERPRINT = 16

/** The protocol of both sides is the same, it is not repeated, and nothing else is said. */
const HANDSHAKE = new Uint8Array([0, 0, 0, 0])

/** No metadata, no error, and the status OK. */
const OK = new Uint8Array([0, 0, 0])

/** Reads an event. Its body is not copied: an array of its own for each would cost most of the time. */
export const event = (reader: AvroReader): FlumeEvent => {
  const headers: Record<string, string> = {}
  reader.items(() => setField(headers, reader.string(), reader.string()))
  return { headers, body: reader.bytes() }
}

/** A call: its events, and the answer to send when they are stored. */
export interface Call {
  readonly events: ReadonlyArray<FlumeEvent>
  readonly answer: Uint8Array
}

/** Makes the function that reads the calls of one connection, of which the first begins with a handshake. */
export const callReader = (): (bytes: Uint8Array) => Call => {
  let isFirst = true
  return (bytes) => {
    const reader = new AvroReader(bytes)
    const handshake = isFirst ? HANDSHAKE : new Uint8Array()
    if (isFirst) {
      reader.fixed(FINGERPRINT)
      reader.optional(() => reader.string())
      reader.fixed(FINGERPRINT)
      reader.optional(() => skipMetadata(reader))
      isFirst = false
    }
    skipMetadata(reader)
    const name = reader.string()
    const answer = joined([handshake, OK])
    if (name === "append") return { events: [event(reader)], answer }
    if (name === "appendBatch") {
      const events: Array<FlumeEvent> = []
      reader.items(() => events.push(event(reader)))
      return { events, answer }
    }
    // A call without a name is a sign of life, and has no result.
    if (name === "") return { events: [], answer: joined([handshake, OK.subarray(0, 2)]) }
    throw new FlumeProtocolError(`the call "${name}" is not one of Flume's Avro sinks`)
  }
}

/** Skips what clients may add to a call, and this protocol does not use. */
export const skipMetadata = (reader: AvroReader): void =>
  reader.items(() => {
    reader.string()
    reader.bytes()
  })
