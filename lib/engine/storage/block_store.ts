/**
 * The block store: keeps blocks within a limit of memory, and moves others to files.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { NotPortable } from "../../core/codec.ts"
import { heapLimit } from "../heap.ts"
import { giveWayIfDue } from "../../core/pace.ts"
import type { Block } from "../../rdd/block.ts"
import { FileError, type Files, unavailable } from "../../rdd/files/files.ts"
import type { HeldBlock, Holding, Storage, StorageMeasures } from "../../rdd/storage.ts"
import { type Placement, placementOf } from "../../rdd/storage_level.ts"
import { bytesOf, type Chunk, chunksOf, fromChunks } from "./chunks.ts"
import { type Account, Held, weightOf } from "./held_block.ts"
import { encoding, type SpillFile, writeSpill } from "./spill_file.ts"

/** The limit where the runtime does not tell the limit of the heap, in bytes: 512 MiB. */
const LIMIT = 512 * 1024 * 1024

/** The part of the heap that stored blocks may take. The estimates of their records may be half of what they take. */
const PART_OF_HEAP = 1 / 4

/** Returns the default limit of a store in bytes: a quarter of the heap's limit, or 512 MiB. */
export const defaultLimit = (): number => {
  const heap = heapLimit()
  return heap === Infinity ? LIMIT : Math.floor(heap * PART_OF_HEAP)
}

/** What a block store is made with. */
export interface StoreOptions {
  /** The limit of the blocks in memory, in bytes. */
  readonly limit: number
  /** Where spill files are written. */
  readonly files: Files
  /** Makes the directory of the spill files before one is written, unless it is there. The caller removes it. */
  readonly directory: Effect.Effect<string, FileError>
}

interface InMemory {
  readonly held: WeakRef<Held>
  readonly placement: Placement
}

/** A block of encoded records. Text is bytes already. */
const inChunks = Effect.fnUntraced(function* (block: Block<unknown>) {
  const chunks: Array<Chunk> = []
  const next = yield* encoding(() => chunksOf(block))
  for (let chunk = yield* encoding(next); chunk !== undefined; chunk = yield* encoding(next)) {
    chunks.push(chunk)
    yield* giveWayIfDue
  }
  return chunks.length > 0 && chunks.every(({ isText }) => isText) ? block : fromChunks(chunks)
})

