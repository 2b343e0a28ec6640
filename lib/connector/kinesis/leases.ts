/**
 * Leases: several programs share the shards of a stream, and each shard is read by one of them.
 *
 * @module
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { inRealTime } from "../../core/steady_clock.ts"
import type { Setting, SettingError } from "../settings.ts"
import type { Assigned, Assignment, PlannedOf } from "./assignment.ts"
import { elapsed, wallTime } from "./calling.ts"
import type { StreamClient } from "./client.ts"
import type { KinesisError } from "./errors.ts"
import { leaveOut } from "./loss.ts"
import { choose } from "./lease_choice.ts"
import { type Attributes, attributesOf, type Lease, type LeaseTable, openTable } from "./lease_table.ts"
import { type AwsService, readService } from "./options.ts"
import {
  type Cursor,
  initialCursor,
  type InitialPosition,
  isBehind,
  isSame,
  type Shard,
  type ShardRange,
  TRIM_HORIZON,
} from "./shard.ts"

/** Which leases, and for how long. */
export interface LeaseOptions {
  readonly applicationName: string
  readonly initialPosition: InitialPosition
  /** After how many milliseconds a lease expires that is not renewed. */
  readonly leaseMs: number
  readonly failOnDataLoss: boolean
  readonly region: Setting<string> | undefined
  readonly service: AwsService
}

/** A lease that this program has. */
interface Held {
  readonly term: number
  readonly startsLatest: boolean
  counter: number
  /** How far batches that have succeeded have read. */
  cursor: Cursor
  /** When others may take the lease, in milliseconds of `elapsed`. */
  expiresAt: number
  nextOwner: string | undefined
}

/** How long the end of a program may take to give its leases back. */
const RELEASE_LIMIT = Duration.seconds(2)
const CONCURRENCY = 8

/** The leases of a program. */
export class Leases implements Assignment {
  readonly #client: StreamClient
  readonly #table: LeaseTable
  readonly #options: LeaseOptions
  readonly #syncing = Semaphore.makeUnsafe(1)
  readonly #held = new Map<string, Held>()
  /** The owner and the counter of each lease, and since when they are the same, in milliseconds of `elapsed`. */
  readonly #seen = new Map<string, { readonly version: string; readonly since: number }>()
  /** Leases that this program has made, with the initial position. */
  readonly #fresh = new Set<string>()
  /** How far batches that have succeeded have read, for shards whose lease does not say so yet. */
  readonly #owed = new Map<string, Cursor>()
  #planned: PlannedOf = () => undefined
  #worker: string = crypto.randomUUID()
  /** Tells this process from earlier ones of the same worker, which may still run. */
  readonly #process: string = crypto.randomUUID()
  /** Whether the leases of an earlier process of this program are still to be found. */
  #isResuming = false
  /** Whether the leases have to be looked at before the next batch. */
  #isDue = true
  /** Whether a fiber renews the leases. */
  #isKept = false
  readonly #keep: Effect.Effect<void>
  #terms = 0

