/**
 * A durable log: entries of bytes that are read back in order when the log is opened again, whatever ended the process.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import { InvalidOption } from "../../core/errors.ts"
import { CrashPoints } from "../crash_points.ts"
import { LogDamaged, type LogError } from "../errors.ts"
import { LOG_NAME, type LogStore } from "../log_store.ts"
import { makeCleaner, removeFiles } from "./cleaning.ts"
import { HEAD, type Head } from "./format.ts"
import { cleanedFile, segmentFile } from "./names.ts"
import { readBack, readEntry } from "./read_back.ts"
import { findSegments } from "./segments.ts"
import { LogWriter, type Place, type Submitted } from "./writer.ts"

/** How to open a log. */
export interface LogOptions {
  /** Letters, digits and `_`, in lower case. A store holds several logs with different names. */
  readonly name: string
  /** A segment that would become longer is followed by a new one. Default 64 MiB. At least one entry goes in each. */
  readonly segmentBytes?: number | undefined
  /**
   * What to do if part of the log is damaged that was durable. `refuse` fails with `LogDamaged` and changes nothing.
   * `rollBack` loses the first damaged entry and everything after it, for good. `rollBackSome` does so unless nothing would be
   * left. Default `refuse`.
   */
  readonly onDamage?: "refuse" | "rollBack" | "rollBackSome" | undefined
  /**
   * The identity that the log must have, or gets if it is new: 16 hexadecimal digits. Logs that belong together are opened
   * with the identity of the first, so that no file of others is taken for theirs. Default: any, and a random one.
   */
  readonly identity?: string | undefined
  /**
   * Is called with each entry of the log, in order, before `openLog` ends. If the log is refused, it may have been called
   * with the entries before the damage. The bytes may share memory with those of other entries.
   */
  readonly onEntry?: ((place: Place, bytes: Uint8Array) => void) | undefined
}

/** A log that is open. It is closed with the scope of `openLog`: what was submitted is written first. */
export interface Log {
  readonly name: string
  /** Is in all files of the log and nowhere else. */
  readonly identity: string
  /** How often the log was opened, this time included. */
  readonly life: number
  /** The first segment that belonged to the log when it was opened; 0 if it had never been cleaned. */
  readonly first: number
  /** What was rolled back when the log was opened, and why. */
  readonly rolledBack: LogDamaged | undefined
  /** The place of the next entry. */
  readonly end: Omit<Place, "length">
  /**
   * Adds an entry behind all others at once, without waiting. With `sync`, its `done` waits until the entry is durable,
   * otherwise only until it is written: then the next sync of the log covers it. After a failure all entries fail.
   */
  readonly submit: (pieces: ReadonlyArray<Uint8Array>, sync?: boolean) => Submitted
  /**
   * Starts to write the submitted entries at once. Without it, the log starts when the caller yields, so that it can write
   * several entries together.
   */
  readonly flush: () => void
  /** Adds an entry and waits until it is durable. An interruption does not take the entry back. */
  readonly append: (...pieces: ReadonlyArray<Uint8Array>) => Effect.Effect<Place, LogError>
  /** Reads an entry that has been written and not been cleaned. */
  readonly read: (place: Place) => Effect.Effect<Uint8Array, LogError>
  /**
   * Removes all segments before `segment`, except the one that is being written and those after it. What makes them
   * unnecessary must be durable. Gives the first segment that is left.
   */
  readonly clean: (segment: number) => Effect.Effect<number, LogError>
}

const SEGMENT_BYTES = 1 << 26
/** Offsets have 32 bits, and the last entry of a segment may be the only one. */
const MOST_SEGMENT_BYTES = 2 ** 31

const newIdentity = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("")

const checkOptions = (options: LogOptions): Effect.Effect<void, InvalidOption> => {
  const { identity = "0".repeat(16), name, segmentBytes = SEGMENT_BYTES } = options
  const refuse = (option: keyof LogOptions, expected: string) =>
    Effect.fail(new InvalidOption({ where: "openLog", option, value: options[option], expected }))
  if (!LOG_NAME.test(name)) return refuse("name", "lower-case letters, digits and _, and begin with a letter")
  if (!(segmentBytes > 0 && segmentBytes <= MOST_SEGMENT_BYTES)) {
    return refuse("segmentBytes", `a number from 1 to ${MOST_SEGMENT_BYTES}`)
  }
  return /^[0-9a-f]{16}$/.test(identity) ? Effect.void : refuse("identity", "16 hexadecimal digits")
}

