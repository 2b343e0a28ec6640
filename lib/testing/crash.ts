/**
 * Kills a program at every durable step, in virtual time, and lets it go on: what comes out must be the same.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { AnyGraph, ErrorsOf, Listed, RequirementsOf } from "../dstream/graph/graph.ts"
import type { ReceiverFailed } from "../receiver/errors.ts"
import type { CheckpointFailed } from "../streaming/checkpoint/errors.ts"
import type { BatchFailed, StartError } from "../streaming/errors.ts"
import { equal } from "./compare.ts"
import { type LifeOptions, live, newPlace, type Program, type Subject, subjectOf } from "./crash_life.ts"
import { type CrashFailure, differences, NotRecovered, type Recovered } from "./crash_report.ts"
import type { OpenWorld, World } from "./crash_world.ts"
import type { Services } from "./harness.ts"

/** Options of {@link crashEverywhere}. */
export interface CrashOptions extends LifeOptions {
  /** At every how many crash points the program is killed. Default 1, which is at each of them. */
  readonly every?: number | undefined
  /** How often the program is killed in each run; from the second time on it is soon after its start. Default 1. */
  readonly kills?: number | undefined
  /**
   * How much time passes before the program starts again, if it has started once: a program that was killed before has no
   * batches to make up for. Default none.
   */
  readonly downtime?: Duration.Input | undefined
  /** Whether the order of the records in a batch is compared. Default false. */
  readonly isOrdered?: boolean | undefined
  /** Returns what else is compared, such as the rows of a table that the program has written. Called after the last life. */
  readonly result?: ((world: World) => unknown) | undefined
}

/** The point at which a life that follows a crash is killed, from the point of that crash. */
const nextPoint = (point: number, kill: number): number => (5 * point + kill) % 23

/** Kills a program at a point, lets it go on, and compares. */
const crashAt = Effect.fnUntraced(function* (
  subject: Subject,
  options: CrashOptions,
  whole: OpenWorld,
  point: number,
) {
  const { end } = subject
  const { downtime = 0, isOrdered = false, kills = 1 } = options
  const place = newPlace(subject)
  let name = ""
  let lives = 0
  for (let kill = 0;; kill++) {
    const killAt = kill === 0 ? point : kill < kills ? nextPoint(point, kill) : Infinity
    const { exit, isKilled, passed } = yield* live(subject, place, killAt)
    lives++
    if (isKilled) {
      name += `${kill === 0 ? "" : ", then at "}${killAt} (${passed.at(-1)})`
      if (passed.includes("started")) place.now += Duration.toMillis(downtime)
      continue
    }
    if (exit._tag === "Failure") {
      const failure: CrashFailure = {
        point: name,
        batch: undefined,
        output: undefined,
        expected: undefined,
        found: Cause.squash(exit.cause),
      }
      return { lives, failures: [failure], repeats: place.world.repeats() }
    }
    const failures = differences(name, whole, place.world, end, isOrdered)
    if (options.result !== undefined) {
      const [expected, found] = [whole, place.world].map((world) => options.result?.(world.current()))
      if (!equal(expected, found)) failures.push({ point: name, output: "result", batch: undefined, expected, found })
    }
    return { lives, failures, repeats: place.world.repeats() }
  }
})

/** Runs a program whole. Gives the points that it passes, and what it records. */
const runWhole = Effect.fnUntraced(function* (subject: Subject) {
  const place = newPlace(subject)
  const { exit, passed } = yield* live(subject, place, Infinity)
  yield* exit
  return { points: passed, world: place.world }
})

/**
 * Runs a program whole in virtual time, then again and again, each time killed at another durable step and started again
 * with what was durable. Succeeds if every recovery gives the same records in the same batches, and fails with
 * {@link NotRecovered} otherwise. A program of some batches takes a second or two.
 *
 * `program` makes the outputs anew for each life. `world.record` makes outputs whose records outlive the lives and are
 * compared. Inputs, stateful operators, windows and outputs need names, as always with a checkpoint. The checkpoint is in
 * memory, and a crash loses what was not synced.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const program = ({ record }: Testing.World) => [
 *   Testing.input([["a", "b"], ["a"]]).pipe(
 *     DStream.named("words"),
 *     DStream.countByValueAndWindow("2 seconds"),
 *     DStream.named("counts"),
 *     record("counted"),
 *   ),
 * ] as const
 * const { lives, points } = await Effect.runPromise(Testing.crashEverywhere(program))
 * assert.ok(points.length > 30 && lives > points.length)
 *
 * let calls = 0
 * const forgetful = ({ record }: Testing.World) => [
 *   Testing.input([["a"], ["b"]]).pipe(DStream.named("words"), DStream.map((word) => `${word}${calls++}`), record("numbered")),
 * ] as const
 * const { message } = await Effect.runPromise(Effect.flip(Testing.crashEverywhere(forgetful)))
 * assert.match(message, /the program did not go on as if nothing had happened\n  killed at 0 /)
 * ```
 */
export const crashEverywhere = <const O extends Listed | AnyGraph>(
  program: Program<O>,
  options: CrashOptions = {},
): Effect.Effect<
  Recovered,
  NotRecovered | StartError | ErrorsOf<O> | BatchFailed<ErrorsOf<O>> | ReceiverFailed | CheckpointFailed,
  Exclude<RequirementsOf<O>, Services | Scope.Scope>
> =>
  Effect.gen(function* () {
    const subject = subjectOf(program, options)
    const { points, world } = yield* runWhole(subject)
    const failures: Array<CrashFailure> = []
    let [lives, repeats] = [1, 0]
    for (let point = 0; point < points.length; point += options.every ?? 1) {
      const crashed = yield* crashAt(subject, options, world, point)
      failures.push(...crashed.failures)
      lives += crashed.lives
      repeats += crashed.repeats
    }
    const recovered: Recovered = { points, lives, repeats }
    if (failures.length > 0) return yield* new NotRecovered({ ...recovered, failures })
    return recovered
  }) as never
