/**
 * Actions that run while a stream is evaluated, noted on this side, so that the other side's copy of the stream comes upon
 * what they have found, in the same order, without running them.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { type AnyDStream, Evaluating } from "../../dstream/dstream.ts"
import type { Block } from "../../rdd/block.ts"
import type { Engine } from "../../rdd/engine.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"

/** One action (or sleep, of a timeout for example): what was asked, and what it has found. */
interface Action {
  readonly asked: string
  /** The partitions that came one by one, in their order. */
  readonly blocks: Array<readonly [block: Block<never>, partition: number]>
  /** Undefined: it had not ended when the stream had its RDD. */
  exit: Exit.Exit<unknown, unknown> | undefined
}

/** What has happened, in its order: actions may run side by side. */
type Log = Array<{ readonly action: Action; readonly what: "begin" | "block" | "end" }>

/** The actions of a batch, by the stream whose evaluation has run them. */
export type Logs = Map<AnyDStream, Log>

/** The same question on both sides has the same text: the operation stands where it stands in the source. */
const question = (kind: "run" | "layout", { operation, site }: AnyRDD, partitions?: ReadonlyArray<number>): string =>
  `${kind} ${operation} at ${site.short}, partitions ${partitions?.join() ?? "all"}`

type Each = (block: Block<never>, partition: number) => Effect.Effect<void>

/** Runs something that a stream's evaluation has asked for, and notes it. What runs inside of it is part of it. */
const noted = <A, E, R>(
  logs: Logs,
  asked: string,
  run: (action: Action, log: Log) => Effect.Effect<A, E, R>,
): Effect.Effect<A, E, R> =>
  Effect.flatMap(Evaluating, (stream) => {
    const action: Action = { asked, blocks: [], exit: undefined }
    if (stream === undefined) return run(action, [])
    const log = logs.get(stream) ?? []
    logs.set(stream, log)
    log.push({ action, what: "begin" })
    return Effect.onExit(Effect.provideService(run(action, log), Evaluating, undefined), (exit) =>
      Effect.sync(() => {
        action.exit = exit
        log.push({ action, what: "end" })
      }))
  })

/** An engine that notes what actions find. */
export const noting = (engine: Engine, logs: Logs): Engine => ({
  ...engine,
  run: (rdd, partitions, each) =>
    noted(logs, question("run", rdd, partitions), (action, log) => {
      const telling: typeof each = each && ((block, partition) => {
        action.blocks.push([block as Block<never>, partition])
        log.push({ action, what: "block" })
        return each(block, partition)
      })
      return engine.run(rdd, partitions, telling)
    }),
  layout: (rdd) => noted(logs, question("layout", rdd), () => engine.layout(rdd)),
})

/** Durations may be random. */
const SLEEP = "sleep"

const withSleep = (sleep: (clock: Clock.Clock) => Clock.Clock["sleep"]) => <A, E, R>(self: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Clock.Clock, (clock) =>
    // A clock may be more than its interface says, as that of tests is.
    Effect.provideService(self, Clock.Clock, Object.assign(Object.create(clock), { sleep: sleep(clock) })))

/** Notes the sleeps of an effect: what was interrupted by a timeout is so again, without waiting for it. */
export const notingSleeps = (logs: Logs): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R> =>
  withSleep((clock) => (duration) => noted(logs, SLEEP, () => clock.sleep(duration)))

/** How long an action waits for its turn to end, in milliseconds; then the two sides are not alike. */
const PATIENCE = 10_000

/** One log, gone through once more: an action ends when all has happened that happened before it ended. */
class Replay {
  readonly #log: Log
  #at = 0
  /** `told`: partitions that somebody has been given, and the log has not come to yet. */
  readonly #begun = new Map<Action, { readonly ended: Deferred.Deferred<void>; told: number }>()

  constructor(log: Log) {
    this.#log = log
  }

  /** The action that was asked this; undefined: there is none left. */
  begin(asked: string): Action | undefined {
    const found = this.#log.find(({ action, what }) =>
      what === "begin" && action.asked === asked && !this.#begun.has(action)
    )
    if (found === undefined) return undefined
    this.#begun.set(found.action, { ended: Deferred.makeUnsafe(), told: 0 })
    this.#advance()
    return found.action
  }

  /** Says that somebody has been given one more partition of an action. */
  told(action: Action): void {
    const begun = this.#begun.get(action)
    if (begun !== undefined) begun.told++
    this.#advance()
  }

  /** Waits until it is an action's turn to end. */
  turn(action: Action): Effect.Effect<void> {
    const begun = this.#begun.get(action)
    // In real time: what happens between actions takes as long as it did here, whatever the clock of the test says.
    const live = Clock.Clock.defaultValue()
    return begun === undefined
      ? Effect.void
      : Effect.raceFirst(Deferred.await(begun.ended), live.sleep(Duration.millis(PATIENCE)))
  }

  #advance(): void {
    for (let next = this.#log[this.#at]; next !== undefined; next = this.#log[++this.#at]) {
      const begun = this.#begun.get(next.action)
      if (begun === undefined || (next.what === "block" && begun.told === 0)) return
      if (next.what === "block") begun.told--
      if (next.what === "end") Deferred.doneUnsafe(begun.ended, Effect.void)
    }
  }
}

/** How the evaluation of copies goes: what it runs on, and what that finds. */
export interface Replaying {
  readonly engine: Engine
  /** The log of a stream of the copy. */
  readonly logOf: (stream: AnyDStream) => Log | undefined
  /** The failure where there is nothing to be found. */
  readonly unknown: (stream: AnyDStream | undefined, asked: string) => Error
}

/** Gives the evaluation of copies an engine and sleeps that repeat what was noted. */
export const replaying = <A, E, R>(
  { engine, logOf, unknown }: Replaying,
  use: (engine: Engine) => Effect.Effect<A, E, R>,
): Effect.Effect<A, E, R> =>
  Effect.flatMap(Clock.Clock, (clock) => {
    const replays = new Map<AnyDStream, Replay>()
    const replayOf = (stream: AnyDStream | undefined): Replay | undefined => {
      const log = stream && logOf(stream)
      if (stream === undefined || log === undefined) return undefined
      const replay = replays.get(stream) ?? new Replay(log)
      replays.set(stream, replay)
      return replay
    }
    const repeated = (asked: string, each?: Each): Effect.Effect<never> =>
      Effect.gen(function* () {
        const stream = yield* Evaluating
        const replay = replayOf(stream)
        const action = replay?.begin(asked)
        if (replay === undefined || action === undefined) return yield* Effect.die(unknown(stream, asked))
        for (const [block, partition] of action.blocks) {
          if (each !== undefined) yield* each(block, partition)
          replay.told(action)
        }
        const { exit } = action
        if (exit === undefined) return yield* Effect.interrupt
        // Something has interrupted it, and will do so here: a timeout, or what has won a race.
        if (Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause)) return yield* Effect.never
        yield* replay.turn(action)
        return yield* exit as Exit.Exit<never>
      })
    const sleep: Clock.Clock["sleep"] = (duration) =>
      Effect.flatMap(Evaluating, (stream) => stream === undefined ? clock.sleep(duration) : repeated(SLEEP))
    const other: Engine = {
      ...engine,
      run: (rdd, partitions, each) => repeated(question("run", rdd, partitions), each as Each | undefined),
      layout: (rdd) => repeated(question("layout", rdd)),
    }
    return withSleep(() => sleep)(use(other))
  })
