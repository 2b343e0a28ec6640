/**
 * The checkpoint of a running context: two logs in one directory. The journal says what happened to each batch, and has the
 * states and kept RDDs; the other log has the blocks of receivers, which are needed for a short time only.
 *
 * @module
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { CorruptBlock, NotPortable } from "../../core/codec.ts"
import type { Allocation } from "../../dstream/inputs/allocation.ts"
import type { LogError } from "../../durable/errors.ts"
import type { LogStore } from "../../durable/log_store.ts"
import { type Log, openLog } from "../../durable/log/log.ts"
import type { Place } from "../../durable/log/writer.ts"
import type { Block } from "../../rdd/block.ts"
import type { Written } from "../../receiver/block_log.ts"
import type { Part } from "../../receiver/parts.ts"
import { type Entry, type Summary, toPieces } from "./entries.ts"
import { CheckpointFailed, type CheckpointReason } from "./errors.ts"
import { later, type Mark, markOf, missingEnd, missingEnded, missingSummary, withoutLost } from "./marks.ts"
import * as Received from "./received.ts"
import { Recovered } from "./recovered.ts"
import { Retention } from "./retention.ts"

/** How a checkpoint is kept. */
export interface CheckpointOptions {
  /** The bytes of a segment of the logs. Default: 16 MiB. */
  readonly segmentBytes?: number | undefined
  /** What to do about damage. Default: refuse. */
  readonly onDamage?: "refuse" | "rollBack" | undefined
  /** Whether to wait for the disk. Default: true. */
  readonly sync?: boolean | undefined
}

/** Where a checkpoint is, and how a run uses it. */
export interface CheckpointSettings extends CheckpointOptions {
  readonly store: LogStore
  /** The most missed batches that are made up for. */
  readonly catchUp: number
  /** The names of operators whose data is dropped if it does not fit. */
  readonly drop: ReadonlyArray<string>
}

/** A state or a kept RDD of a batch that ends, and its bytes. */
export type Kept = Extract<Entry, { readonly _tag: "state" | "kept" }> & { readonly pieces: ReadonlyArray<Uint8Array> }

/** An entry that is being written. */
interface Entered {
  readonly place: Place
  readonly done: Effect.Effect<void, CheckpointFailed>
}

/** What a thrown value says of data that cannot be logged or read. Other values are defects. */
const reasonOf = (cause: unknown): NotPortable | CorruptBlock => {
  if (cause instanceof NotPortable || cause instanceof CorruptBlock) return cause
  throw cause
}

/** The size of segments in bytes. */
const SEGMENT_BYTES = 1 << 24

/** The journal goes back about this many segments, or as far as the last two copies of a large state. */
const OLD_SEGMENTS = 3

/** The checkpoint of a running context. */
export class Checkpoint {
  readonly directory: string
  readonly recovered: Recovered
  /** Fails with the first failure of a log. */
  readonly failure: Deferred.Deferred<never, CheckpointFailed> = Deferred.makeUnsafe()
  readonly #journal: Log
  readonly #received: Log
  readonly #retention: Retention
  readonly #sync: boolean
  /** The batch time at which each segment of the journal began, oldest first. */
  #began: ReadonlyArray<{ readonly segment: number; readonly at: number }> = []
  #firstJournal = 0
  #firstReceived = 0
  /** How far the logs are durable; undefined if nothing waits for the disk. */
  #durableJournal: Mark | undefined
  #durableReceived: Mark | undefined

  private constructor(fields: {
    readonly directory: string
    readonly recovered: Recovered
    readonly journal: Log
    readonly received: Log
    readonly retention: Retention
    readonly sync: boolean
  }) {
    this.directory = fields.directory
    this.recovered = fields.recovered
    this.#journal = fields.journal
    this.#received = fields.received
    this.#retention = fields.retention
    this.#sync = fields.sync
  }

