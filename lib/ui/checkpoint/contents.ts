/**
 * Reads all that a checkpoint holds, without changing it. A program may be writing to it meanwhile.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { CorruptBlock } from "../../core/codec.ts"
import { describeCause } from "../../core/errors.ts"
import type { LogDamaged, LogError } from "../../durable/errors.ts"
import { FRAME } from "../../durable/log/format.ts"
import { segmentFile } from "../../durable/log/names.ts"
import { hasEntry, type LogContents, type OnPlacedEntry, readLog } from "../../durable/log/read_back.ts"
import type { Place } from "../../durable/log/writer.ts"
import type { LogStore } from "../../durable/log_store.ts"
import { FORMAT, fromBytes } from "../../streaming/checkpoint/entries.ts"
import { type LogName, missingEnd, missingSummary } from "../../streaming/checkpoint/marks.ts"
import { readHead } from "../../streaming/checkpoint/received.ts"
import { Recovered } from "../../streaming/checkpoint/recovered.ts"
import { Retention } from "../../streaming/checkpoint/retention.ts"
import { type Directory, foreignFile, requireCheckpoint } from "./directory.ts"
import { CheckpointTooNew, type NoCheckpoint } from "./errors.ts"
import type { Finding } from "./findings.ts"
import { blocksRead, countReceived, Counts, decodeKept, idOf } from "./records.ts"

/** What a checkpoint holds. */
export interface Contents {
  readonly directory: Directory
  readonly journal: LogContents
  readonly received: LogContents
  readonly recovered: Recovered
  readonly retention: Retention
  /** The bytes of all entries of an operator in the files, by its name. */
  readonly bytes: ReadonlyMap<string, number>
  /** How many entries a file has, by its name. */
  readonly entries: ReadonlyMap<string, number>
  /** The records of kept RDDs, and of the blocks that are read by batches that have not ended. */
  readonly counts: { readonly journal: Counts; readonly received: Counts }
  /** What is wrong with the logs and their entries. */
  readonly findings: ReadonlyArray<Finding>
}

const add = (sums: Map<string, number>, name: string, amount: number): void => {
  sums.set(name, (sums.get(name) ?? 0) + amount)
}

/** Reads the entries of both logs and counts them. */
class Reading {
  readonly retention = new Retention()
  readonly recovered = new Recovered(this.retention)
  readonly bytes = new Map<string, number>()
  readonly entries = new Map<string, number>()
  readonly counts = { journal: new Counts(), received: new Counts() }
  readonly findings: Array<Finding> = []
  /** The places of the received blocks that are read by batches that have not ended. */
  #blocks: ReadonlySet<number> | undefined
  #tooNew: CheckpointTooNew | undefined
  readonly #location: string

  constructor(location: string) {
    this.#location = location
  }

  /** Reads entries up to the first that cannot be read: those after it count on it. */
  #entriesOf(log: LogName): OnPlacedEntry {
    const read = log === "journal" ? this.#readJournal : this.#readReceived
    let isBroken = false
    return (place, bytes) => {
      const file = segmentFile(log, place.segment)
      add(this.entries, file, 1)
      if (isBroken || this.#tooNew !== undefined) return
      try {
        read.call(this, place, bytes)
      } catch (cause) {
        isBroken = true
        // Other errors are thrown because the entry has another form than it should have.
        const problem = cause instanceof CorruptBlock ? cause.problem : describeCause(cause)
        const where = `${this.#location}/${file} at byte ${place.offset}`
        this.findings.push({ kind: "entry", where, problem: `the entry cannot be decoded: ${problem}` })
      }
    }
  }

