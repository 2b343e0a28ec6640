/**
 * Kills a program at every durable step, in virtual time, and lets it go on: what comes out must be the same.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import * as Fiber from "effect/Fiber"
import { CrashPoints } from "../durable/crash_points.ts"
import { type Crash, MemoryDisk } from "../durable/store/memory.ts"
import type { AnyGraph, ErrorsOf, Listed, RequirementsOf } from "../dstream/graph/graph.ts"
import type { ReceiverFailed } from "../receiver/errors.ts"
import type { CheckpointFailed } from "../streaming/checkpoint/errors.ts"
import { runtimeOf } from "../streaming/context/context.ts"
import type { BatchFailed, StartError } from "../streaming/errors.ts"
import * as StreamingContext from "../streaming_context.ts"
import { advance } from "./advance.ts"
import { equal } from "./compare.ts"
import { type CrashFailure, differences, NotRecovered, type Recovered } from "./crash_report.ts"
import { makeWorld, type OpenWorld, type World } from "./crash_world.ts"
import { layer, type Options, type Services } from "./harness.ts"
import { longest } from "./runs.ts"

/** Makes the outputs of a program anew for each of its lives. */
export type Program<O extends Listed | AnyGraph> = (world: World) => O

/** Options of {@link crashEverywhere}. */
export interface CrashOptions extends Options {
  /** What a crash does to the disk. Default: everything that was not synced is lost. */
  readonly crash?: Crash | undefined
  /** At every how many crash points the program is killed. Default 1, which is at each of them. */
  readonly every?: number | undefined
  /** How often the program is killed in each run; from the second time on it is soon after its start. Default 1. */
  readonly kills?: number | undefined
  /** How much time passes before the program starts again. Default none. */
  readonly downtime?: Duration.Input | undefined
  /** How much time each recording output takes, such as several batch intervals. Default none. */
  readonly outputsTake?: Duration.Input | undefined
  /** The parallelism of all lives but the first. Default: that of the first. */
  readonly rescaledTo?: number | undefined
  /** The program of all lives but the first. Default: the same. */
  readonly upgradedTo?: Program<Listed | AnyGraph> | undefined
  /** Whether the order of the records in a batch is compared. Default false. */
  readonly isOrdered?: boolean | undefined
  /** Returns what else is compared, such as the rows of a table that the program has written. Called after the last life. */
  readonly result?: ((world: World) => unknown) | undefined
  /** The settings of the streaming context. */
  readonly settings?: StreamingContext.Settings | undefined
  /** How the checkpoint is kept. Default: segments of 2,000 bytes. */
  readonly checkpoint?: StreamingContext.CheckpointSettings | undefined
}

const SEGMENT_BYTES = 2_000

/** The point at which a life that follows a crash is killed, from the point of that crash. */
const nextPoint = (point: number, kill: number): number => (5 * point + kill) % 23

/** A program, and how it is run. */
interface Subject {
  readonly program: Program<Listed | AnyGraph>
  readonly options: CrashOptions
  readonly batchDuration: number
  /** The last batch that is compared. */
  readonly end: number
}

/** A world with the disk of the checkpoint, and the time at which the last life was killed. */
interface Place {
  readonly world: OpenWorld
  readonly disk: MemoryDisk
  now: number
}

/** How a life ended. */
interface Life {
  /** The names of the points that it has passed, and the one at which it was killed. */
  readonly passed: ReadonlyArray<string>
  readonly isKilled: boolean
  readonly exit: Exit.Exit<void, unknown>
}

/** Runs all batches in a context. A life that is killed stays as it is: it closes nothing, as a process does not. */
const runBatches = Effect.fnUntraced(function* (
  { batchDuration, end, options }: Subject,
  { disk }: Place,
  outputs: Listed | AnyGraph,
  killed: Deferred.Deferred<void>,
) {
  const ssc = yield* StreamingContext.makeWith({ onFailure: options.onFailure, ...options.settings })
  yield* StreamingContext.checkpoint(ssc, disk.open(), { segmentBytes: SEGMENT_BYTES, ...options.checkpoint })
  const active = yield* StreamingContext.start(ssc, outputs)
  const runtime = yield* Effect.orDie(runtimeOf("crashEverywhere", active))
  const hasFailed = () => runtime.failed?.stops === true
  for (let due = runtime.due; due <= end && !hasFailed(); due = runtime.dueAfter(due)) {
    yield* Effect.raceFirst(advance(active), Deferred.await(killed))
    if (Deferred.isDoneUnsafe(killed)) return yield* Effect.never
  }
  if (hasFailed()) return yield* Effect.fail(runtime.failed?.failure)
  yield* StreamingContext.stop(active)
})

