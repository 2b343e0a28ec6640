/**
 * Writes entries to segments. Entries that arrive while others are written and synced share the next write and sync.
 *
 * @module
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { EntryTooLong, LogClosed, type LogError } from "../errors.ts"
import type { LogFile, LogStore } from "../log_store.ts"
import { FRAME, Frames, HEAD, type Head, LONGEST_ENTRY, writeHead } from "./format.ts"
import { segmentFile } from "./names.ts"

/** Where an entry lies. Places are ordered by segment, then by offset. */
export interface Place {
  readonly segment: number
  /** In bytes from the start of the segment. */
  readonly offset: number
  /** The length of the entry in bytes. */
  readonly length: number
}

/** An entry that will be written. */
export interface Submitted {
  readonly place: Place
  /** Ends when the entry is durable, or when it is written if it was submitted without `sync`. */
  readonly done: Effect.Effect<void, LogError>
}

/** What a writer needs to know. */
export interface WriterOptions {
  readonly store: LogStore
  readonly log: string
  /** The first segment to write. */
  readonly head: Head
  readonly segmentBytes: number
  /** Is called at each durable step. */
  readonly reach: (step: string) => Effect.Effect<void>
}

/** Entries of one segment that are written together. */
interface Group {
  readonly head: Head
  readonly pieces: Array<Uint8Array>
  readonly done: Deferred.Deferred<void, LogError>
  /** Where the last of them ends. */
  end: number
  needsSync: boolean
}

/** A segment that is open for writing. */
interface Open {
  readonly head: Head
  readonly file: LogFile
  readonly scope: Scope.Closeable
  /** Everything before this offset is durable. */
  durable: number
  /** Whether bytes were appended that are not synced. */
  isDirty: boolean
}

const newGroup = (head: Head, end: number): Group => ({
  head,
  pieces: [],
  done: Deferred.makeUnsafe(),
  end,
  needsSync: false,
})

/** Gives entries their places, and writes them in that order. */
export class LogWriter {
  readonly #options: WriterOptions
  /** Resumes the writer; undefined unless it waits for entries. */
  #wake: (() => void) | undefined
  /** Groups that are not being written yet. */
  readonly #groups: Array<Group> = []
  /** The segment of the next entry, and where the entry goes. */
  #head: Head
  #offset = HEAD
  /** How many groups the segment has. */
  #count = 0
  #frames: Frames
  #open: Open | undefined
  #failure: Effect.Effect<never, LogError> | undefined
  #isClosing = false

  constructor(options: WriterOptions) {
    this.#options = options
    this.#head = options.head
    this.#frames = this.#framesOf(options.head)
  }

  /** The segment that is open for writing. */
  get segment(): number {
    return this.#open?.head.segment ?? this.#options.head.segment
  }