  /** In `scope` a fiber renews the leases, from the first call of `assigned` on. */
  constructor(client: StreamClient, table: LeaseTable, options: LeaseOptions, scope: Scope.Scope) {
    this.#client = client
    this.#table = table
    this.#options = options
    // What a renewal could not do is done, and its errors are reported, before the next batch.
    this.#keep = Effect.ignore(Effect.suspend(() => this.sync)).pipe(
      Effect.schedule(Schedule.spaced(Duration.millis(options.leaseMs / 3))),
      inRealTime,
      Effect.forkIn(scope),
      Effect.asVoid,
    )
  }

  get worker(): string {
    return this.#worker
  }

  get #owner(): string {
    return `${this.#worker}/${this.#process}`
  }

  resume(worker: string): void {
    if (worker === "") return
    this.#worker = worker
    this.#isResuming = true
  }

  readonly assigned = (planned: PlannedOf): Effect.Effect<ReadonlyArray<Assigned>, KinesisError> =>
    Effect.gen({ self: this }, function* () {
      this.#planned = planned
      if (!this.#isKept) yield* this.#keep
      this.#isKept = true
      if (this.#isDue) yield* this.sync
      yield* this.#handOver
      const now = yield* elapsed
      return [...this.#held].toSorted(([a], [b]) => a < b ? -1 : 1).map(([shardId, held]): Assigned => ({
        shardId,
        cursor: held.cursor,
        startsLatest: held.startsLatest,
        term: held.term,
        isReadable: now < held.expiresAt && held.nextOwner === undefined,
      }))
    })

  readonly commit = (ranges: ReadonlyArray<ShardRange>): Effect.Effect<void, KinesisError> =>
    Effect.suspend(() => {
      for (const { from, shardId, to } of ranges) {
        const known = this.#owed.get(shardId) ?? this.#held.get(shardId)?.cursor
        if (!isSame(from, to) && (known === undefined || isBehind(to, known))) this.#owed.set(shardId, to)
      }
      // A process that goes on with leases has to find them first.
      if (this.#isResuming) return Effect.void
      return Effect.forEach([...this.#owed], ([shardId, to]) => this.#write(shardId, to), {
        concurrency: CONCURRENCY,
        discard: true,
      })
    }).pipe(
      Effect.catchIf(
        ({ isTemporary }) => isTemporary,
        ({ message }) => Effect.logWarning(`How far a batch has read will be written with the next one. ${message}`),
      ),
    )

  #write(shardId: string, to: Cursor): Effect.Effect<void, KinesisError> {
    return Effect.flatMap(this.#table.change(shardId, { leaseOwner: this.#owner }, attributesOf(to)), (isOwner) => {
      if (this.#owed.get(shardId) === to) this.#owed.delete(shardId)
      if (!isOwner) return this.#lose(shardId)
      const held = this.#held.get(shardId)
      if (held !== undefined) held.cursor = to
      if (to.kind === "end") {
        this.#held.delete(shardId)
        this.#isDue = true
      }
      return Effect.void
    })
  }

  /** Gives shards to the programs that have asked for them, once all batches have succeeded that have records of these. */
  get #handOver(): Effect.Effect<void, KinesisError> {
    return this.#syncing.withPermit(Effect.suspend(() => {
      const wanted = [...this.#held].filter(([shardId, { cursor, nextOwner }]) =>
        nextOwner !== undefined && this.#isDone(shardId, cursor)
      )
      return Effect.forEach(wanted, ([shardId, { counter, nextOwner }]) => {
        const given = { leaseOwner: nextOwner, leaseCounter: counter + 1, nextOwner: undefined }
        return Effect.map(
          this.#table.change(shardId, { leaseOwner: this.#owner, nextOwner }, given),
          () => this.#held.delete(shardId),
        )
      }, { discard: true })
    }))
  }

  #isDone(shardId: string, cursor: Cursor): boolean {
    return isSame(this.#planned(shardId) ?? cursor, cursor)
  }

  /** Renews the leases, and takes or asks for more. */
  get sync(): Effect.Effect<void, KinesisError> {
    return this.#syncing.withPermit(Effect.gen({ self: this }, function* () {
      this.#isDue = true
      yield* Effect.forEach([...this.#held], ([shardId, held]) => this.#renew(shardId, held), {
        concurrency: CONCURRENCY,
        discard: true,
      })
      const shards = yield* this.#client.shards
      const before = yield* this.#table.leases
      const leases = (yield* this.#make(shards, before)) ? yield* this.#table.leases : before
      const listed = new Map(shards.map((shard) => [shard.id, shard]))
      const now = yield* elapsed
      const byId = new Map(leases.map((lease) => [lease.shardId, lease]))
      const isEnded = (id: string) => !listed.has(id) || byId.get(id)?.cursor?.kind === "end"
      const readable = leases.filter(({ shardId }) =>
        !isEnded(shardId) && listed.get(shardId)?.parents.every(isEnded) === true
      )
      for (const lease of leases) this.#note(lease, now)
      // Streams that are scaled up and down have new shards again and again.
      for (const shardId of this.#seen.keys()) if (!byId.has(shardId)) this.#seen.delete(shardId)
      for (const shardId of this.#fresh) if (!byId.has(shardId)) this.#fresh.delete(shardId)
      yield* this.#forget(leases.filter(({ shardId }) => !listed.has(shardId)), now)
      for (const lease of readable) yield* this.#adopt(lease)
      const isFree = (lease: Lease) => this.#isFree(lease, now)
      const { ask, take } = choose(readable, this.#owner, isFree)
      for (const lease of take) yield* this.#take(lease, listed.get(lease.shardId))
      if (ask !== undefined) yield* this.#ask(ask)
      this.#isResuming = false
      this.#isDue = false
    }))
  }

  #renew(shardId: string, held: Held): Effect.Effect<void, KinesisError> {
    return Effect.gen({ self: this }, function* () {
      const now = yield* elapsed
      // Not only if the counter is as expected: the answer to the last renewal may have been lost.
      const isOwner = yield* this.#table.change(shardId, { leaseOwner: this.#owner }, {
        leaseCounter: held.counter + 1,
      })
      // The batch may have ended the shard in the meantime.
      if (this.#held.get(shardId) !== held) return
      if (isOwner) {
        held.counter++
        held.expiresAt = now + this.#options.leaseMs
      } else {
        yield* this.#lose(shardId)
      }
    })
  }

  /** Stops reading a shard whose lease another program has taken. */
  #lose(shardId: string): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.#held.delete(shardId)
      return Effect.logWarning(`Another program has taken over ${shardId}, and may read records of it again`)
    })
  }

  /** Makes leases for new shards. Whether there were any. */
  #make(shards: ReadonlyArray<Shard>, leases: ReadonlyArray<Lease>): Effect.Effect<boolean, KinesisError> {
    return Effect.gen({ self: this }, function* () {
      const known = new Set(leases.map(({ shardId }) => shardId))
      const now = yield* wallTime
      const missing = shards.filter(({ id }) => !known.has(id))
      // Children first: another program that starts meanwhile would take them for newer than the leases.
      for (const shard of missing.toReversed()) {
        const isNew = !shard.parents.some((id) => known.has(id))
        const beginning = isNew ? initialCursor(this.#options.initialPosition, shard, now) : TRIM_HORIZON
        // A checkpoint that was made without leases has a position.
        const planned = this.#planned(shard.id)
        const isMade = yield* this.#table.create(shard.id, planned ?? beginning, shard.parents)
        if (isMade && planned === undefined && isNew) this.#fresh.add(shard.id)
      }
      return missing.length > 0
    })
  }

  /** Deletes leases of shards whose records have all expired. */
  #forget(leases: ReadonlyArray<Lease>, now: number): Effect.Effect<void, KinesisError> {
    return Effect.forEach(leases, (lease) => {
      const isEnded = lease.cursor?.kind === "end"
      // The program that has it finds that out itself.
      if (!isEnded && !this.#isFree(lease, now)) return Effect.void
      const left = isEnded
        ? Effect.void
        : leaveOut(lease.shardId, this.#client.streamName, this.#options.failOnDataLoss)
      return Effect.andThen(left, this.#table.remove(lease.shardId))
    }, { discard: true })
  }

  #note({ counter, nextOwner, owner, shardId }: Lease, now: number): void {
    const version = `${owner} ${counter}`
    if (this.#seen.get(shardId)?.version !== version) this.#seen.set(shardId, { version, since: now })
    const held = this.#held.get(shardId)
    if (held !== undefined) held.nextOwner = nextOwner
  }

  /** Whether no living program has a lease. */
  #isFree({ owner, shardId }: Lease, now: number): boolean {
    if (owner === undefined) return true
    const since = this.#seen.get(shardId)?.since ?? now
    return owner !== this.#owner && now - since > this.#options.leaseMs
  }

  /**
   * Goes on with leases of an earlier process of this program, and with those that this one has without knowing: others have
   * given them to it, or the answer to taking them was lost.
   */
  #adopt(lease: Lease): Effect.Effect<void, KinesisError> {
    const { owner = "", shardId } = lease
    if (owner === this.#owner && !this.#held.has(shardId)) return this.#hold(lease, ++this.#terms)
    const isResumed = this.#isResuming && owner.startsWith(`${this.#worker}/`)
    return isResumed ? this.#hold(lease, 0) : Effect.void
  }

  #take(lease: Lease, shard: Shard | undefined): Effect.Effect<void, KinesisError> {
    return Effect.gen({ self: this }, function* () {
      const { initialPosition } = this.#options
      const { cursor, shardId } = lease
      const isFresh = this.#fresh.delete(shardId) || cursor === undefined
      const startsLatest = isFresh && initialPosition === "latest"
      if (cursor !== undefined || shard === undefined) return yield* this.#hold(lease, ++this.#terms, startsLatest)
      const beginning = initialCursor(initialPosition, shard, yield* wallTime)
      yield* this.#hold({ ...lease, cursor: beginning }, ++this.#terms, startsLatest, attributesOf(beginning))
    })
  }

  #hold(
    { counter, cursor = TRIM_HORIZON, owner, shardId }: Lease,
    term: number,
    startsLatest = false,
    position: Attributes = {},
  ): Effect.Effect<void, KinesisError> {
    return Effect.gen({ self: this }, function* () {
      const now = yield* elapsed
      const expected = { leaseOwner: owner, leaseCounter: counter }
      const changed = { leaseOwner: this.#owner, leaseCounter: counter + 1, nextOwner: undefined, ...position }
      if (!(yield* this.#table.change(shardId, expected, changed))) return
      const expiresAt = now + this.#options.leaseMs
      this.#held.set(shardId, { term, startsLatest, counter: counter + 1, cursor, expiresAt, nextOwner: undefined })
    })
  }

  #ask({ owner, shardId }: Lease): Effect.Effect<void, KinesisError> {
    const unasked = { leaseOwner: owner, nextOwner: undefined }
    return Effect.asVoid(this.#table.change(shardId, unasked, { nextOwner: this.#owner }))
  }

  /** Gives leases back, but those of shards with batches that have not succeeded: the next process goes on with these. */
  get release(): Effect.Effect<void> {
    return Effect.suspend(() => {
      const done = [...this.#held].filter(([shardId, { cursor }]) => this.#isDone(shardId, cursor))
      return Effect.forEach(
        done,
        ([shardId]) => this.#table.change(shardId, { leaseOwner: this.#owner }, { leaseOwner: undefined }),
        { concurrency: CONCURRENCY, discard: true },
      )
    }).pipe(Effect.interruptible, Effect.timeoutOption(RELEASE_LIMIT), inRealTime, Effect.ignore)
  }
}

/** Opens the leases of a stream, and keeps them. The end of the scope gives them back. */
export const openLeases = (
  client: StreamClient,
  options: LeaseOptions,
): Effect.Effect<Assignment, KinesisError | SettingError, Scope.Scope> =>
  Effect.gen(function* () {
    const table = yield* openTable(options.applicationName, yield* readService(options.service, options.region))
    const scope = yield* Effect.scope
    return yield* Effect.acquireRelease(
      Effect.sync(() => new Leases(client, table, options, scope)),
      (leases) => leases.release,
    )
  })
