/**
 * The contract of sources that are read by position, as a check that users can run on their own.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { showRecord } from "../core/show.ts"
import { inRealTime } from "../core/steady_clock.ts"
import type { DStream } from "../dstream/dstream.ts"
import type { Positions } from "../dstream/inputs/positions.ts"
import { Engine } from "../rdd/engine.ts"
import { layer, type Services } from "./harness.ts"

/** A source to check, without records at first. */
export interface PositionsToCheck<A, E = never, R = never> {
  /**
   * Makes the input stream, as the program does at each start. It must begin with the oldest record of the source, such as
   * with `startingOffsets: "earliest"`.
   */
  readonly stream: () => DStream<A, E, R>
  /** Adds records to the source, after those that it has. */
  readonly add: (records: ReadonlyArray<A>) => Effect.Effect<void, E, R>
  /** Makes the n-th record. Different numbers make different records. */
  readonly record: (n: number) => A
  /** Names the part of the source that a record is in, such as a partition. Records of a part keep their order. Default: one part. */
  readonly partOf?: ((record: A) => string) | undefined
  /** Whether batches keep to their limit of records. Default: true. */
  readonly keepsLimit?: boolean | undefined
  /**
   * For sources that are told what has been read, such as the offsets of a group: how many records the source takes for done.
   */
  readonly committed?: Effect.Effect<number, E, R> | undefined
}

/** A source does not do what the contract says. */
export class PositionsBroken extends Data.Error<{
  /** What the contract says. */
  readonly rule: string
  /** What the source has done instead. */
  readonly found: string
}> {
  readonly _tag = "PositionsBroken" as const
  override get message(): string {
    return `The source breaks a rule: ${this.rule}. ${this.found}`
  }
}

/** A batch as a checkpoint has it. */
interface Logged<A> {
  readonly time: number
  readonly position: unknown
  /** What was read, if it was. */
  records: ReadonlyArray<A> | undefined
  isCommitted: boolean
}

/** The moments at which a process is killed. */
const KILLS = [
  "once it has opened the source",
  "before a plan is logged",
  "once a plan is logged",
  "once a batch is read",
] as const

/** After how many milliseconds a process is interrupted. */
const INTERRUPTIONS = [0, 1, 2, 5, 10, 20, 50]

/** How many plans in a row may be without records while some are still to come. */
const MOST_IDLE = 5

/**
 * Checks that a source gives each record to exactly one batch, also when processes are killed at any moment and go on from
 * their checkpoint; that a position always gives the same records; that the records of a part keep their order; that batches
 * keep to their limit; and that the source is told to go on after the batch only. Fails with {@link PositionsBroken}, or
 * with the error of the source.
 *
 * Sources are opened and closed many times, also in the midst of what they do. Run the check where sockets, timers and files
 * that stay open are noticed, as with `deno test --sanitize-ops --sanitize-resources`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, RDD } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect, Option } from "effect"
 *
 * const records: Array<number> = []
 * // A source that plans everything after the last position, and forgets to go on behind it after a restart.
 * const forgetful = () =>
 *   DStream.fromPositions("forgetful", "Forgetful", Effect.sync(() => {
 *     let next = 0
 *     return {
 *       plan: () => Effect.sync(() => Option.some({ position: [next, next = records.length] as const })),
 *       read: ([from, until]: readonly [number, number]) => Effect.succeed(RDD.parallelize(records.slice(from, until))),
 *       resume: () => Effect.void,
 *     }
 *   }))
 * const checked = Testing.checkPositions({
 *   stream: forgetful,
 *   add: (some) => Effect.sync(() => void records.push(...some)),
 *   record: (n) => n,
 *   keepsLimit: false,
 * })
 * assert.match((await Effect.runPromise(Effect.flip(checked))).message, /each record is in one batch/)
 * ```
 */
