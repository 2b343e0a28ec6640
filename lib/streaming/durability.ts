/**
 * A run and its checkpoint: what of a batch is written, and how a run goes on where an earlier one has ended.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { type AnyDStream, originalOf } from "../dstream/dstream.ts"
import { durableNames } from "../dstream/graph/durable_names.ts"
import type { AnyGraph } from "../dstream/graph/graph.ts"
import type { History } from "../dstream/graph/history.ts"
import { nodes } from "../dstream/graph/nodes.ts"
import type { Allocation, InputAllocation, LoggedBlock } from "../dstream/inputs/allocation.ts"
import type { AnyOutput } from "../dstream/outputs/output.ts"
import * as Block from "../rdd/block.ts"
import type { Engine } from "../rdd/engine.ts"
import type { Capturing } from "../rdd/state.ts"
import type { BlockLog } from "../receiver/block_log.ts"
import { DriverValues } from "./batch/driver_values.ts"
import type { Work } from "./batch/work.ts"
import { type Beginning, continued, fresh } from "./beginning.ts"
import { Checkpoint, type CheckpointSettings, type Kept } from "./checkpoint/checkpoint.ts"
import { FORMAT, type OperatorEntry, type Resume, type Summary } from "./checkpoint/entries.ts"
import { CheckpointFailed, type CheckpointReason } from "./checkpoint/errors.ts"
import { readKept, writeKept } from "./checkpoint/kept_rdds.ts"
import { CheckpointMismatch, compare, describe, type Match } from "./checkpoint/matching.ts"
import { operatorsOf } from "./checkpoint/operators.ts"
import type { Recovered } from "./checkpoint/recovered.ts"
import { after } from "./checkpoint/resume.ts"
import { decoder, encoder } from "./checkpoint/formats.ts"
import type { Recovery } from "./listeners/events.ts"
import type { InputLog } from "./inputs/input_log.ts"

/** A state that is logged. */
interface LoggedState extends Capturing {
  readonly name: string
  readonly version: number | undefined
}

