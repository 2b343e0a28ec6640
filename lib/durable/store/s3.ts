/**
 * Logs on S3 and compatible stores.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { joined } from "../../core/bytes.ts"
import { FileMissing, type StoreError, StoreFailed, StoreLocked, type StoreOperation } from "../errors.ts"
import type { LogFile, LogStore } from "../log_store.ts"
import { placesInUse, type Taken, takeOver } from "./s3_lock.ts"
import { StoreObjects } from "./s3_objects.ts"
import { epochKey, PART_BYTES, partKey, type Parts, rangesOf } from "./s3_parts.ts"

/** Each sync leaves an object, and a start reads all objects of the last files: more would take it seconds. */
const SYNCS_PER_FILE = 500

/** How many objects are read at the same time. */
const READ_AT_ONCE = 32

/** What this store knows of a file. */
interface KnownFile {
  readonly parts: Parts
  /** The bytes in its objects. */
  readonly size: number
  /** Whether this store has created it. */
  readonly isOwn: boolean
  /** Bytes that are not in an object yet. */
  readonly waiting: ReadonlyArray<Uint8Array>
}

const listed = (parts: Parts): KnownFile => ({ parts, size: 0, isOwn: false, waiting: [] })

/** A file that this store writes. */
class OwnFile implements KnownFile {
  readonly parts: Map<number, number> = new Map([[0, 0]])
  readonly isOwn = true
  readonly #waiting: Array<Uint8Array> = []
  #waitingBytes = 0
  #next = 1
  #size = 0

  get waiting(): ReadonlyArray<Uint8Array> {
    return this.#waiting
  }
  get waitingBytes(): number {
    return this.#waitingBytes
  }
  get size(): number {
    return this.#size
  }
  /** The number of the next object. */
  get next(): number {
    return this.#next
  }

  /** Keeps a copy of bytes until an object has them. */
  add(pieces: ReadonlyArray<Uint8Array>): void {
    const bytes = joined(pieces)
    if (bytes.length === 0) return
    this.#waiting.push(bytes)
    this.#waitingBytes += bytes.length
  }

  /** Notes that the next object has the first bytes of those that wait; `rest` are the others. */
  wrote(bytes: Uint8Array, rest: Uint8Array): void {
    this.parts.set(this.#next++, bytes.length)
    this.#size += bytes.length
    this.#waiting.length = 0
    this.#waitingBytes = 0
    this.add([rest])
  }
}

class S3Store {
  readonly #objects: StoreObjects
  readonly #inUse: Set<string>
  /** Files that were listed or written. Only this store changes them as long as it has the place. */
  readonly #known = new Map<string, KnownFile>()
  #taken: Taken | undefined

  constructor(url: string, inUse: Set<string>) {
    this.#objects = new StoreObjects(url)
    this.#inUse = inUse
  }

  #missing(operation: StoreOperation, file: string, cause = "there is no such file"): StoreError {
    return new FileMissing({ operation, file: this.#objects.pathOf(file), cause })
  }

  #takenOver(): StoreError {
    return new StoreLocked({ store: this.#objects.location, isTakenOver: true })
  }

  /** Fails if another process has taken the store. */
  #checkEpoch(operation: StoreOperation, file: string): Effect.Effect<void, StoreError> {
    if (this.#taken === undefined) return Effect.void
    return Effect.flatMap(
      this.#objects.hasAfter(operation, file, "lock/", epochKey(this.#taken.epoch)),
      (isOld) => isOld ? Effect.fail(this.#takenOver()) : Effect.void,
    )
  }

  #partsOf(operation: StoreOperation, file: string): Effect.Effect<Parts, StoreError> {
    return Effect.map(
      this.#objects.list(operation, file, `${file}/`),
      ({ files }): Parts => files.get(file) ?? new Map(),
    )
  }

  readonly #find = Effect.fnUntraced(function* (this: S3Store, file: string) {
    const known = this.#known.get(file)
    if (known !== undefined) return known
    const parts = yield* this.#partsOf("read", file)
    if (!parts.has(0)) return yield* this.#missing("read", file)
    const found = listed(parts)
    this.#known.set(file, found)
    return found
  })

  readonly lock = Effect.gen({ self: this }, function* () {
    this.#taken = yield* takeOver(this.#objects, this.#inUse)
    this.#known.clear()
  })

