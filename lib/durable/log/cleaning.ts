/**
 * Removes the first segments of a log.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import type { StoreError } from "../errors.ts"
import type { LogStore } from "../log_store.ts"
import { type Head, writeHead } from "./format.ts"
import { cleanedFile, filesOf, segmentFile } from "./names.ts"

/** Removes segments and `cleaned` files of a log, by their numbers. */
export const removeFiles = (
  store: LogStore,
  log: string,
  segments: ReadonlyArray<number>,
  cleaned: ReadonlyArray<number>,
): Effect.Effect<void, StoreError> => {
  const files = [
    ...segments.map((number) => segmentFile(log, number)),
    ...cleaned.map((number) => cleanedFile(log, number)),
  ]
  return Effect.forEach(files, (file) => store.remove(file), { discard: true })
}

/** What is cleaned, and in which segments. */
export interface CleanerOptions {
  readonly store: LogStore
  readonly log: string
  readonly head: Head
  /** The first segment before anything is cleaned. */
  readonly first: number
  readonly reach: (step: string) => Effect.Effect<void>
}

/**
 * Makes a function that removes all segments before one, and gives the first that is left. A file that says so is durable
 * before the first segment goes. Otherwise a segment that is missing could not be told from one that was removed.
 */
export const makeCleaner = (
  { first: before, head, log, reach, store }: CleanerOptions,
): Effect.Effect<(segment: number) => Effect.Effect<number, StoreError>> =>
  Effect.map(Semaphore.make(1), (semaphore) => {
    let first = before
    const markFirst = Effect.fnUntraced(function* (segment: number) {
      const name = cleanedFile(log, segment)
      yield* reach("clean")
      const file = yield* store.create(name)
      yield* reach("cleaned created")
      yield* file.append([writeHead(name, { ...head, segment, previous: 0, previousEnd: 0 })])
      yield* reach("cleaned written")
      yield* file.sync
      yield* reach("cleaned synced")
    })
    const clean = Effect.fnUntraced(function* (segment: number) {
      if (segment <= first) return first
      yield* Effect.scoped(markFirst(segment))
      first = segment
      const { cleaned, segments } = filesOf(log, yield* store.list)
      for (const number of segments.filter((number) => number < first)) {
        yield* removeFiles(store, log, [number], [])
        yield* reach("segment removed")
      }
      yield* removeFiles(store, log, [], cleaned.filter((number) => number < first))
      return first
    })
    // An interruption between the steps would leave a file that the next attempt cannot create.
    return (segment) => Effect.uninterruptible(semaphore.withPermits(1)(clean(segment)))
  })
