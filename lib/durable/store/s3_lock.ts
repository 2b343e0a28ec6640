/**
 * How a process takes a store on S3 for itself.
 *
 * No service can tell whether a process still runs, so a store is not locked: it is taken over. A process takes it by an object
 * with the number of the next epoch, and then seals all files: it writes the object that the process before would write next.
 * Each object is written on the condition that it does not exist, so the next sync of the process before fails. If it creates a
 * file, it finds the new epoch right after that, and gives the file up; the process that has the store may take its name.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { ForeignDirectory, type StoreError, StoreLocked } from "../errors.ts"
import type { StoreObjects } from "./s3_objects.ts"
import { type Contents, epochKey, isSealed, nextNumber, partKey, type Parts } from "./s3_parts.ts"

/** What a process knows after it has taken a store. */
export interface Taken {
  readonly epoch: number
  /** The files that were there. What other processes create later, they have given up. */
  readonly sealed: Set<string>
}

/** How many files are sealed at the same time. */
const SEALED_AT_ONCE = 16

const NOTHING = new Uint8Array()

/** The places that stores of this process have taken. */
export const placesInUse: Set<string> = new Set()

/**
 * Seals a file: writes an empty object that is next to the last one. The other process may write at the same time and be
 * faster. So if a number is taken, one further ahead is tried, and from there all numbers down to those of the other process.
 */
const seal = (objects: StoreObjects, file: string, parts: Parts): Effect.Effect<void, StoreError> => {
  const first = nextNumber(parts)
  const put = (number: number) => objects.putNew("lock", file, partKey(file, number), NOTHING)
  const downFrom = (number: number): Effect.Effect<void, StoreError> =>
    number < first
      ? Effect.void
      : Effect.flatMap(put(number), (isWritten) => isWritten ? downFrom(number - 1) : Effect.void)
  const at = (number: number, leap: number): Effect.Effect<void, StoreError> =>
    Effect.flatMap(put(number), (isWritten) => isWritten ? downFrom(number - 1) : at(number + leap, 2 * leap))
  return at(first, 1)
}

/** Writes the object of the next epoch. Of two processes that start at the same time, one is refused. */
const takeEpoch = Effect.fnUntraced(function* (objects: StoreObjects, epoch: number) {
  const key = epochKey(epoch)
  const body = new TextEncoder().encode(`${epoch}\n`)
  if (!(yield* objects.putNew("lock", "", key, body))) return yield* new StoreLocked({ store: objects.location })
  if (!(yield* objects.putNew("lock", "", key, body, " again"))) return
  yield* Effect.logWarning(
    `${objects.location} is in a store that ignores If-None-Match: it cannot refuse a second process that writes there. ` +
      "Make sure that only one runs",
  )
})

/**
 * Seals all files, and gives their names. They are listed again until that is done, because several processes may seal at
 * once.
 */
const sealAll: (objects: StoreObjects) => Effect.Effect<ReadonlyArray<string>, StoreError> = Effect.fnUntraced(
  function* (
    objects,
  ) {
    const { files } = yield* objects.list("lock", "")
    const whole = Array.from(files).filter(([, parts]) => parts.has(0))
    const open = whole.filter(([, parts]) => !isSealed(parts))
    if (open.length === 0) return whole.map(([file]) => file)
    yield* Effect.forEach(open, ([file, parts]) => seal(objects, file, parts), {
      concurrency: SEALED_AT_ONCE,
      discard: true,
    })
    return yield* sealAll(objects)
  },
)

/** For how long the seals of a removed file are kept: longer than any process stands still and then goes on. */
const SEALS_KEPT_MS = 7 * 24 * 3_600_000

/** The keys of what is left of removed files: what was not removed, because a process ended, and old seals. */
const remainsOf = ({ files, times }: Contents, now: number): ReadonlyArray<string> =>
  Array.from(files).filter(([, parts]) => !parts.has(0)).flatMap(([file, parts]) => {
    const isOld = now - (times.get(file) ?? 0) > SEALS_KEPT_MS
    return Array.from(parts).filter(([, size]) => size > 0 || isOld).map(([number]) => partKey(file, number))
  })

const take = Effect.fnUntraced(function* (objects: StoreObjects) {
  const contents = yield* objects.list("lock", "")
  const { epochs, foreign } = contents
  if (foreign !== undefined) return yield* new ForeignDirectory({ store: objects.location, file: foreign })
  const epoch = (epochs.at(-1) ?? 0) + 1
  yield* takeEpoch(objects, epoch)
  // Files are listed after the new epoch is written: a process that creates a file later finds the epoch, and gives the
  // file up.
  const sealed = yield* sealAll(objects)
  const remains = remainsOf(contents, yield* Clock.currentTimeMillis)
  yield* objects.delete("lock", "", undefined, [...epochs.map(epochKey), ...remains])
  return { epoch, sealed: new Set(sealed) }
})

/**
 * Takes a store over from other processes, and keeps other stores of this process out until the scope closes.
 */
export const takeOver = (
  objects: StoreObjects,
  inUse: Set<string>,
): Effect.Effect<Taken, StoreError, Scope.Scope> =>
  Effect.gen(function* () {
    const place = yield* objects.place
    yield* Effect.acquireRelease(
      Effect.suspend(() =>
        inUse.has(place)
          ? Effect.fail(new StoreLocked({ store: objects.location }))
          : Effect.sync(() => void inUse.add(place))
      ),
      () => Effect.sync(() => void inUse.delete(place)),
    )
    return yield* Effect.uninterruptible(take(objects))
  })
