/**
 * Actions that run while a stream is evaluated, noted on this side, so that the other side's copy of the stream comes upon
 * what they have found, in the same order, without running them.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { type AnyDStream, Evaluating } from "../dstream/dstream.ts"
import type { Block } from "../rdd/block.ts"
import type { Engine } from "../rdd/engine.ts"
import type { AnyRDD } from "../rdd/rdd.ts"

/** One action: what was asked, and what it has found. */
interface Action {
  readonly asked: string
  /** The partitions that came one by one, in their order. */
  readonly blocks: Array<readonly [block: Block<never>, partition: number]>
  /** Undefined: it had not ended when the stream had its RDD. */
  exit: Exit.Exit<unknown, unknown> | undefined
}

/** Beginnings and ends of actions, in their order: actions may run side by side. */
type Log = Array<{ readonly action: Action; readonly ends: boolean }>

/** The actions of a batch, by the stream whose evaluation has run them. */
export type Logs = Map<AnyDStream, Log>

/** The same question on both sides has the same text: the operation stands where it stands in the source. */
const question = (kind: "run" | "layout", { operation, site }: AnyRDD, partitions?: ReadonlyArray<number>): string =>
  `${kind} ${operation} at ${site.short}, partitions ${partitions?.join() ?? "all"}`

type Each = (block: Block<never>, partition: number) => Effect.Effect<void>

/** An engine that notes what actions find. Those that run inside an action are part of it. */
export const noting = (engine: Engine, logs: Logs): Engine => {
  const noted = <A, E, R>(asked: string, run: (action: Action) => Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatMap(Evaluating, (stream) => {
      const action: Action = { asked, blocks: [], exit: undefined }
      if (stream === undefined) return run(action)
      const log = logs.get(stream) ?? []
      logs.set(stream, log)
      log.push({ action, ends: false })
      return Effect.onExit(Effect.provideService(run(action), Evaluating, undefined), (exit) =>
        Effect.sync(() => {
          action.exit = exit
          log.push({ action, ends: true })
        }))
    })
  const telling = (action: Action, each: Each | undefined): Each | undefined =>
    each && ((block, partition) => {
      action.blocks.push([block, partition])
      return each(block, partition)
    })
  return {
    ...engine,
    run: (rdd, partitions, each) =>
      noted(
        question("run", rdd, partitions),
        (action) => engine.run(rdd, partitions, telling(action, each as Each | undefined) as typeof each),
      ),
    layout: (rdd) => noted(question("layout", rdd), () => engine.layout(rdd)),
  }
}

/** How often an action looks whether it may end, before it does so anyway: the two sides are not alike then. */
const PATIENCE = 1_000

/** One log, gone through once more: an action ends when all has happened that happened before it ended. */
class Replay {
  readonly #log: Log
  #at = 0
  readonly #begun = new Set<Action>()
  readonly #ended = new Set<Action>()

  constructor(log: Log) {
    this.#log = log
  }

  /** The action that was asked this; undefined: there is none left. */
  begin(asked: string): Action | undefined {
    const found = this.#log.find(({ action, ends }) => !ends && action.asked === asked && !this.#begun.has(action))
    if (found === undefined) return undefined
    this.#begun.add(found.action)
    this.#advance()
    return found.action
  }

  /** Waits until it is an action's turn to end. */
  turn(action: Action): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      for (let i = 0; i < PATIENCE && !this.#ended.has(action); i++) yield* Effect.yieldNow
    })
  }

  #advance(): void {
    for (let next = this.#log[this.#at]; next !== undefined && this.#begun.has(next.action);) {
      if (next.ends) this.#ended.add(next.action)
      next = this.#log[++this.#at]
    }
  }
}

/** An engine for the copy of a stream: its actions find what those of `logOf` have found. */
const repeating = (
  engine: Engine,
  logOf: (stream: AnyDStream) => Log | undefined,
  unknown: (stream: AnyDStream | undefined, asked: string) => Error,
  stuck: Deferred.Deferred<void>,
): Engine => {
  const replays = new Map<AnyDStream, Replay>()
  const repeated = (asked: string, each?: Each): Effect.Effect<never> =>
    Effect.gen(function* () {
      const stream = yield* Evaluating
      const log = stream && logOf(stream)
      if (stream === undefined || log === undefined) return yield* Effect.die(unknown(stream, asked))
      const replay = replays.get(stream) ?? new Replay(log)
      replays.set(stream, replay)
      const action = replay.begin(asked)
      if (action === undefined) return yield* Effect.die(unknown(stream, asked))
      if (each !== undefined) { for (const [block, partition] of action.blocks) yield* each(block, partition) }
      const { exit } = action
      if (exit === undefined) return yield* Effect.interrupt
      if (Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause)) {
        // Something has interrupted it, and will do so here: a timeout, or what has won a race.
        Deferred.doneUnsafe(stuck, Effect.void)
        return yield* Effect.never
      }
      yield* replay.turn(action)
      return yield* exit as Exit.Exit<never>
    })
  return {
    ...engine,
    run: (rdd, partitions, each) => repeated(question("run", rdd, partitions), each as Each | undefined),
    layout: (rdd) => repeated(question("layout", rdd)),
  }
}

/**
 * Gives the evaluation of copies an engine that repeats what was noted. Where an action does not end, sleeps do: a timeout
 * has interrupted it on this side, and need not be waited for once more.
 */
export const replaying = <A, E, R>(
  engine: Engine,
  logOf: (stream: AnyDStream) => Log | undefined,
  unknown: (stream: AnyDStream | undefined, asked: string) => Error,
  use: (engine: Engine) => Effect.Effect<A, E, R>,
): Effect.Effect<A, E, R> =>
  Effect.flatMap(Clock.Clock, (clock) => {
    const stuck = Deferred.makeUnsafe<void>()
    // A clock may be more than its interface says, as that of tests is.
    const hurried: Clock.Clock = Object.assign(Object.create(clock), {
      sleep: (duration: Parameters<typeof clock.sleep>[0]) =>
        Effect.raceFirst(clock.sleep(duration), Deferred.await(stuck)),
    })
    return Effect.provideService(use(repeating(engine, logOf, unknown, stuck)), Clock.Clock, hurried)
  })