/** The checkpoint of a run. */
export class Durability implements InputLog {
  readonly checkpoint: Checkpoint
  /** How the operators of the program match those of the checkpoint; empty if it is a new one. */
  readonly matches: ReadonlyArray<Match>
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
  /** For inputs that are read by position: gives one position that stands for all that have been planned. */
  readonly #positions = new Map<string, Effect.Effect<unknown, unknown, unknown>>()
  /** Where inputs go on, as far as it is not known by `#positions`. */
  readonly #resume: Map<string, Resume>
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
  ) {
    this.checkpoint = checkpoint
    this.matches = matches
    this.#settings = settings
    this.#graph = graph
    this.#engine = engine
    this.#batchDuration = batchDuration
    this.#names = durableNames(graph)
    this.#streams = new Map(Array.from(this.#names, ([stream, name]) => [name, stream]))
    this.#operators = operatorsOf(graph, this.#names)
    const { recovered } = checkpoint
    this.#done = recovered.done
    this.#recovered = new Set(recovered.open.keys())
    this.#resume = recovered.resume
    this.values = new DriverValues(recovered.values)
  }

  /** Opens the checkpoint of a run, and compares it with the program. */
  static open(
    settings: CheckpointSettings,
    options: DurabilityOptions,
  ): Effect.Effect<Durability, CheckpointFailed | CheckpointMismatch, Scope.Scope> {
    return Effect.gen(function* () {
      const checkpoint = yield* Checkpoint.open(settings.store, settings)
      const { summary } = checkpoint.recovered
      const { directory } = checkpoint
      if (summary === undefined) return new Durability(checkpoint, [], settings, options)
      const matches = compare(summary.operators, operatorsOf(options.graph, durableNames(options.graph)))
      const problems = matches.flatMap((match) =>
        match._tag === "Incompatible" && !settings.drop.includes(match.name) ? [describe(match)] : []
      )
      if (summary.batchDuration !== options.batchDuration) {
        problems.push(
          `its batch interval is ${summary.batchDuration} ms, that of the program ${options.batchDuration} ms`,
        )
      }
      if (problems.length > 0) return yield* new CheckpointMismatch({ directory, problems })
      return new Durability(checkpoint, matches, settings, options)
    })
  }

  /** What the checkpoint had, for listeners; undefined if it is new. */
  get recovery(): Recovery | undefined {
    const { directory, recovered: { lastTime, open, summary } } = this.checkpoint
    return summary === undefined
      ? undefined
      : { directory, lastTime, pending: Array.from(open.keys()), matches: this.matches }
  }

  /** The name of an input in the checkpoint. */
  #nameOf(stream: AnyDStream): string {
    return this.#names.get(originalOf(stream)) ?? stream.operation
  }

  /** Whether the data that the checkpoint has under a name can be used. */
  #isUsable(name: string): boolean {
    const match = this.matches.find((each) => each.name === name)
    return match?._tag === "Matched" || match?._tag === "Migrates"
  }

  /** The write-ahead log of a receiver. */
  blocks(stream: AnyDStream): BlockLog | undefined {
    if (stream.traits.source?.kind === "blocks" && stream.traits.source.isLogged === false) return undefined
    const name = this.#nameOf(stream)
    const { positions, waiting } = this.checkpoint.recovered
    const resume = this.#resume.get(name)
    const taken = resume?._tag === "Blocks" ? resume : undefined
    const unread = this.#isUsable(name) ? waiting.get(name) ?? [] : []
    const last = positions.get(name) ?? taken?.position
    return {
      unread,
      next: Math.max(taken?.number ?? -1, ...(waiting.get(name) ?? []).map(({ number }) => number)) + 1,
      last: this.#isUsable(name) ? Option.fromUndefinedOr(last) : Option.none(),
      write: (number, parts, position) => this.checkpoint.receive(name, number, parts, position),
    }
  }

  /** Reads the records that a batch takes of a block. */
  read({ from, place }: LoggedBlock, records: number): Effect.Effect<Block.Block<unknown>, CheckpointFailed> {
    return Effect.map(
      this.checkpoint.readReceived(place),
      (block) =>
        from === 0 && records === block.length ? block : Block.fromArray(block.records.slice(from, from + records)),
    )
  }

  /** The positions behind which a source goes on, oldest first; undefined if it is new. */
  positions(stream: AnyDStream): ReadonlyArray<unknown> | undefined {
    const name = this.#nameOf(stream)
    const resume = this.#resume.get(name)
    return this.#isUsable(name) && resume?._tag === "Positions" ? resume.positions : undefined
  }

  /** Tells how a source gives one position that stands for all that it has planned. */
  summarizes(stream: AnyDStream, position: Effect.Effect<unknown, unknown, unknown>): void {
    this.#positions.set(this.#nameOf(stream), position)
  }

  /** Decides where the run begins. */
  get beginning(): Effect.Effect<Beginning> {
    return Effect.gen({ self: this }, function* () {
      const { directory, recovered } = this.checkpoint
      const [batchDuration, graph] = [this.#batchDuration, this.#graph]
      const beginning = recovered.summary === undefined ? yield* fresh(batchDuration) : yield* continued({
        directory,
        lastTime: recovered.lastTime,
        pending: Array.from(recovered.open.values(), (allocation) => this.#shown(allocation)),
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
  begin(history: History, { last }: Beginning): Effect.Effect<void, CheckpointFailed, unknown> {
    return Effect.gen({ self: this }, function* () {
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
          if (at > last - history.rememberOf(stream)) history.restore(at, stream, readKept(this.checkpoint, entry))
        }
      }
      states.clear()
      kept.clear()
      yield* this.#summarize(true)
    })
  }

  #failed(operation: string, reason: CheckpointReason): CheckpointFailed {
    return new CheckpointFailed({ directory: this.checkpoint.directory, operation, reason })
  }

  #summarize(isStart: boolean): Effect.Effect<void, CheckpointFailed, unknown> {
    return Effect.gen({ self: this }, function* () {
      const resume: Record<string, Resume> = {}
      for (const [name, each] of this.#resume) if (this.#operators[name] !== undefined) resume[name] = each
      for (const [name, position] of this.#positions) {
        const all = yield* Effect.orDie(position)
        if (all !== undefined) resume[name] = { _tag: "Positions", positions: [all] }
      }
      const summary: Summary = {
        format: FORMAT,
        zeroTime: this.#zeroTime,
        batchDuration: this.#batchDuration,
        lastTime: this.#lastTime,
        operators: this.#operators,
        resume,
        values: Object.fromEntries(this.values.committed),
      }
      yield* this.checkpoint.summarize(summary, isStart)
    })
  }

  /** The shares of an allocation by the names in the checkpoint, and back. */
  #logged({ inputs, time }: Allocation): Allocation {
    return { time, inputs: this.#renamed(inputs, (stream, shown) => [shown, this.#nameOf(stream)]) }
  }

  #shown({ inputs, time }: Allocation): Allocation {
    return { time, inputs: this.#renamed(inputs, (stream, shown) => [this.#nameOf(stream), shown]) }
  }

  #renamed(
    inputs: Readonly<Record<string, InputAllocation>>,
    names: (stream: AnyDStream, shown: string) => readonly [from: string, to: string],
  ): Readonly<Record<string, InputAllocation>> {
    const renamed: Record<string, InputAllocation> = {}
    for (const [stream, shown] of this.#inputs) {
      const [from, to] = names(stream, shown)
      const share = inputs[from]
      if (share !== undefined) renamed[to] = share
    }
    return renamed
  }

  /** The inputs of the run, with the names that user interfaces show. */
  #inputs: ReadonlyArray<readonly [stream: AnyDStream, shown: string]> = []

  /** Tells which inputs the run has. */
  has(inputs: ReadonlyArray<{ readonly stream: AnyDStream; readonly name: string }>): void {
    this.#inputs = inputs.map(({ name, stream }) => [stream, name])
  }

  /** Writes what a batch reads, and waits until that is durable. */
  allocated(allocation: Allocation): Effect.Effect<void, CheckpointFailed> {
    return Effect.suspend(() => {
      const logged = this.#logged(allocation)
      this.#lastTime = Math.max(this.#lastTime, allocation.time)
      for (const [name, share] of Object.entries(logged.inputs)) {
        const last = share._tag === "Blocks" ? share.blocks.at(-1) : undefined
        if (last?.logged === undefined) continue
        const resume = after(this.#resume.get(name), share)
        if (resume !== undefined) this.#resume.set(name, resume)
      }
      return this.checkpoint.allocated(logged)
    })
  }

  /** The work of a batch without the outputs that an earlier process has done. */
  undone(time: number, work: Work): Work {
    const done = this.#done.get(time)
    if (done === undefined) return work
    // Outputs run in order, so the last one that is done has left the values as all of them did.
    this.values.reset(new Map(Object.entries(Array.from(done.values()).at(-1) ?? {})))
    return { ...work, jobs: work.jobs.filter(({ output: { name } }) => name === undefined || !done.has(name)) }
  }

  /** Whether an earlier process may have run a batch. */
  isRecovered(time: number): boolean {
    return this.#recovered.has(time)
  }

  /** Notes that an output is done. */
  done(time: number, { name }: AnyOutput): void {
    if (name !== undefined) this.checkpoint.done(time, name, Object.fromEntries(this.values.changes))
  }

  /** Writes the end of a batch, before it is committed. Gives an effect that waits until that is durable. */
  ended(
    time: number,
    work: Work | undefined,
  ): Effect.Effect<Effect.Effect<void, CheckpointFailed>, CheckpointFailed, unknown> {
    return Effect.gen({ self: this }, function* () {
      const kept: Array<Kept> = []
      if (work !== undefined) {
        const captured = yield* Effect.mapError(
          this.#engine.captureStates(time, this.#states.values(), this.checkpoint.refresh),
          (reason) => this.#failed("write a state", reason),
        )
        for (const { at, id, neededFrom, pieces } of captured) {
          const { name = id, version } = this.#states.get(id) ?? {}
          kept.push({ _tag: "state", name, at, neededFrom, ...(version === undefined ? {} : { version }), pieces })
        }
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
      const history = this.#history
      // A batch that was allocated and has not ended needs what it looks back at.
      const open = this.checkpoint.open.filter((each) => each !== time)
      const settled = Math.min(this.#latest, ...open.map((each) => each - this.#batchDuration))
      const isNeeded = (name: string, at: number) => {
        const stream = this.#streams.get(name)
        return stream !== undefined && history !== undefined && at > settled - history.rememberOf(stream)
      }
      return this.checkpoint.ended(
        time,
        kept,
        work === undefined ? {} : Object.fromEntries(this.values.changes),
        isNeeded,
      )
    })
  }

  /** Whether there are segments that are not needed any more. */
  get hasOldSegments(): boolean {
    return this.checkpoint.hasOldSegments
  }

  /** Removes old segments. No batch may be allocated meanwhile. */
  get clean(): Effect.Effect<void, CheckpointFailed, unknown> {
    return this.checkpoint.clean(this.#summarize(false) as Effect.Effect<void, CheckpointFailed>)
  }
}

/** What a checkpoint needs to know of a run. */
export interface DurabilityOptions {
  readonly graph: AnyGraph
  readonly engine: Engine
  readonly batchDuration: number
}