  /** Reserves a store and reads what is in it. */
  static open(
    store: LogStore,
    { onDamage, segmentBytes = SEGMENT_BYTES, sync = true }: CheckpointOptions = {},
  ): Effect.Effect<Checkpoint, CheckpointFailed, Scope.Scope> {
    const directory = store.location
    return Effect.gen(function* () {
      yield* store.lock
      const retention = new Retention()
      const recovered = new Recovered(retention)
      const reading = (read: (place: Place, bytes: Uint8Array) => void) => {
        let failed: CorruptBlock | undefined
        return {
          onEntry: (place: Place, bytes: Uint8Array) => {
            if (failed !== undefined) return
            try {
              read(place, bytes)
            } catch (cause) {
              if (!(cause instanceof CorruptBlock)) throw cause
              failed = cause
            }
          },
          check: Effect.suspend(() => failed === undefined ? Effect.void : Effect.fail(failed)),
        }
      }
      const ofJournal = reading((place, bytes) => recovered.read(place, bytes))
      const journal = yield* openLog(store, {
        name: "journal",
        segmentBytes,
        // An empty journal would be a new program, which has lost everything.
        onDamage: onDamage === "rollBack" ? "rollBackSome" : onDamage,
        onEntry: ofJournal.onEntry,
      })
      yield* ofJournal.check
      const undescribed = missingSummary(directory, recovered.ends.journal, journal.first, recovered.summary)
      if (undescribed !== undefined) return yield* undescribed
      const ofReceived = reading((place, bytes) => recovered.readReceived(place, bytes))
      const { identity } = journal
      const received = yield* openLog(store, {
        name: "received",
        segmentBytes,
        onDamage,
        identity,
        onEntry: ofReceived.onEntry,
      })
      yield* ofReceived.check
      for (const { rolledBack } of [journal, received]) {
        if (rolledBack === undefined) continue
        yield* Effect.logWarning(
          `The checkpoint in ${directory} was rolled back to what was before: ${rolledBack.message}`,
        )
      }
      const { ends, open } = recovered
      const damage = missingEnd(directory, "journal", ends.journal) ??
        missingEnd(directory, "received", ends.received) ?? missingEnded(directory, ends, open.values())
      if (damage !== undefined) {
        if (onDamage !== "rollBack") return yield* damage
        for (const [time, allocation] of open) open.set(time, withoutLost(allocation, ends.received))
      }
      return new Checkpoint({ directory, recovered, journal, received, retention, sync })
    }).pipe(Effect.mapError((reason) => new CheckpointFailed({ directory, operation: "open", reason })))
  }

