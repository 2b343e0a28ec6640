/**
 * Appends to files in HDFS of which nothing is known if the answer is lost.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { Hdfs } from "../../remote/hdfs/client.ts"
import type { HdfsError } from "../../remote/hdfs/errors.ts"

/** Between two looks whether HDFS has closed a file. */
const PAUSE_MS = 100

/**
 * Waits until no writer has a file open, and gives false if it is still open after `limitMs`. HDFS closes a file when
 * the connection of its writer ends. If the DataNode has ended too, an append to the file makes HDFS close it, but only
 * if its writer has not been heard of for a minute: that is why an empty append is tried.
 */
export const awaitClosed = (hdfs: Hdfs, path: string, limitMs: number): Effect.Effect<boolean, HdfsError> => {
  const closed = Effect.catchIf(
    Effect.as(hdfs.append(path, new Uint8Array()), true),
    ({ reason }: HdfsError) => reason === "open",
    () => Effect.succeed(false),
  )
  const look = Effect.flatMap(hdfs.isOpen(path), (isOpen) => isOpen ? closed : Effect.succeed(true))
  return Effect.repeat(look, {
    until: (isClosed) => isClosed,
    schedule: Schedule.spaced(PAUSE_MS),
    times: Math.ceil(limitMs / PAUSE_MS),
  })
}

/** How long HDFS may take to close a file after the connection of its writer has broken. */
const CLOSE_LIMIT_MS = 30_000

const ATTEMPTS = 3

/**
 * Appends bytes to a file whose length is known. Without an answer, the length tells whether HDFS has appended them. If
 * it has not, this fails: the request may still be under way, and a second one could append the bytes twice.
 */
export const appendOnce = (
  hdfs: Hdfs,
  path: string,
  offset: number,
  bytes: Uint8Array,
  attempts: number = ATTEMPTS,
): Effect.Effect<void, HdfsError> =>
  Effect.catchIf(
    hdfs.append(path, bytes),
    ({ reason }: HdfsError) => reason === "lost" || reason === "open",
    (error) =>
      Effect.gen(function* () {
        const isClosed = yield* awaitClosed(hdfs, path, CLOSE_LIMIT_MS)
        if (isClosed && error.reason === "open" && attempts > 1) {
          return yield* appendOnce(hdfs, path, offset, bytes, attempts - 1)
        }
        const { size } = yield* hdfs.status(path)
        if (!isClosed || size !== offset + bytes.length) return yield* Effect.fail(error)
      }),
  )
