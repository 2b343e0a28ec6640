/**
 * The frames of Avro's remote calls over TCP.
 *
 * A message is a serial number and a number of parts (four bytes each, big-endian), then each part with its length.
 *
 * @module
 */
import { joined } from "../../core/bytes.ts"

/** A call or an answer. The answer has the serial number of the call. */
export interface Frame {
  readonly serial: number
  readonly bytes: Uint8Array
}

/** What a connection sends is not the protocol, or exceeds the limit. */
export class FlumeProtocolError extends Error {
  override readonly name = "FlumeProtocolError"
}

const INT = 4

/** A number of parts above this is not a message. */
const MAX_PARTS = 1 << 20

/** Collects the bytes of a connection until messages are complete. */
export class FrameReader {
  readonly #maxBytes: number
  /** What has arrived, with the bytes that are used first. */
  #pieces: Array<Uint8Array> = []
  #length = 0
  /** How many bytes are needed before it is worth looking again. */
  #needed = 2 * INT

  /** `maxBytes` is the longest message. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Adds bytes and returns the messages that are complete now. Throws {@link FlumeProtocolError}. */
  push(bytes: Uint8Array): ReadonlyArray<Frame> {
    this.#pieces.push(bytes)
    this.#length += bytes.length
    if (this.#length < this.#needed) return []
    const all = joined(this.#pieces)
    const frames: Array<Frame> = []
    let at = 0
    for (let frame = this.#at(all, at); frame !== undefined; frame = this.#at(all, at)) {
      frames.push({ serial: frame.serial, bytes: frame.bytes })
      at = frame.end
    }
    this.#pieces = [all.slice(at)]
    this.#length = all.length - at
    this.#needed -= at
    return frames
  }

  /** Reads the message at an offset, if it is complete. Otherwise notes how many bytes are needed. */
  #at(all: Uint8Array, from: number): (Frame & { readonly end: number }) | undefined {
    const view = new DataView(all.buffer, all.byteOffset, all.length)
    this.#needed = from + 2 * INT
    if (all.length < this.#needed) return undefined
    const parts = view.getUint32(from + INT)
    if (parts > MAX_PARTS) {
      throw new FlumeProtocolError(
        `a message has ${parts} parts; is the other side an Avro client, with the compression and the TLS of this side?`,
      )
    }
    const found: Array<Uint8Array> = []
    let end = from + 2 * INT
    for (let i = 0; i < parts; i++) {
      this.#needed = end + INT
      if (all.length < this.#needed) return undefined
      const length = view.getUint32(end)
      this.#needed = end + INT + length
      if (this.#needed - from > this.#maxBytes) {
        throw new FlumeProtocolError(`a message is longer than ${this.#maxBytes} bytes (the option maxMessageBytes)`)
      }
      if (all.length < this.#needed) return undefined
      found.push(all.subarray(end + INT, end + INT + length))
      end += INT + length
    }
    return { serial: view.getUint32(from), bytes: joined(found), end }
  }
}

/** The bytes of an answer, in one part. */
export const encodeFrame = ({ bytes, serial }: Frame): Uint8Array => {
  const frame = new Uint8Array(3 * INT + bytes.length)
  const view = new DataView(frame.buffer)
  view.setUint32(0, serial)
  view.setUint32(INT, 1)
  view.setUint32(2 * INT, bytes.length)
  frame.set(bytes, 3 * INT)
  return frame
}