  #failed(operation: string, reason: CheckpointReason): CheckpointFailed {
    const failed = new CheckpointFailed({ directory: this.directory, operation, reason })
    Deferred.doneUnsafe(this.failure, Effect.fail(failed))
    return failed
  }

  #failing<A>(operation: string, self: Effect.Effect<A, LogError>): Effect.Effect<A, CheckpointFailed> {
    return Effect.mapError(self, (reason) => this.#failed(operation, reason))
  }

  /** Adds an entry to the journal. */
  #submit(operation: string, entry: Entry, bytes?: ReadonlyArray<Uint8Array>, sync = this.#sync): Entered {
    try {
      const { done, place } = this.#journal.submit(toPieces(entry, bytes), sync)
      const written = this.#failing(operation, done)
      if (!sync) return { place, done: written }
      return {
        place,
        done: Effect.map(written, () => {
          this.#durableJournal = later(markOf(place), this.#durableJournal)
        }),
      }
    } catch (cause) {
      return { place: this.#nowhere, done: Effect.fail(this.#failed(operation, reasonOf(cause))) }
    }
  }

  get #nowhere(): Place {
    return { ...this.#journal.end, length: 0 }
  }

  /** Writes a summary, and waits until it is durable. */
  summarize(summary: Summary, isStart: boolean): Effect.Effect<void, CheckpointFailed> {
    return Effect.suspend(() => {
      const operation = "write a summary"
      const { done, place } = this.#submit(operation, { _tag: "summary", isStart, summary })
      const noted = Effect.sync(() => {
        this.#retention.summary = place.segment
        if (isStart) this.#retention.only(new Set(Object.keys(summary.operators)))
      })
      return Effect.andThen(done, noted)
    })
  }

  /**
   * Writes what a batch reads, with the shares by the name of the input. Gives an effect that waits until that is durable.
   */
  allocated(allocation: Allocation): Effect.Effect<void, CheckpointFailed> {
    const operation = `write what the batch of ${allocation.time} ms reads`
    const received = this.#durableReceived
    const entry: Entry = { _tag: "allocated", ...allocation, ...(received && { received }) }
    const { done, place } = this.#submit(operation, entry)
    this.#retention.allocated(allocation, place.segment)
    this.#journal.flush()
    const hasBlocks = Object.values(allocation.inputs).some((share) =>
      share._tag === "Blocks" && share.blocks.some(({ logged }) => logged !== undefined)
    )
    return Effect.andThen(done, hasBlocks ? this.#noteJournal : Effect.void)
  }

  /** Notes in the other log how far the journal is durable. Does not wait: if the note is lost, less damage is noticed. */
  readonly #noteJournal: Effect.Effect<void> = Effect.sync(() => {
    if (this.#durableJournal !== undefined) {
      this.#received.submit(Received.noteToPieces(this.#durableJournal), false)
    }
  })

  /** Notes that an output is done, without waiting: at worst it is done again. */
  done(time: number, output: string, values: Readonly<Record<string, unknown>>): void {
    this.#submit(`note that ${output} is done`, { _tag: "done", time, output, values }, [], false)
  }

  /** Writes the end of a batch. Gives an effect that waits until that is durable. */
  ended(
    time: number,
    kept: ReadonlyArray<Kept>,
    values: Readonly<Record<string, unknown>>,
    isNeeded: (name: string, at: number) => boolean,
  ): Effect.Effect<void, CheckpointFailed> {
    const operation = `write the end of the batch of ${time} ms`
    const segments = kept.map(({ pieces, ...entry }) => this.#submit(operation, entry, pieces, false).place.segment)
    const { done, place: { segment } } = this.#submit(operation, { _tag: "ended", time, values })
    if (segment !== this.#began.at(-1)?.segment) {
      this.#began = [...this.#began.filter((each) => each.segment > segment - 2 * OLD_SEGMENTS), { segment, at: time }]
    }
    this.#journal.flush()
    return Effect.andThen(
      done,
      Effect.sync(() => {
        this.#retention.ended(time)
        for (const [i, each] of kept.entries()) {
          if (each._tag === "kept") this.#retention.kept(each.name, each.at, segments[i]!)
          else this.#retention.captured(each.name, each.at, each.neededFrom, segments[i]!)
        }
        this.#retention.forget(isNeeded)
      }),
    )
  }

  /** States are copied again if they have not been since this batch time, so that the segments before it can go. */
  get refresh(): number {
    const { segment } = this.#journal.end
    return this.#began.findLast((each) => each.segment <= segment - OLD_SEGMENTS)?.at ?? -Infinity
  }

  /** The times of the batches that have been allocated and whose end is not durable. */
  get open(): ReadonlyArray<number> {
    return this.#retention.open
  }

  /** Writes a block of a receiver. */
  receive(input: string, number: number, parts: ReadonlyArray<Part>, position: unknown): Written {
    const operation = `write a block of ${input}`
    // The failure stops the context; a receiver that waits for the block is stopped with it.
    try {
      const journal = this.#durableJournal
      const head = { input, number, ...(position === undefined ? {} : { position }), ...(journal && { journal }) }
      const { done, place } = this.#received.submit(Received.toPieces(head, parts), this.#sync)
      this.#retention.received(input, number, place.segment)
      const durable = Effect.map(this.#failing(operation, done), () => {
        if (this.#sync) this.#durableReceived = later(markOf(place), this.#durableReceived)
      })
      return { place, done: Effect.catch(durable, () => Effect.never) }
    } catch (cause) {
      this.#failed(operation, reasonOf(cause))
      return { place: this.#nowhere, done: Effect.never }
    }
  }

  /** Reads a block of a receiver. */
  readReceived(place: Place): Effect.Effect<Block<unknown>, CheckpointFailed> {
    return Effect.flatMap(
      this.#failing("read a received block", this.#received.read(place)),
      (bytes) =>
        Effect.try({
          try: () => Received.readBlock(bytes),
          catch: (cause) => this.#failed("read a received block", reasonOf(cause)),
        }),
    )
  }

  /** Reads an entry of the journal. */
  readEntry(place: Place): Effect.Effect<Uint8Array, CheckpointFailed> {
    return this.#failing("read a kept RDD", this.#journal.read(place))
  }

  /** Whether {@link Checkpoint.clean} has something to do. */
  get hasOldSegments(): boolean {
    const current = this.#journal.end.segment
    return Math.min(this.#retention.blocks, this.#received.end.segment) > this.#firstReceived ||
      (current > this.#firstJournal &&
        (this.#retention.summary < current || this.#retention.journal > this.#firstJournal))
  }

  /**
   * Removes segments that are not needed any more. The journal needs a summary in its current segment first, which `summarize`
   * must write then.
   */
  clean(summarize: Effect.Effect<void, CheckpointFailed>): Effect.Effect<void, CheckpointFailed> {
    return Effect.gen({ self: this }, function* () {
      const operation = "remove old segments"
      const blocks = Math.min(this.#retention.blocks, this.#received.end.segment)
      if (blocks > this.#firstReceived) {
        this.#firstReceived = yield* this.#failing(operation, this.#received.clean(blocks))
      }
      const current = this.#journal.end.segment
      if (current <= this.#firstJournal) return
      // A new segment has begun. The old ones may be needed for states; the summary alone must not hold them.
      if (this.#retention.summary < current) yield* summarize
      if (this.#retention.journal > this.#firstJournal) {
        this.#firstJournal = yield* this.#failing(operation, this.#journal.clean(this.#retention.journal))
      }
    })
  }
}
