/**
 * The lives of a program that is killed, in virtual time.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type { AnyGraph, Listed } from "../dstream/graph/graph.ts"
import { CrashPoints } from "../durable/crash_points.ts"
import { type Crash, MemoryDisk } from "../durable/store/memory.ts"
import { runtimeOf } from "../streaming/context/context.ts"
import { firstTick } from "../streaming/scheduler.ts"
import * as StreamingContext from "../streaming_context.ts"
import { advance } from "./advance.ts"
import { longest } from "./batch_count.ts"
import { makeWorld, type OpenWorld, type World } from "./crash_world.ts"
import { layer, type Options } from "./harness.ts"

/** Makes the outputs of a program anew for each of its lives. */
export type Program<O extends Listed | AnyGraph> = (world: World) => O

/** Options of lives. `Testing.crashEverywhere` has more. */
export interface LifeOptions extends Options {
  /** What a crash does to the disk. Default: everything that was not synced is lost. */
  readonly crash?: Crash | undefined
  /** How much time each recording output takes, such as several batch intervals. Default none. */
  readonly outputsTake?: Duration.Input | undefined
  /** The parallelism of all lives but the first. Default: that of the first. */
  readonly rescaledTo?: number | undefined
  /** The program of all lives but the first. Default: the same. */
  readonly upgradedTo?: Program<Listed | AnyGraph> | undefined
  /** The settings of the streaming context. */
  readonly settings?: StreamingContext.Settings | undefined
  /** How the checkpoint is kept. Default: segments of 2,000 bytes. */
  readonly checkpoint?: StreamingContext.CheckpointSettings | undefined
}

const SEGMENT_BYTES = 2_000

/** A program, and how it is run. */
export interface Subject {
  readonly program: Program<Listed | AnyGraph>
  readonly options: LifeOptions
  readonly batchDuration: number
  /** The batch time before the first batch that is compared, and the last one. */
  readonly begin: number
  readonly end: number
}

/** A world with the disk of the checkpoint, and the time at which the last life was killed. */
export interface Place {
  readonly world: OpenWorld
  readonly disk: MemoryDisk
  now: number
}

/** How a life ended. */
export interface Life {
  /** The names of the points that it has passed, and the one at which it was killed. */
  readonly passed: ReadonlyArray<string>
  readonly isKilled: boolean
  readonly exit: Exit.Exit<void, unknown>
}

/** Runs all batches in a context. A life that is killed stays as it is: it closes nothing, as a process does not. */
const runBatches = Effect.fnUntraced(function* (
  { end, options }: Subject,
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
export const live = Effect.fnUntraced(function* (subject: Subject, place: Place, killAt: number) {
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

export const newPlace = ({ batchDuration, options }: Subject): Place => {
  const millis = Duration.toMillis(options.outputsTake ?? 0)
  // The virtual clock waits in real time before it goes further than a batch interval at once.
  const sleeps = Array.from(
    { length: Math.ceil(millis / batchDuration) },
    (_, i) => Math.min(batchDuration, millis - i * batchDuration),
  )
  return { world: makeWorld(sleeps), disk: new MemoryDisk(), now: options.clockStart ?? 0 }
}

/** A program, with the batches that are compared: as many as its longest input has, unless the options say otherwise. */
export const subjectOf = (program: Program<Listed | AnyGraph>, options: LifeOptions): Subject => {
  const batchDuration = Duration.toMillis(options.batchDuration ?? "1 second")
  const batches = options.batches ?? longest(program(makeWorld([]).current()))
  const zeroTime = firstTick(options.clockStart ?? 0, batchDuration) - batchDuration
  return { program, options, batchDuration, begin: zeroTime, end: zeroTime + batches * batchDuration }
}
