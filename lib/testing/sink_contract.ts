/**
 * The contract of sinks as a check that users can run on their own.
 *
 * @module
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { showRecord } from "../core/show.ts"
import type { Sink, SinkBatch } from "../dstream/outputs/sink.ts"

/** A sink to check, on a place that is empty at first. */
export interface SinkToCheck<A, E = never, R = never> {
  /** Opens the sink, as a process does that starts. It is called several times on the same place. */
  readonly open: Effect.Effect<Sink<A, E, R>, E, R | Scope.Scope>
  /** Reads all records that the place has, in any order. */
  readonly read: Effect.Effect<ReadonlyArray<A>, E, R | Scope.Scope>
  /** Makes the n-th record. Different numbers make different records. */
  readonly record: (n: number) => A
}

/** A sink does not do what the contract says. */
export class SinkBroken extends Data.Error<{
  /** What the contract says. */
  readonly rule: string
  /** What the sink has done instead. */
  readonly found: string
}> {
  readonly _tag = "SinkBroken" as const
  override get message(): string {
    return `The sink breaks a rule: ${this.rule}. ${this.found}`
  }
}

/** How a rule ends the transaction of a batch. */
type End = "commit" | "nothing" | "failure" | "interruption"

/**
 * Checks that a sink writes each batch once: batches that are committed are there once, also if they run again in another
 * process or twice at the same time; batches that fail, are interrupted or are not committed leave nothing and can run again.
 * Fails with {@link SinkBroken}, or with the error of the sink.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import type { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const store: Array<number> = []
 * const forgetful: DStream.Sink<number> = {
 *   begin: () =>
 *     Effect.sync(() => {
 *       const written: Array<number> = []
 *       return {
 *         write: (records) => Effect.sync(() => void written.push(...records)),
 *         commit: Effect.sync(() => void store.push(...written)),
 *       }
 *     }),
 * }
 * const checked = Testing.checkSink({
 *   open: Effect.succeed(forgetful),
 *   read: Effect.sync(() => store.slice()),
 *   record: (n) => n,
 * })
 * assert.match((await Effect.runPromise(Effect.flip(checked))).message, /a batch that is committed is not written again/)
 * ```
 */
export const checkSink = <A, E, R>(
  { open, read, record }: SinkToCheck<A, E, R>,
): Effect.Effect<void, E | SinkBroken, Exclude<R, Scope.Scope>> => {
  let next = 0
  const some = (count: number) => Array.from({ length: count }, () => record(next++))
  const batch = (output: string, time: number, attempt = 0): SinkBatch => ({
    output,
    time,
    attempt,
    recovered: attempt > 0,
  })
  /** Runs a batch in two partitions, in a process of its own. */
  const run = (of: SinkBatch, records: ReadonlyArray<A>, end: End) =>
    Effect.scoped(Effect.gen(function* () {
      const sink = yield* open
      const transaction = yield* sink.begin(of)
      if (transaction === undefined) return
      const half = records.length >> 1
      yield* transaction.write(records.slice(0, half))
      yield* transaction.write(records.slice(half))
      if (end === "commit") yield* transaction.commit
      else if (end === "failure") yield* Effect.die("asked for")
      else if (end === "interruption") yield* Effect.interrupt
    }))
  const written: Array<A> = []
  const expect = (rule: string) =>
    Effect.gen(function* () {
      const [found, wanted] = [yield* Effect.scoped(read), written].map((all) => all.map(showRecord).sort())
      if (found!.join("\n") === wanted!.join("\n")) return
      return yield* new SinkBroken({
        rule,
        found: `It has ${found!.length} records instead of ${wanted!.length}: ${found!.join(", ") || "none"}`,
      })
    })
  return Effect.gen(function* () {
    const first = some(5)
    yield* run(batch("a", 1000), first, "commit")
    written.push(...first)
    yield* expect("a batch that is committed can be read")
    yield* run(batch("a", 1000, 1), first, "commit")
    yield* expect("a batch that is committed is not written again")
    for (const end of ["nothing", "failure", "interruption"] as const) {
      const time = 2000 + written.length
      const records = some(4)
      yield* Effect.exit(run(batch("a", time), records, end))
      yield* expect(`a batch that is not committed leaves nothing (${end} instead of commit)`)
      yield* run(batch("a", time, 1), records, "commit")
      written.push(...records)
      yield* expect(`a batch that was not committed can run again (after ${end})`)
    }
    const other = some(3)
    yield* run(batch("b", 1000), other, "commit")
    written.push(...other)
    yield* expect("outputs with different names do not know each other's batches")
    yield* run(batch("a", 9000), [], "commit")
    yield* run(batch("a", 9000, 1), some(1), "commit")
    yield* expect("a batch without records is committed too")
    // At the same time, all but one may fail: a place can be locked, and a process that has been replaced must be refused.
    const together = (...runs: ReadonlyArray<Effect.Effect<unknown, unknown, unknown>>) =>
      Effect.all(runs.map((one) => Effect.exit(one)), { concurrency: "unbounded" })
    const [left, right] = [some(6), some(6)]
    yield* together(run(batch("a", 10_000), left, "commit"), run(batch("b", 10_000), right, "commit"))
    yield* run(batch("a", 10_000, 1), left, "commit")
    yield* run(batch("b", 10_000, 1), right, "commit")
    written.push(...left, ...right)
    yield* expect("two outputs that write at the same time, and again if they fail, do not disturb each other")
    const twice = some(6)
    yield* together(run(batch("a", 11_000), twice, "commit"), run(batch("a", 11_000), twice, "commit"))
    yield* run(batch("a", 11_000, 1), twice, "commit")
    written.push(...twice)
    yield* expect("a batch that runs twice at the same time is written once")
  }) as Effect.Effect<void, E | SinkBroken, Exclude<R, Scope.Scope>>
}