export const checkPositions = <A, E, R>(
  subject: PositionsToCheck<A, E, R>,
): Effect.Effect<void, E | PositionsBroken, Exclude<R, Scope.Scope | Services>> => {
  const { add, committed, keepsLimit = true, partOf = () => "", record } = subject
  const broken = (rule: string, found: string) => new PositionsBroken({ rule, found })
  const added: Array<A> = []
  const log: Array<Logged<A>> = []
  const more = (count: number) =>
    Effect.suspend(() => {
      const records = Array.from({ length: count }, (_, i) => record(added.length + i))
      added.push(...records)
      return add(records)
    })

  type Source = Positions<unknown, A, E, R>
  /** Runs a process: opens the source, goes on behind what is logged, and does `body`. */
  const process = <B, E2, R2>(
    body: (source: Source) => Effect.Effect<B, E2, R2>,
    resumeAt: () => ReadonlyArray<unknown> = () => log.map(({ position }) => position),
  ) =>
    Effect.scoped(Effect.gen(function* () {
      const { source } = subject.stream().traits
      if (source?.kind !== "positions") {
        return yield* broken("the stream is an input that is read by position", "It is not.")
      }
      const positions = (yield* source.open) as Source
      if (positions.resume === undefined) {
        return yield* broken("the source can go on after a restart", "It has no `resume`.")
      }
      const planned = resumeAt()
      if (planned.length > 0) yield* positions.resume(planned)
      if (positions.begin !== undefined) yield* positions.begin
      return yield* body(positions)
    }))

  const plan = (source: Source, limit = Infinity) =>
    Effect.gen(function* () {
      yield* TestClock.adjust("1 second")
      const time = yield* Clock.currentTimeMillis
      return { time, planned: Option.getOrUndefined(yield* source.plan(time, limit)) }
    })
  const logged = (source: Source, limit = Infinity) =>
    Effect.map(plan(source, limit), ({ planned, time }) => {
      if (planned === undefined) return undefined
      // As a checkpoint does, which writes positions as plain data.
      const batch: Logged<A> = {
        time,
        position: structuredClone(planned.position),
        records: undefined,
        isCommitted: false,
      }
      log.push(batch)
      return { batch, planned }
    })
  const read = (source: Source, { position, time }: Logged<A>) =>
    Effect.gen(function* () {
      const rdd = yield* source.read(position, time)
      const engine = yield* Engine
      return (yield* engine.run(rdd)).flatMap(({ records }) => records)
    })
  const shown = (records: ReadonlyArray<A>) => records.map(showRecord).join(", ") || "none"

  /** Reads a batch, and compares it with what was read of the same position before. */
  const readAgain = (source: Source, batch: Logged<A>) =>
    Effect.gen(function* () {
      const records = yield* read(source, batch)
      if (batch.records !== undefined && shown(records) !== shown(batch.records)) {
        return yield* broken(
          "a position gives the same records each time it is read",
          `At first it gave ${shown(batch.records)}, then ${shown(records)}`,
        )
      }
      batch.records = records
    })
  const done = () => log.filter(({ isCommitted }) => isCommitted).flatMap(({ records }) => records ?? [])
  const checkCommitted = (rule: string) =>
    Effect.gen(function* () {
      const found = committed === undefined ? undefined : yield* committed
      const wanted = done().length
      if (found === undefined || found === wanted) return
      return yield* broken(rule, `The source takes ${found} records for done instead of ${wanted}`)
    })
  const commit = (source: Source, batch: Logged<A>) =>
    Effect.gen(function* () {
      yield* checkCommitted("a position is committed after its batch only")
      // A commit that failed is repeated.
      for (const _ of [1, 2]) yield* source.commit?.(batch.position, batch.time) ?? Effect.void
      batch.isCommitted = true
      yield* checkCommitted("a position is committed after its batch")
    })
  /** Completes what earlier processes have left, and plans until all records that there are have been read. */
  const drain = (source: Source, limit = Infinity) =>
    Effect.gen(function* () {
      for (const batch of log.filter(({ isCommitted }) => !isCommitted)) {
        yield* readAgain(source, batch)
        yield* commit(source, batch)
      }
      for (let idle = 0; idle < MOST_IDLE && done().length < added.length;) {
        const next = yield* logged(source, limit)
        if (next === undefined) {
          idle++
          continue
        }
        const { batch, planned: { records } } = next
        yield* readAgain(source, batch)
        const count = batch.records?.length ?? 0
        if (count > limit) {
          return yield* broken("a batch keeps to its limit", `It has ${count} records, and the limit is ${limit}`)
        }
        if (records !== undefined && records !== count) {
          return yield* broken(
            "a plan says how many records its batch has, or leaves it open",
            `It says ${records}, and the batch has ${count}`,
          )
        }
        yield* commit(source, batch)
        idle = count === 0 ? idle + 1 : 0
      }
    })
  const expect = (when: string) =>
    Effect.gen(function* () {
      const found = done()
      const [has, wanted] = [found, added].map((records) => records.map(showRecord).sort().join(", "))
      if (has !== wanted) {
        return yield* broken(
          `each record is in one batch (${when})`,
          `The source has ${added.length} records: ${shown(added)}. The batches had ${found.length}: ${shown(found)}`,
        )
      }
      const places = new Map(added.map((each, i) => [showRecord(each), i]))
      const last = new Map<string, number>()
      for (const each of found) {
        const [place, part] = [places.get(showRecord(each)) ?? 0, partOf(each)]
        if (place < (last.get(part) ?? -1)) {
          return yield* broken(`the records of a part keep their order (${when})`, `The batches had ${shown(found)}`)
        }
        last.set(part, place)
      }
    })

  const killed = (kill: typeof KILLS[number]) =>
    process((source) =>
      Effect.gen(function* () {
        if (kill === "once it has opened the source") return
        if (kill === "before a plan is logged") return yield* Effect.asVoid(plan(source))
        const next = yield* logged(source)
        if (kill === "once a batch is read" && next !== undefined) yield* readAgain(source, next.batch)
      })
    )
  const summary = (source: Source) =>
    source.summary === undefined ? Effect.succeed(log.at(-1)?.position) : Effect.map(source.summary, structuredClone)

  const program = Effect.gen(function* () {
    yield* process((source) => drain(source))
    yield* more(5)
    yield* process((source) =>
      Effect.gen(function* () {
        yield* drain(source)
        yield* expect("records that were there at the start")
        yield* more(4)
        yield* drain(source)
        yield* expect("records that arrive later")
      })
    )
    if (keepsLimit) {
      yield* more(10)
      yield* process((source) => drain(source, 3))
      yield* expect("batches with a limit of 3")
    }
    for (const kill of KILLS) {
      yield* more(3)
      yield* killed(kill)
      // What arrives in between must not get into the position that was planned.
      yield* more(2)
      yield* process((source) => drain(source))
      yield* expect(`the process was killed ${kill}`)
    }
    const stands = yield* process(summary)
    if (stands !== undefined) {
      yield* more(3)
      yield* process((source) => drain(source), () => [stands])
      yield* expect("the process goes on behind the summary of all positions")
    }
    for (const millis of INTERRUPTIONS) {
      yield* more(1)
      yield* Effect.raceFirst(
        process((source) =>
          Effect.flatMap(logged(source), (next) => next === undefined ? Effect.void : readAgain(source, next.batch))
        ),
        inRealTime(Effect.sleep(millis)),
      )
      yield* process((source) => drain(source))
      yield* expect(`the process was interrupted after ${millis} ms`)
    }
  })
  return Effect.scoped(Effect.provide(program as Effect.Effect<void>, layer())) as never
}