/** Holds blocks. Its methods may be called while blocks are being moved. */
class BlockStore implements Storage {
  readonly #options: StoreOptions
  /** The blocks in memory, least recently used first. */
  readonly #inMemory = new Map<number, InMemory>()
  /** Blocks that are to be moved to a file whatever the room. */
  readonly #due = new Set<Held>()
  readonly #listeners = new Set<() => void>()
  readonly #turn = Semaphore.makeUnsafe(1)
  readonly #isNeeded = Latch.makeUnsafe(false)
  /** Names of files whose blocks are gone. */
  #unused: Array<string> = []
  #memory = 0
  #disk = 0
  #next = 0
  /** For how many bytes room is to be made. */
  #wanted = 0
  /** Why blocks cannot be written at all; undefined if they can. */
  #unavailable: FileError | undefined
  readonly #warned = new Set<string>()
  readonly #blocksGone = new FinalizationRegistry<Account>((account) => this.#free(account))
  readonly #filesGone = new FinalizationRegistry<{ readonly path: string; readonly size: number }>(({ path, size }) => {
    this.#disk -= size
    this.#unused.push(path)
    this.#isNeeded.openUnsafe()
  })

  constructor(options: StoreOptions) {
    this.#options = options
  }

  hold(block: Block<unknown>, holding: Holding): HeldBlock {
    const { level, weight = weightOf(block) } = holding
    const account: Account = { id: this.#next++, weight, isBytes: bytesOf(block) !== undefined, isReleased: false }
    const held = new Held(block, account, (one) => this.#use(one), holding.drop)
    // A block without records needs no memory.
    if (weight === 0) return held
    const placement = placementOf(level)
    this.#inMemory.set(account.id, { held: new WeakRef(held), placement })
    this.#blocksGone.register(held, account, account)
    this.#memory += weight
    if (!placement.memory) this.#due.add(held)
    if (this.#due.size > 0 || this.#memory > this.#options.limit) this.#isNeeded.openUnsafe()
    return held
  }

  put(block: Block<unknown>, holding: Holding): Effect.Effect<HeldBlock> {
    const { memory, serialized } = placementOf(holding.level)
    const given = serialized && memory ? this.#encoded(block) : Effect.succeed(block)
    return Effect.flatMap(given, (ready) => {
      const held = this.hold(ready, holding)
      // The background may have begun to move the block. Then this waits for it.
      return Effect.as(!memory || this.#memory > this.#options.limit ? this.settle : Effect.void, held)
    })
  }

  release(held: HeldBlock): void {
    if (!(held instanceof Held)) return
    this.#due.delete(held)
    held.account.isReleased = true
    this.#free(held.account)
  }

  hasRoom(weight: number): boolean {
    return this.#memory === 0 || this.#memory + weight <= this.#options.limit
  }

  makeRoom(weight: number): void {
    this.#wanted = Math.max(this.#wanted, weight)
    this.#isNeeded.openUnsafe()
  }

  onRoom(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  measures(): StorageMeasures {
    return { limit: this.#options.limit, memory: this.#memory, disk: this.#disk }
  }

  /** Moves or drops blocks until the limit is kept, or no further block can leave memory. */
  readonly settle: Effect.Effect<void> = Effect.suspend(() => Semaphore.withPermit(this.#turn, this.#evict))

  /** Does what is asked for in the background, until it is interrupted. */
  readonly work: Effect.Effect<never> = Effect.forever(
    Effect.suspend(() =>
      Effect.andThen(
        this.#isNeeded.await,
        Effect.suspend(() => {
          this.#isNeeded.closeUnsafe()
          return Effect.andThen(this.#removeUnused, this.settle)
        }),
      )
    ),
    { disableYield: true },
  )

  readonly #evict: Effect.Effect<void> = Effect.suspend(() => {
    const wanted = this.#wanted
    this.#wanted = 0
    // If the job that does this is interrupted, the background does the rest.
    return Effect.onInterrupt(this.#evictFor(wanted), () => Effect.sync(() => this.makeRoom(wanted)))
  })

  readonly #evictFor = Effect.fnUntraced(function* (this: BlockStore, wanted: number) {
    for (const held of this.#due) {
      this.#due.delete(held)
      yield* this.#spill(held)
    }
    // Each block is tried once: what cannot leave memory is not tried again before the next call.
    for (const [id, { held: ref, placement }] of Array.from(this.#inMemory)) {
      if (this.#memory <= Math.max(0, this.#options.limit - Math.max(wanted, this.#wanted))) break
      const held = ref.deref()
      // It may have been used, released or moved meanwhile.
      if (held === undefined || !this.#inMemory.has(id)) continue
      if (placement.disk) yield* this.#spill(held)
      else if (held.drop !== undefined) {
        held.account.isReleased = true
        this.#free(held.account)
        held.drop()
      }
      yield* giveWayIfDue
    }
  })

  readonly #removeUnused: Effect.Effect<void> = Effect.suspend(() => {
    const paths = this.#unused
    this.#unused = []
    return Effect.forEach(paths, (path) => Effect.ignore(this.#options.files.remove(path)), { discard: true })
  })

  /** Moves a block to a file, if that is possible. */
  #spill(held: Held): Effect.Effect<void> {
    const { block } = held
    if (block === undefined || this.#unavailable !== undefined) return Effect.void
    const { directory, files } = this.#options
    const written = Effect.flatMap(directory, (folder) => {
      const path = `${folder}/${held.account.id}.block`
      return Effect.onExit(
        writeSpill(files, path, block),
        (exit) => exit._tag === "Success" ? Effect.void : Effect.ignore(files.remove(path)),
      )
    })
    return Effect.matchEffect(written, {
      // A block that was released meanwhile needs no file.
      onSuccess: (file) =>
        held.account.isReleased ? Effect.ignore(files.remove(file.path)) : Effect.sync(() => this.#move(held, file)),
      onFailure: (error) => this.#stay(held, error),
    })
  }

  #move(held: Held, file: SpillFile): void {
    const { path, records, size } = file
    this.#filesGone.register(file, { path, size })
    this.#disk += size
    held.moveTo({ files: this.#options.files, file, from: 0, to: records })
    this.#free(held.account)
  }

  /** Keeps a block in memory that could not be written. Each reason is logged once. */
  #stay(held: Held, error: FileError | NotPortable): Effect.Effect<void> {
    if (error instanceof NotPortable) {
      // It counts for its memory, but it is not tried again.
      this.#inMemory.delete(held.account.id)
      return this.#warnOfRecords(error)
    }
    if (error.reason === "PermissionDenied" || error.reason === "Unavailable") this.#unavailable = error
    const text = `Blocks stay in memory, and receivers wait where there is no room: ${error.message}. ` +
      "Set spillDirectory of SparkContext.layer to a directory that the program may write to"
    return this.#warn("files", text)
  }

  #warnOfRecords({ message }: NotPortable): Effect.Effect<void> {
    return this.#warn("records", `Records that cannot be encoded stay in memory: ${message}`)
  }

  #warn(topic: string, text: string): Effect.Effect<void> {
    if (this.#warned.has(topic)) return Effect.void
    this.#warned.add(topic)
    return Effect.logWarning(text)
  }

  #encoded(block: Block<unknown>): Effect.Effect<Block<unknown>> {
    return Effect.catch(
      inChunks(block),
      (error) => Effect.as(this.#warnOfRecords(error), block),
    )
  }

  /** Marks a block as the one that was used last. */
  #use({ account, block }: Held): void {
    const known = this.#inMemory.get(account.id)
    if (known === undefined || block === undefined) return
    this.#inMemory.delete(account.id)
    this.#inMemory.set(account.id, known)
    if (!account.isBytes || bytesOf(block) !== undefined) return
    const weight = weightOf(block)
    this.#memory += weight - account.weight
    account.weight = weight
  }

  #free(account: Account): void {
    this.#inMemory.delete(account.id)
    if (account.weight === 0) return
    this.#memory -= account.weight
    account.weight = 0
    // A listener may ask for more room. It is called only when memory was freed, so that this ends.
    for (const listener of Array.from(this.#listeners)) listener()
  }
}

/** Makes a block store. It moves blocks in the background as long as the scope is open. */
export const make = (options: StoreOptions): Effect.Effect<Storage, never, Scope.Scope> =>
  Effect.suspend(() => {
    const store = new BlockStore(options)
    return Effect.as(Effect.forkScoped(store.work), store)
  })

/** Makes a block store without files: blocks that have no room stay in memory, or are dropped. */
export const makeInMemory: Effect.Effect<Storage, never, Scope.Scope> = Effect.suspend(() =>
  make({
    limit: defaultLimit(),
    files: unavailable,
    directory: Effect.fail(
      new FileError({ path: "", operation: "make directory", reason: "Unavailable", cause: "the engine has no files" }),
    ),
  })
)