  #readJournal(place: Place, bytes: Uint8Array): void {
    const { entry, from } = fromBytes(bytes)
    if (entry._tag === "summary" && entry.summary.format > FORMAT) {
      const file = `${this.#location}/${segmentFile("journal", place.segment)}`
      this.#tooNew = new CheckpointTooNew({ file, format: entry.summary.format, newest: FORMAT })
      return
    }
    if (entry._tag === "state" || entry._tag === "kept") add(this.bytes, entry.name, bytes.length + FRAME)
    // Now, because a program may have removed the file when the log has been read.
    if (entry._tag === "kept") {
      const count = () => decodeKept(bytes, from, entry.layout).reduce((sum, { length }) => sum + length, 0)
      this.counts.journal.add(place, count)
    }
    this.recovered.read(place, bytes)
  }

  #readReceived(place: Place, bytes: Uint8Array): void {
    this.#blocks ??= new Set(blocksRead(this.recovered.open.values()).map(({ place }) => idOf(place)))
    if (this.#blocks.has(idOf(place))) this.counts.received.add(place, () => countReceived(bytes))
    add(this.bytes, readHead(bytes).head.input, bytes.length + FRAME)
    this.recovered.readReceived(place, bytes)
  }

  /** Reads a log. Of one that is mixed with another, nothing can be read. */
  readonly log = Effect.fnUntraced(function* (this: Reading, store: LogStore, name: LogName, identity?: string) {
    const contents: LogContents = yield* Effect.catchTag(
      readLog(store, { name, identity, onEntry: this.#entriesOf(name) }),
      "MixedLogs",
      ({ file, other }) =>
        Effect.sync(() => {
          this.findings.push({ kind: "log", where: file, problem: `it belongs to another checkpoint than ${other}` })
          return { identity, life: 0, first: 0, segments: [], leftovers: [], isClosed: false, damage: undefined }
        }),
    )
    if (this.#tooNew !== undefined) return yield* this.#tooNew
    const { damage } = contents
    if (damage !== undefined) this.#report(damage)
    return contents
  })

  /** Reports a log without the entries that the other log says were durable. */
  readonly checkEnd = Effect.fnUntraced(function* (
    this: Reading,
    store: LogStore,
    log: LogName,
    { damage, first, identity = "" }: LogContents,
  ) {
    const ends = this.recovered.ends[log]
    const undescribed = log === "journal"
      ? missingSummary(store.location, ends, first, this.recovered.summary)
      : undefined
    if (damage === undefined && undescribed !== undefined) return this.#report(undescribed)
    const missing = missingEnd(store.location, log, ends)
    if (damage !== undefined || missing === undefined || ends.durable === undefined) return
    // A program may have written it after the log was read and before the other log was.
    if (yield* hasEntry(store, log, identity, ends.durable)) return
    this.#report(missing)
  })

  #report({ file, offset, problem }: LogDamaged): void {
    this.findings.push({ kind: "log", where: `${file} at byte ${offset}`, problem })
  }
}

/** Reads a checkpoint once. What it finds is an effect of a program that writes, unless it is found again. */
export const readContents: (
  directory: Directory,
) => Effect.Effect<Contents, NoCheckpoint | CheckpointTooNew | LogError> = Effect.fnUntraced(
  function* (directory: Directory) {
    yield* requireCheckpoint(directory)
    const { store } = directory
    const reading = new Reading(store.location)
    const journal = yield* reading.log(store, "journal")
    const received = yield* reading.log(store, "received", journal.identity)
    yield* reading.checkEnd(store, "journal", journal)
    yield* reading.checkEnd(store, "received", received)
    const other = yield* foreignFile(directory)
    if (other !== undefined) {
      const problem = "no checkpoint has written this file: a program refuses the directory. Move the file away"
      reading.findings.push({ kind: "foreign", where: `${store.location}/${other}`, problem })
    }
    const { bytes, counts, entries, findings, recovered, retention } = reading
    // A program that starts releases what operators have that it does not have.
    if (recovered.summary !== undefined) retention.only(new Set(Object.keys(recovered.summary.operators)))
    return { directory, journal, received, recovered, retention, bytes, entries, counts, findings }
  },
)