  readonly list = Effect.suspend(() =>
    Effect.map(this.#objects.list("list", ""), ({ files }) => {
      const whole = Array.from(files).filter(([file, parts]) => parts.has(0) && !this.#isGivenUp(file))
      for (const [file, parts] of whole) if (this.#known.get(file)?.isOwn !== true) this.#known.set(file, listed(parts))
      return whole.map(([file]) => file).sort()
    })
  )

  readonly read = Effect.fnUntraced(function* (this: S3Store, file: string, from: number, length: number) {
    const { parts, size, waiting } = yield* this.#find(file)
    const ranges = rangesOf(parts, from, from + length)
    if (ranges === undefined) return yield* this.#missing("read", file, "one of its objects is missing")
    const stored = yield* Effect.forEach(
      ranges,
      (range) => this.#objects.get(file, partKey(file, range.number), range.from, range.to),
      { concurrency: READ_AT_ONCE },
    )
    const rest = joined(waiting).subarray(Math.max(0, from - size), Math.max(0, from + length - size))
    return joined([...stored, rest])
  })

  /** Writes what waits to objects with the next numbers, which only the process that has the store can do. */
  readonly #flush = Effect.fnUntraced(function* (this: S3Store, name: string, file: OwnFile) {
    while (file.waitingBytes > 0) {
      const all = joined(file.waiting)
      const bytes = all.subarray(0, PART_BYTES)
      if (!(yield* this.#objects.putNew("sync", name, partKey(name, file.next), bytes))) return yield* this.#takenOver()
      file.wrote(bytes, all.subarray(bytes.length))
    }
  })

  #logFile(name: string, file: OwnFile): LogFile {
    return {
      append: (pieces) =>
        Effect.suspend(() => {
          file.add(pieces)
          return file.waitingBytes < PART_BYTES ? Effect.void : this.#flush(name, file)
        }),
      sync: Effect.suspend(() => this.#flush(name, file)),
    }
  }

  /** Whether a file that exists was created by a process that has lost the store, and has not written to it. */
  #isGivenUp(file: string): boolean {
    return this.#taken !== undefined && !this.#taken.sealed.has(file) && this.#known.get(file)?.isOwn !== true
  }

  readonly create = Effect.fnUntraced(function* (this: S3Store, file: string) {
    const before = yield* this.#partsOf("create", file)
    const exists = new StoreFailed({ operation: "create", file: this.#objects.pathOf(file), cause: "the file exists" })
    if (before.has(0) && !this.#isGivenUp(file)) return yield* exists
    if (!before.has(0)) {
      const remains = Array.from(before.keys(), (number) => partKey(file, number))
      yield* this.#objects.delete("create", file, undefined, remains)
      const isWritten = yield* this.#objects.putNew("create", file, partKey(file, 0), new Uint8Array())
      if (!isWritten && !this.#isGivenUp(file)) return yield* exists
    }
    yield* this.#checkEpoch("create", file)
    const own = new OwnFile()
    this.#known.set(file, own)
    return this.#logFile(file, own)
  })

  readonly sync = Effect.fnUntraced(function* (this: S3Store, file: string) {
    const parts = yield* this.#partsOf("sync", file)
    if (!parts.has(0)) return yield* this.#missing("sync", file)
  })

  readonly remove = Effect.fnUntraced(function* (this: S3Store, file: string) {
    yield* this.#checkEpoch("remove", file)
    this.#known.delete(file)
    this.#taken?.sealed.delete(file)
    const parts = yield* this.#partsOf("remove", file)
    // What seals the file stays: otherwise the process that has lost the store could write to it again.
    const others = Array.from(parts).filter(([number, size]) => number > 0 && size > 0).map(([number]) => number)
    yield* this.#objects.delete("remove", file, partKey(file, 0), others.map((number) => partKey(file, number)))
  })
}

/**
 * Stores logs on S3, in a directory that a URL such as `s3://bucket/checkpoints` names. Settings and the `HttpClient` service
 * are looked for around each operation, then in the context.
 *
 * A lock does not wait for a process that holds the store: it takes the store over, and the other process fails with
 * `StoreLocked` when it writes next. Inside one process a second lock is refused; `inUse` has the places that are locked.
 */
export const s3Store = (
  url: string,
  context: Context.Context<never> = Context.empty(),
  inUse: Set<string> = placesInUse,
): LogStore => {
  const store = new S3Store(url, inUse)
  const within = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.uninterruptible(Effect.updateContext(effect, (own: Context.Context<R>) => Context.merge(context, own)))
  const file = ({ append, sync }: LogFile): LogFile => ({
    append: (pieces) => within(append(pieces)),
    sync: within(sync),
  })
  return {
    location: url.replace(/\/+$/, ""),
    syncsPerFile: SYNCS_PER_FILE,
    lock: within(store.lock),
    list: within(store.list),
    read: (name, from, length) => within(store.read(name, from, length)),
    create: (name) => within(Effect.map(store.create(name), file)),
    sync: (name) => within(store.sync(name)),
    remove: (name) => within(store.remove(name)),
  }
}
