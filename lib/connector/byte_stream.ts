/**
 * Streams of bytes of the runtime, read and written as effects.
 *
 * @module
 */
import type { Duplex, Readable, Writable } from "node:stream"
import * as Effect from "effect/Effect"

/**
 * Returns the effect that reads the next bytes of a stream, at least one. Little is read ahead, so a slow reader slows the other
 * side down. It fails with the error of the runtime, or with undefined if the other side has closed the stream. One fiber at a
 * time reads, and nothing else may read the stream. Its errors do not end the process any more.
 */
export const reading = (stream: Readable): Effect.Effect<Uint8Array, unknown> => {
  let [hasEnded, failure]: [boolean, unknown] = [false, undefined]
  let wake = () => {}
  stream.on("readable", () => wake())
  stream.on("error", (error) => {
    failure ??= error
    wake()
  })
  for (const event of ["end", "close"]) {
    stream.on(event, () => {
      hasEnded = true
      wake()
    })
  }
  return Effect.callback<Uint8Array, unknown>((resume) => {
    wake = () => {
      const bytes: Uint8Array | null = stream.read()
      if (bytes === null && failure === undefined && !hasEnded) return
      wake = () => {}
      resume(bytes === null ? Effect.fail(failure) : Effect.succeed(bytes))
    }
    wake()
    return Effect.sync(() => {
      wake = () => {}
    })
  })
}

/**
 * Writes bytes to a stream. Returns when the runtime has taken them, and fails with its error, or with undefined if the stream is
 * closed meanwhile: the stream of a WebSocket that does not open would never answer.
 */
export const write = (stream: Writable, bytes: Uint8Array): Effect.Effect<void, unknown> =>
  Effect.callback<void, unknown>((resume) => {
    const onClose = () => resume(Effect.fail(undefined))
    stream.once("close", onClose)
    stream.write(bytes, (error) => {
      stream.off("close", onClose)
      resume(error ? Effect.fail(error) : Effect.void)
    })
    return Effect.sync(() => stream.off("close", onClose))
  })

/** Closes a stream at once, and returns when it is closed. What is written and not yet sent is lost. */
export const destroy = (stream: Duplex): Effect.Effect<void> =>
  Effect.callback((resume) => {
    stream.destroy()
    if (stream.closed) return resume(Effect.void)
    stream.once("close", () => resume(Effect.void))
  })