/** Runs a program until all batches have ended, or kills it at a point. */
const live = Effect.fnUntraced(function* (subject: Subject, place: Place, killAt: number) {
  const { options, program } = subject
  const world = place.world.current()
  const passed: Array<string> = []
  const killed = Deferred.makeUnsafe<void>()
  const reach = (name: string) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      if (Deferred.isDoneUnsafe(killed)) return Effect.never
      place.now = Math.max(place.now, now)
      if (passed.push(name) <= killAt) return Effect.void
      place.world.end()
      place.disk.crash(options.crash)
      Deferred.doneUnsafe(killed, Effect.void)
      return Effect.never
    })
  const isFirst = world.life === 0
  const make = isFirst ? program : options.upgradedTo ?? program
  const parallelism = isFirst ? options.parallelism : options.rescaledTo ?? options.parallelism
  const body = Effect.suspend(() => runBatches(subject, place, make(world), killed))
  const fiber = yield* Effect.forkDetach(
    Effect.scoped(body).pipe(
      Effect.provideService(CrashPoints, { reach }),
      Effect.provide(layer({ ...options, parallelism, clockStart: place.now })),
    ) as Effect.Effect<void, unknown>,
    { startImmediately: true },
  )
  const exit = yield* Effect.raceFirst(Fiber.await(fiber), Effect.exit(Deferred.await(killed)))
  const life: Life = { passed, exit, isKilled: Deferred.isDoneUnsafe(killed) }
  return life
})

const newPlace = ({ batchDuration, options }: Subject): Place => {
  const millis = Duration.toMillis(options.outputsTake ?? 0)
  // The virtual clock waits in real time before it goes further than a batch interval at once.
  const sleeps = Array.from(
    { length: Math.ceil(millis / batchDuration) },
    (_, i) => Math.min(batchDuration, millis - i * batchDuration),
  )
  return { world: makeWorld(sleeps), disk: new MemoryDisk(), now: options.clockStart ?? 0 }
}

/** Kills a program at a point, lets it go on, and compares. */
const crashAt = Effect.fnUntraced(function* (subject: Subject, whole: OpenWorld, point: number) {
  const { end, options } = subject
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
      place.now += Duration.toMillis(downtime)
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

/** Runs a program whole, then kills it at each crash point and lets it go on. */
export const crashEverywhere = <const O extends Listed | AnyGraph>(
  program: Program<O>,
  options: CrashOptions = {},
): Effect.Effect<
  Recovered,
  NotRecovered | StartError | ErrorsOf<O> | BatchFailed<ErrorsOf<O>> | ReceiverFailed | CheckpointFailed,
  Exclude<RequirementsOf<O>, Services | Scope.Scope>
> =>
  Effect.gen(function* () {
    const batchDuration = Duration.toMillis(options.batchDuration ?? "1 second")
    const batches = options.batches ?? longest(program(makeWorld([]).current()))
    const zeroTime = Math.floor((options.clockStart ?? 0) / batchDuration) * batchDuration
    const subject: Subject = { program, options, batchDuration, end: zeroTime + batches * batchDuration }
    const { points, world } = yield* runWhole(subject)
    const failures: Array<CrashFailure> = []
    let [lives, repeats] = [1, 0]
    for (let point = 0; point < points.length; point += options.every ?? 1) {
      const crashed = yield* crashAt(subject, world, point)
      failures.push(...crashed.failures)
      lives += crashed.lives
      repeats += crashed.repeats
    }
    const recovered: Recovered = { points, lives, repeats }
    if (failures.length > 0) return yield* new NotRecovered({ ...recovered, failures })
    return recovered
  }) as never
