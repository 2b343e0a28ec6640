/**
 * A run and its checkpoint: what of a batch is written, and how a run goes on where an earlier one has ended.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type AnyDStream, originalOf } from "../dstream/dstream.ts"
import { durableNames } from "../dstream/graph/durable_names.ts"
import type { AnyGraph } from "../dstream/graph/graph.ts"
import type { History } from "../dstream/graph/history.ts"
import { nodes } from "../dstream/graph/nodes.ts"
import type { Allocation } from "../dstream/inputs/allocation.ts"
import type { AnyOutput } from "../dstream/outputs/output.ts"
import { CrashPoints } from "../durable/crash_points.ts"
import type { Engine } from "../rdd/engine.ts"
import type { Capturing } from "../rdd/state.ts"
import type { Restored } from "../engine/copy/notes.ts"
import { isClusterError } from "../engine/spark/errors.ts"
import { DriverValues } from "./batch/driver_values.ts"
import type { Work } from "./batch/work.ts"
import { type Beginning, continued, fresh } from "./beginning.ts"
import { Checkpoint, type CheckpointSettings, type Kept } from "./checkpoint/checkpoint.ts"
import { FORMAT, type OperatorEntry, type Summary } from "./checkpoint/entries.ts"
import { CheckpointFailed, type CheckpointReason } from "./checkpoint/errors.ts"
import { readKept, writeKept } from "./checkpoint/kept_rdds.ts"
import { CheckpointMismatch, compare, type Match, problemsOf } from "./checkpoint/matching.ts"
import { operatorsOf } from "./checkpoint/operators.ts"
import type { Recovered } from "./checkpoint/recovered.ts"
import { decoder, encoder } from "../dstream/state/formats.ts"
import type { Recovery } from "./listeners/events.ts"
import { DurableInputs } from "./durable_inputs.ts"

/** A state that is logged. */
interface LoggedState extends Capturing {
  readonly name: string
  readonly version: number | undefined
}

/** The checkpoint of a run. */
export class Durability {
  readonly checkpoint: Checkpoint
  readonly inputs: DurableInputs
  /** How the operators of the program match those of the checkpoint; empty if it is a new one. */
  readonly matches: ReadonlyArray<Match>
  /** Is told of each durable step by its name. Undefined outside tests. */
  readonly reach: CrashPoints["reach"] | undefined
  readonly #settings: CheckpointSettings
  readonly #graph: AnyGraph
  readonly #engine: Engine
  readonly #batchDuration: number
  readonly #names: ReadonlyMap<AnyDStream, string>
  readonly #streams: ReadonlyMap<string, AnyDStream>
  readonly #operators: Readonly<Record<string, OperatorEntry>>
  /** The states that are logged, by id. */
  readonly #states = new Map<string, LoggedState>()
  /** The outputs that an earlier process has done in batches that it did not end. */
  readonly #done: Recovered["done"]
  /** The batches that an earlier process may have run. */
  readonly #recovered: ReadonlySet<number>
  readonly values: DriverValues
  #history: History | undefined
  #zeroTime = 0
  #lastTime = 0
  #latest = -Infinity

  private constructor(
    checkpoint: Checkpoint,
    matches: ReadonlyArray<Match>,
    settings: CheckpointSettings,
    { batchDuration, engine, graph }: DurabilityOptions,
    names: ReadonlyMap<AnyDStream, string>,
    operators: Readonly<Record<string, OperatorEntry>>,
    crashPoints: CrashPoints | undefined,
  ) {
    this.checkpoint = checkpoint
    this.reach = crashPoints?.reach
    this.matches = matches
    this.#settings = settings
    this.#graph = graph
    this.#engine = engine
    this.#batchDuration = batchDuration
    this.#names = names
    this.#streams = new Map(Array.from(names, ([stream, name]) => [name, stream]))
    this.#operators = operators
    const { recovered } = checkpoint
    this.#done = recovered.done
    this.#recovered = new Set(recovered.open.keys())
    this.inputs = new DurableInputs(checkpoint, names, (name) => this.#isUsable(name))
    this.values = new DriverValues(recovered.values)
  }

  /** Opens the checkpoint of a run, and compares it with the program. */
  static open(
    settings: CheckpointSettings,
    options: DurabilityOptions,
  ): Effect.Effect<Durability, CheckpointFailed | CheckpointMismatch, Scope.Scope> {
    return Effect.gen(function* () {
      const crashPoints = yield* CrashPoints
      const checkpoint = yield* Checkpoint.open(settings.store, settings)
      const { summary } = checkpoint.recovered
      const { directory } = checkpoint
      const names = durableNames(options.graph)
      const operators = operatorsOf(options.graph, names)
      const matches = summary === undefined ? [] : compare(summary.operators, operators)
      const problems = [...problemsOf(matches, settings.drop)]
      if (summary !== undefined && summary.batchDuration !== options.batchDuration) {
        problems.push(
          `its batch interval is ${summary.batchDuration} ms, that of the program ${options.batchDuration} ms`,
        )
      }
      if (problems.length > 0) return yield* new CheckpointMismatch({ directory, problems })
      return new Durability(checkpoint, matches, settings, options, names, operators, crashPoints)
    })
  }

  /** What the checkpoint had, for listeners; undefined if it is new. */
  get recovery(): Recovery | undefined {
    const { directory, recovered: { lastTime, open, summary } } = this.checkpoint
    return summary === undefined
      ? undefined
      : { directory, lastTime, pending: Array.from(open.keys()), matches: this.matches }
  }

  /** Whether the data that the checkpoint has under a name can be used. */
  #isUsable(name: string): boolean {
    const match = this.matches.find((each) => each.name === name)
    return match?._tag === "Matched" || match?._tag === "Migrates"
  }

