/**
 * Messages that are preceded by their length: four bytes, big-endian.
 *
 * @module
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"

/** The default limit for the length of a message: 64 MiB. */
export const MAX_MESSAGE_BYTES: number = 64 * 1024 * 1024

/** A message announces more bytes than are allowed, or the connection has ended in the middle of a message. */
export class BrokenMessage extends Data.Error<{ readonly problem: string }> {
  readonly _tag = "BrokenMessage" as const
  override get message(): string {
    return this.problem
  }
}

const HEADER = 4

/** Assembles messages from chunks of bytes of any size. The bytes are copied, so the caller may reuse its chunks. */
export class MessageReader {
  readonly #max: number
  readonly #header = new Uint8Array(HEADER)
  #body: Uint8Array | undefined
  #filled = 0

  constructor(maxMessageBytes: number = MAX_MESSAGE_BYTES) {
    this.#max = maxMessageBytes
  }

  /** Adds a chunk and returns the messages that it completes. Fails if a message is longer than allowed. */
  push(chunk: Uint8Array): Effect.Effect<ReadonlyArray<Uint8Array>, BrokenMessage> {
    return Effect.suspend(() => {
      const messages: Array<Uint8Array> = []
      for (let at = 0; at < chunk.length;) {
        const target = this.#body ?? this.#header
        const part = chunk.subarray(at, at + target.length - this.#filled)
        target.set(part, this.#filled)
        this.#filled += part.length
        at += part.length
        if (this.#filled < target.length) break
        this.#filled = 0
        if (this.#body !== undefined) {
          messages.push(this.#body)
          this.#body = undefined
          continue
        }
        const length = new DataView(this.#header.buffer).getUint32(0)
        if (length > this.#max) return this.#tooLong(length)
        if (length === 0) messages.push(new Uint8Array())
        else this.#body = new Uint8Array(length)
      }
      return Effect.succeed(messages)
    })
  }

  /** Ends the input. Fails if it ends in the middle of a message. */
  finish(): Effect.Effect<void, BrokenMessage> {
    return this.#filled === 0 && this.#body === undefined
      ? Effect.void
      : Effect.fail(new BrokenMessage({ problem: "End of channel: the connection has ended within a message" }))
  }

  #tooLong(length: number): Effect.Effect<never, BrokenMessage> {
    const problem = `A message announces ${length} bytes, but no more than ${this.#max} are allowed (maxMessageBytes)`
    return Effect.fail(new BrokenMessage({ problem }))
  }
}