/** Reads back what is there, and prepares the head of the segment that goes on behind it. */
const recover = Effect.fnUntraced(function* (store: LogStore, options: LogOptions) {
  const { name, onDamage = "refuse" } = options
  const chain = yield* findSegments(store, name, options.identity, onDamage !== "refuse")
  const { damage, segments } = yield* readBack(store, name, chain, options.onEntry)
  const isEmpty = segments.every(({ end }) => end <= HEAD)
  if (damage !== undefined && onDamage === "refuse") return yield* damage
  if (damage !== undefined && onDamage === "rollBackSome" && isEmpty) {
    const { file, offset, problem } = damage
    return yield* new LogDamaged({ file, offset, problem, isTotal: true })
  }
  const { end, head: last } = segments.at(-1) ?? { end: 0, head: undefined }
  // A segment without entries is not needed: its head says where the one before ends.
  const before = last === undefined || end > HEAD || last.previous === 0
    ? { previous: last?.segment ?? 0, previousEnd: end }
    : { previous: last.previous, previousEnd: last.previousEnd }
  const head: Head = {
    ...before,
    identity: chain.identity ?? newIdentity(),
    // A number is never used again: removed files may come back.
    segment: Math.max(chain.files.at(-1) ?? 0, chain.first - 1) + 1,
    life: Math.max(0, ...chain.segments.map(({ life }) => life)) + 1,
  }
  const kept = new Set(chain.segments.map(({ segment }) => segment).filter((segment) => segment <= head.previous))
  return { chain, damage, head, kept, unsynced: kept.has(last?.segment ?? 0) ? last : undefined }
})

/** Opens a log. Creates it if the store does not have it. The caller must hold the store's lock. */
export const openLog: (
  store: LogStore,
  options: LogOptions,
) => Effect.Effect<Log, LogError | InvalidOption, Scope.Scope> = Effect
  .fnUntraced(function* (store: LogStore, options: LogOptions) {
    const { name, segmentBytes = SEGMENT_BYTES } = options
    yield* checkOptions(options)
    const crashPoints = yield* CrashPoints
    const reach = (step: string) => crashPoints === undefined ? Effect.void : crashPoints.reach(`${name}: ${step}`)
    const { chain, damage, head, kept, unsynced } = yield* recover(store, options)
    const leftover = chain.files.filter((segment) => !kept.has(segment))
    // What is rolled back goes before anything new exists. If it came back later, it would look like part of the log.
    if (damage !== undefined) yield* removeFiles(store, name, leftover, [])
    // What was read may not be on the disk yet if a process was killed. It must be before the next head relies on it.
    if (unsynced !== undefined) yield* store.sync(segmentFile(name, unsynced.segment))
    if (chain.first > 0) yield* store.sync(cleanedFile(name, chain.first))
    yield* reach("recovered")
    const writer = new LogWriter({ store, log: name, head, segmentBytes, reach })
    yield* writing(writer)
    yield* removeFiles(store, name, leftover, chain.cleaned.filter((first) => first !== chain.first))
    yield* reach("leftovers removed")
    const cleaner = yield* makeCleaner({ store, log: name, head, first: chain.first, reach })
    return {
      name,
      identity: head.identity,
      life: head.life,
      first: chain.first,
      rolledBack: damage,
      get end() {
        return writer.end
      },
      submit: (pieces, sync = true) => writer.submit(pieces, sync),
      flush: () => writer.flush(),
      append: (...pieces) =>
        Effect.suspend(() => {
          const { done, place } = writer.submit(pieces, true)
          return Effect.as(done, place)
        }),
      read: (place) => readEntry(store, name, head.identity, place),
      clean: (segment) => Effect.suspend(() => cleaner(Math.min(segment, writer.segment))),
    }
  })

/** Runs a writer until the scope closes, which waits until everything is written. */
const writing = (writer: LogWriter): Effect.Effect<void, LogError, Scope.Scope> =>
  Effect.asVoid(Effect.acquireRelease(
    Effect.andThen(writer.start, Effect.forkDetach(writer.run, { startImmediately: true })),
    (fiber) => {
      writer.close()
      return Fiber.await(fiber)
    },
  ))