  /** Decides where the run begins. */
  get beginning(): Effect.Effect<Beginning> {
    return Effect.gen({ self: this }, function* () {
      const { directory, recovered } = this.checkpoint
      const [batchDuration, graph] = [this.#batchDuration, this.#graph]
      const beginning = recovered.summary === undefined ? yield* fresh(batchDuration) : yield* continued({
        directory,
        lastTime: recovered.lastTime,
        pending: Array.from(recovered.open.values(), (allocation) => this.inputs.shown(allocation)),
        zeroTime: recovered.summary.zeroTime,
        batchDuration,
        slides: nodes(graph).map(({ slideDuration }) => slideDuration ?? batchDuration),
        catchUp: this.#settings.catchUp,
      })
      this.#zeroTime = beginning.zeroTime
      this.#lastTime = recovered.summary === undefined ? beginning.last : recovered.lastTime
      return beginning
    })
  }

  /** Gives the run the states and the kept RDDs that were there, and writes what the run is. */
  begin(history: History, { last }: Beginning): Effect.Effect<ReadonlyArray<Restored>, CheckpointFailed, unknown> {
    return Effect.gen({ self: this }, function* () {
      const restored: Array<Restored> = []
      this.#history = history
      history.resume(last)
      const { kept, states } = this.checkpoint.recovered
      const { address } = history.at(history.zeroTime)
      for (const [stream, name] of this.#names) {
        if (stream.traits.keeps !== "always" || stream.traits.durable?.rebuilds === true) continue
        const id = address(stream)
        const { fields, format } = stream.traits.durable ?? {}
        this.#states.set(id, { id, name, version: format?.version, encode: format && encoder(format), fields })
        const captures = this.#isUsable(name) ? states.get(name) ?? [] : []
        const last = captures.at(-1)
        if (last === undefined) continue
        // All captures that are needed are of one version: after a migration, the first one has the whole state.
        const restoring = format && decoder(format, last.version)
        yield* Effect.mapError(
          this.#engine.restoreState(id, last.at, captures.map(({ bytes }) => bytes), restoring),
          (reason) => this.#failed(`read the state ${JSON.stringify(name)}`, reason),
        )
      }
      for (const [name, entries] of kept) {
        const stream = this.#streams.get(name)
        if (stream === undefined || !this.#isUsable(name)) continue
        for (const [at, entry] of entries) {
          if (at <= last - history.rememberOf(stream)) continue
          const rdd = readKept(this.checkpoint, entry)
          history.restore(at, stream, rdd)
          restored.push({ stream, time: at, rdd })
        }
      }
      states.clear()
      kept.clear()
      yield* this.#summarize(true)
      yield* this.reached("started")
      // Each start writes a segment: many that fail before their first batch must not fill the disk.
      if (this.hasOldSegments) yield* this.clean
      return restored
    })
  }

  /** Tells a test that a durable step has been reached. */
  reached(step: string): Effect.Effect<void> {
    return this.reach?.(step) ?? Effect.void
  }

  #failed(operation: string, reason: CheckpointReason): CheckpointFailed {
    return new CheckpointFailed({ directory: this.checkpoint.directory, operation, reason })
  }

  #summarize(isStart: boolean): Effect.Effect<void, CheckpointFailed, unknown> {
    return Effect.gen({ self: this }, function* () {
      const summary: Summary = {
        format: FORMAT,
        zeroTime: this.#zeroTime,
        batchDuration: this.#batchDuration,
        lastTime: this.#lastTime,
        operators: this.#operators,
        resume: yield* this.inputs.resumeOf((name) => this.#operators[name] !== undefined),
        values: Object.fromEntries(this.values.committed),
      }
      yield* this.checkpoint.summarize(summary, isStart)
    })
  }

  /** Writes what a batch reads. Gives an effect that waits until that is durable. */
  allocated(allocation: Allocation): Effect.Effect<void, CheckpointFailed> {
    this.#lastTime = Math.max(this.#lastTime, allocation.time)
    const logged = this.inputs.logged(allocation)
    return Effect.andThen(this.checkpoint.allocated(logged), this.reached("allocated"))
  }

  /** The work of a batch without the outputs that an earlier process has done. */
  undone(time: number, work: Work): Work {
    const done = this.#done.get(time)
    if (done === undefined) return work
    // Outputs run in order, so the last one that is done has left the values as all of them did.
    this.values.reset(new Map(Object.entries(Array.from(done.values()).at(-1) ?? {})))
    return { ...work, jobs: work.jobs.filter(({ output: { name } }) => name === undefined || !done.has(name)) }
  }

  /** Whether what is written must survive a loss of power. */
  get isSynced(): boolean {
    return this.#settings.sync ?? true
  }

  /** Whether an earlier process may have run a batch. */
  isRecovered(time: number): boolean {
    return this.#recovered.has(time)
  }

  /** Notes that an output is done. */
  done(time: number, { name }: AnyOutput): void {
    if (name !== undefined) this.checkpoint.done(time, name, Object.fromEntries(this.values.changes))
  }

  /** Captures a state. Gives nothing if it has not changed. */
  #capture(time: number, state: LoggedState): Effect.Effect<ReadonlyArray<Kept>, CheckpointFailed> {
    const { name, version } = state
    const failed = (reason: CheckpointReason) => this.#failed(`write the state ${JSON.stringify(name)}`, reason)
    const captured = this.#engine.captureStates(time, [state], this.checkpoint.refresh).pipe(
      Effect.mapError(failed),
      // The types of engines do not name the errors of clusters.
      Effect.catchDefect((cause) => isClusterError(cause) ? Effect.fail(failed(cause)) : Effect.die(cause)),
    )
    return Effect.map(captured, (all) =>
      all.map(({ at, neededFrom, pieces }): Kept => ({
        _tag: "state",
        name,
        at,
        neededFrom,
        ...(version === undefined ? {} : { version }),
        pieces,
      })))
  }

  /** Writes the end of a batch, before it is committed. Gives an effect that waits until that is durable. */
  ended(
    time: number,
    work: Work | undefined,
  ): Effect.Effect<Effect.Effect<void, CheckpointFailed>, CheckpointFailed, unknown> {
    return Effect.gen(() => this.#end(time, work))
  }

  *#end(time: number, work: Work | undefined) {
    const kept: Array<Kept> = []
    if (work !== undefined) {
      for (const state of this.#states.values()) kept.push(...yield* this.#capture(time, state))
      for (const each of work.kept) {
        if (each.stream.traits.keeps !== "whileNeeded") continue
        const name = this.#names.get(originalOf(each.stream))
        if (name !== undefined) {
          const written = yield* Effect.mapError(
            writeKept(this.#engine, each.rdd),
            (reason) => this.#failed(`write the records of ${JSON.stringify(name)}`, reason),
          )
          kept.push({ _tag: "kept", name, at: time, ...written })
        }
      }
    }
    this.#latest = Math.max(this.#latest, time)
    if (kept.length > 0) yield* this.reached("kept captured")
    const history = this.#history
    // A batch that was allocated and has not ended needs what it looks back at.
    const open = this.checkpoint.open.filter((each) => each !== time)
    const settled = Math.min(this.#latest, ...open.map((each) => each - this.#batchDuration))
    const isNeeded = (name: string, at: number) => {
      const stream = this.#streams.get(name)
      return stream !== undefined && history !== undefined && at > settled - history.rememberOf(stream)
    }
    const values = work === undefined ? {} : Object.fromEntries(this.values.changes)
    return Effect.andThen(this.checkpoint.ended(time, kept, values, isNeeded), this.reached("ended"))
  }

  /** Whether there are segments that are not needed any more. */
  get hasOldSegments(): boolean {
    return this.checkpoint.hasOldSegments
  }

  /** Removes old segments. No batch may be allocated meanwhile. */
  get clean(): Effect.Effect<void, CheckpointFailed, unknown> {
    const summarize = this.#summarize(false) as Effect.Effect<void, CheckpointFailed>
    return Effect.andThen(this.checkpoint.clean(summarize), this.reached("cleaned"))
  }
}

/** What a checkpoint needs to know of a run. */
export interface DurabilityOptions {
  readonly graph: AnyGraph
  readonly engine: Engine
  readonly batchDuration: number
}