  /** Where the next entry goes. */
  get end(): Omit<Place, "length"> {
    return { segment: this.#head.segment, offset: this.#offset }
  }

  #framesOf({ identity, segment }: Head): Frames {
    return new Frames(segmentFile(this.#options.log, segment), identity)
  }

  /** Adds an entry. Its bytes must not change until it is written. */
  submit(pieces: ReadonlyArray<Uint8Array>, needsSync: boolean): Submitted {
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
    const refusal = this.#refusal(length)
    if (refusal !== undefined) return { place: { ...this.end, length }, done: refusal }
    if (this.#isFull(FRAME + length)) this.#roll()
    const place = { segment: this.#head.segment, offset: this.#offset, length }
    const group = this.#group()
    const durable = this.#open?.head === this.#head ? this.#open.durable : HEAD
    group.pieces.push(this.#frames.header(this.#offset, pieces, length, durable), ...pieces)
    this.#offset += FRAME + length
    group.end = this.#offset
    if (needsSync) group.needsSync = true
    this.#wakeUp()
    return { place, done: Deferred.await(group.done) }
  }

  #refusal(length: number): Effect.Effect<never, LogError> | undefined {
    const { log } = this.#options
    if (this.#failure !== undefined) return this.#failure
    if (this.#isClosing) return Effect.fail(new LogClosed({ log }))
    return length > LONGEST_ENTRY ? Effect.fail(new EntryTooLong({ log, length, longest: LONGEST_ENTRY })) : undefined
  }

  /** Whether the segment has entries, and no room for one of this length. */
  #isFull(length: number): boolean {
    const { segmentBytes, store: { syncsPerFile = Infinity } } = this.#options
    return this.#offset > HEAD && (this.#offset + length > segmentBytes || this.#count >= syncsPerFile)
  }

  /** Goes on in a new segment, whose head seals the one before. */
  #roll(): void {
    const { identity, life, segment } = this.#head
    this.#head = { identity, life, segment: segment + 1, previous: segment, previousEnd: this.#offset }
    this.#frames = this.#framesOf(this.#head)
    this.#offset = HEAD
    this.#count = 0
  }

  #group(): Group {
    const last = this.#groups.at(-1)
    if (last?.head === this.#head) return last
    const group = newGroup(this.#head, this.#offset)
    this.#groups.push(group)
    this.#count++
    return group
  }

  /** Creates a segment. Its head is durable before anything follows. */
  readonly #create = Effect.fnUntraced(function* (this: LogWriter, head: Head) {
    const scope = yield* Scope.make()
    const file = yield* Effect.onError(
      this.#createFile(head, scope),
      (cause) => Scope.close(scope, Exit.failCause(cause)),
    )
    this.#open = { head, file, scope, durable: HEAD, isDirty: false }
    return this.#open
  })

  readonly #createFile = Effect.fnUntraced(function* (this: LogWriter, head: Head, scope: Scope.Scope) {
    const { log, store } = this.#options
    const name = segmentFile(log, head.segment)
    yield* this.#options.reach("create segment")
    const file = yield* Scope.provide(store.create(name), scope)
    yield* this.#options.reach("segment created")
    yield* file.append([writeHead(name, head)])
    yield* this.#options.reach("head written")
    yield* file.sync
    yield* this.#options.reach("head synced")
    return file
  })

  /** Syncs and closes the open segment: what is in a segment must be durable before the next one exists. */
  readonly #finish = Effect.fnUntraced(function* (this: LogWriter, open: Open) {
    if (open.isDirty) {
      yield* open.file.sync
      yield* this.#options.reach("segment synced")
    }
    open.isDirty = false
    this.#open = undefined
    yield* Scope.close(open.scope, Exit.void)
  })

  readonly #write = Effect.fnUntraced(function* (this: LogWriter, group: Group) {
    let open = this.#open
    if (open !== undefined && open.head !== group.head) yield* this.#finish(open)
    if (open?.head !== group.head) open = yield* this.#create(group.head)
    if (group.pieces.length === 0) return
    yield* this.#options.reach("append")
    open.isDirty = true
    yield* open.file.append(group.pieces)
    yield* this.#options.reach("appended")
    if (!group.needsSync) return
    yield* open.file.sync
    open.isDirty = false
    open.durable = group.end
    yield* this.#options.reach("synced")
  })

  /** Writes a group and reports to everything that waits for it. After a failure, nothing is written any more. */
  readonly #attempt = Effect.fnUntraced(function* (this: LogWriter, group: Group) {
    const exit = yield* Effect.exit(this.#write(group))
    if (Exit.isFailure(exit)) {
      // Whether a sync that failed has written anything is unknown, and a second sync may wrongly succeed.
      this.#failure = Effect.failCause(exit.cause)
      for (const waiting of this.#groups.splice(0)) Deferred.doneUnsafe(waiting.done, this.#failure)
    }
    Deferred.doneUnsafe(group.done, exit)
  })

  readonly #idle = Effect.callback<void>((resume) => {
    this.#wake = () => resume(Effect.void)
  })

  /** Not at once: all entries that are submitted in this turn are written together. */
  #wakeUp(): void {
    if (this.#wake !== undefined) queueMicrotask(() => this.flush())
  }

  /** Starts to write the submitted entries, if no others are being written. */
  flush(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }

  /** Creates the first segment. */
  readonly start: Effect.Effect<void, LogError> = Effect.suspend(() => Effect.asVoid(this.#create(this.#head)))

  /** Writes what is submitted, until the writer is closed. */
  readonly run: Effect.Effect<void> = Effect.gen({ self: this }, function* () {
    while (true) {
      const group = this.#groups.shift()
      if (group !== undefined) yield* this.#attempt(group)
      else if (this.#isClosing) break
      else yield* this.#idle
    }
    if (this.#open !== undefined) yield* Scope.close(this.#open.scope, Exit.void)
  })

  /** Accepts no more entries. What was submitted is still written; an empty segment then seals the last one. */
  close(): void {
    if (this.#isClosing) return
    this.#isClosing = true
    if (this.#failure === undefined && this.#offset > HEAD) {
      this.#roll()
      this.#group()
    }
    this.#wakeUp()
  }
}
