/**
 * Reading bytes before they are needed.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type * as Scope from "effect/Scope"

/** When so many bytes wait, no more are read, so that the sender has to wait. */
const MOST_BYTES = 256 * 1024

/**
 * Reads in a fiber of its own, until the scope closes. Returns an effect that waits until bytes are there and takes all of them, in
 * order. It fails as `read` has failed when everything that was read before is taken. One fiber may run it at a time.
 */
export const readAhead: <E>(
  read: Effect.Effect<Uint8Array, E>,
) => Effect.Effect<Effect.Effect<ReadonlyArray<Uint8Array>, E>, never, Scope.Scope> = Effect.fnUntraced(
  function* <E>(read: Effect.Effect<Uint8Array, E>) {
    const arrived = Latch.makeUnsafe(false)
    const hasRoom = Latch.makeUnsafe(true)
    let waiting: Array<Uint8Array> = []
    let bytes = 0
    let end: Effect.Effect<never, E> | undefined

    const readOne = Effect.flatMap(read, (piece) => {
      waiting.push(piece)
      bytes += piece.length
      if (bytes >= MOST_BYTES) hasRoom.closeUnsafe()
      arrived.openUnsafe()
      return hasRoom.await
    })
    yield* Effect.forkScoped(Effect.catchCause(
      Effect.forever(readOne, { disableYield: true }),
      (cause) =>
        Effect.sync(() => {
          end = Effect.failCause(cause)
          arrived.openUnsafe()
        }),
    ))
    return Effect.flatMap(arrived.await, (): Effect.Effect<ReadonlyArray<Uint8Array>, E> => {
      if (waiting.length === 0 && end !== undefined) return end
      const taken = waiting
      waiting = []
      bytes = 0
      if (end === undefined) arrived.closeUnsafe()
      hasRoom.openUnsafe()
      return Effect.succeed(taken)
    })
  },
)
