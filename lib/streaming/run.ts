/**
 * A run: the parts of a started context that stay the same until it stops.
 *
 * @module
 */
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { AnyDStream } from "../dstream/dstream.ts"
import { fingerprint } from "../dstream/graph/fingerprint.ts"
import type { AnyGraph } from "../dstream/graph/graph.ts"
import type { AnyOutput } from "../dstream/outputs/output.ts"
import { Engine, type OpenBatch } from "../rdd/engine.ts"
import type { AnyRDD } from "../rdd/rdd.ts"
import type { EvaluationOptions } from "./batch/evaluation.ts"
import { ofStream } from "./batch/failures.ts"
import { outputsDue } from "../dstream/graph/outputs_due.ts"
import { History } from "../dstream/graph/history.ts"
import { keptStreamsIn, neededIn } from "../dstream/graph/kept_streams.ts"
import { type AnyPolicy, withRetries } from "../dstream/outputs/retries.ts"
import { DriverValues } from "./batch/driver_values.ts"
import type { Work } from "./batch/work.ts"
import type { BatchFailed } from "./errors.ts"
import * as GraphLayers from "../dstream/graph/layers.ts"
import type { Allocation } from "../dstream/inputs/allocation.ts"
import { BatchBound } from "../receiver/batch_bound.ts"
import type { ReceiverSettings } from "./inputs/input_blocks.ts"
import * as Inputs from "./inputs/inputs.ts"
import type { Backpressure } from "../receiver/rate_estimator.ts"
import type { RunningInput } from "./inputs/running_input.ts"
import type { StreamingEvent } from "./listeners/events.ts"
import { codingIn, CopyFailed, makeCopy } from "../engine/copy/graph_copy.ts"
import { Notes, type Restored, streamsOf } from "../engine/copy/notes.ts"
import { rebuild } from "../engine/copy/remake.ts"
import { workersReadAlike } from "../engine/files.ts"
import type { CheckpointSettings } from "./checkpoint/checkpoint.ts"
import { type Beginning, fresh } from "./beginning.ts"
import { Durability } from "./durability.ts"
import { windowShape } from "./window_shape.ts"

/** The options of a run. */
export interface RunOptions {
  readonly graph: AnyGraph
  readonly engine: Engine
  /** The batch interval in milliseconds. */
  readonly batchDuration: number
  /** The minimum time, in milliseconds, for which the RDDs of outputs are remembered. */
  readonly remember: number
  /** The policy of outputs without their own. */
  readonly policy: AnyPolicy
  /** The time limit of a graceful stop in milliseconds. */
  readonly gracefulStopTimeout: number
  /** The maximum number of pending batches: allocated, but not ended. While there are that many, ticks wait. */
  readonly maxPendingBatches: number
  readonly receivers: ReceiverSettings
  /** The parameters of back-pressure; undefined if batches are not bounded by it. */
  readonly backpressure: Backpressure | undefined
  /** Where the checkpoint is, and how it is used; undefined if there is none. */
  readonly checkpoint?: CheckpointSettings | undefined
  readonly publish: (event: StreamingEvent) => void
  /** The time of the run: set on the wall clock at the start, monotonic from then on. */
  readonly clock: Clock.Clock
}

/** The parts of a started context that stay the same until it stops. */
export interface Run extends RunOptions {
  /** Writes and reads the checkpoint; undefined if there is none. */
  readonly durability: Durability | undefined
  readonly beginning: Beginning
  readonly values: DriverValues
  readonly history: History
  readonly inputs: ReadonlyArray<RunningInput>
  /** How many records the next batch may take. */
  readonly bound: BatchBound
  readonly evaluation: EvaluationOptions
  /** The memo map of the graph's layers: the whole run shares the instances in it. */
  readonly memoMap: Layer.MemoMap
  /** Finds the outputs that may have a job, from what is allocated to the batch. */
  readonly outputsDue: (allocation: Allocation) => ReadonlyArray<readonly [outputId: number, output: AnyOutput]>
  /** Makes the RDD of an input stream from what is allocated to a batch. */
  readonly read: (allocation: Allocation, stream: AnyDStream) => Effect.Effect<AnyRDD, unknown, unknown>
  /** Provides the engine on which streams run actions while they are evaluated. */
  readonly evaluating: <A, E>(self: Effect.Effect<A, E, unknown>) => Effect.Effect<A, E, unknown>
  /** Opens an evaluated batch on the engine. */
  readonly open: (work: Work, time: number) => Effect.Effect<OpenBatch, BatchFailed<unknown>, unknown>
  /** Releases what no batch after the one at `time` can need. */
  readonly release: (time: number) => void
}

const runs = new WeakMap<Engine, number>()

/**
 * Returns a suffix for the state ids of the next run on an engine, so that the run does not find the states of earlier
 * runs.
 */
const nextRun = (engine: Engine): string => {
  const run = (runs.get(engine) ?? 0) + 1
  runs.set(engine, run)
  return run === 1 ? "" : `, run ${run}`
}

/** Builds the layers of a graph and starts its inputs, in the current scope. The first batch is due at the next tick. */
export const start = (options: RunOptions): Effect.Effect<Run, unknown, Scope.Scope> =>
  Effect.gen(function* () {
    const { batchDuration, engine, graph, policy, publish, receivers, remember } = options
    const memoMap = Layer.CurrentMemoMap.forkOrCreate(yield* Effect.context<unknown>())
    const copyGraph = engine.useCopy !== undefined ? yield* rebuild(graph) : undefined
    if (copyGraph !== undefined) yield* GraphLayers.build(copyGraph, memoMap)
    const services = yield* GraphLayers.build(graph, memoMap)
    const durability = options.checkpoint && (yield* Durability.open(options.checkpoint, options))
    const inputs = yield* Inputs.start(
      graph,
      services,
      { ...receivers, storage: engine.storage },
      publish,
      durability?.inputs,
    ).pipe(
      Effect.provideService(Layer.CurrentMemoMap, memoMap),
    )
    // The first batch is due after layers and inputs have opened: the time that this takes must not count as missed batches.
    durability?.inputs.has(inputs)
    const beginning = yield* durability?.beginning ?? fresh(batchDuration)
    const { zeroTime } = beginning
    const common = {
      zeroTime,
      batchDuration,
      defaultParallelism: engine.defaultParallelism,
      remember,
      run: nextRun(engine),
    }
    const history = new History({ ...common, graph, stateVersion: engine.stateVersion })
    let restored: ReadonlyArray<Restored> = []
    if (durability !== undefined) {
      const { recovery } = durability
      restored = yield* durability.begin(history, beginning)
      if (recovery !== undefined) publish({ _tag: "CheckpointRecovered", recovery })
    }
    const inputOf = new Map(inputs.map((input) => [input.stream.traits.source, input]))
    const hasCopies = copyGraph !== undefined || (engine.useWorkers !== undefined && graph.origin !== undefined)
    const notes = !hasCopies ? undefined : new Notes(
      graph,
      history,
      ({ operation, site }) => publish({ _tag: "StreamRunsOnDriver", operation, callSite: site }),
      { restored, readAlike: yield* workersReadAlike },
    )
    const streams = streamsOf(graph)
    const values = durability?.values ?? new DriverValues()
    const copying = { ...common, restored: notes?.restored ?? [], last: beginning.last }
    const copy = copyGraph && makeCopy(copyGraph, copying)
    if (engine.useWorkers !== undefined) {
      yield* engine.useWorkers(
        graph.origin && {
          module: graph.origin.module,
          data: { origin: graph.origin, fingerprint: fingerprint(graph), options: copying },
          remembers: history.longest,
          codingOf: (id) => codingIn(streams, history.at(zeroTime), id),
          errors: graph.errors,
          onUnavailable: (reason) => publish({ _tag: "WorkersUnavailable", reason }),
          onDriver: ({ operation, site }, reason) =>
            publish({ _tag: "OperationRunsOnDriver", operation, callSite: site, reason }),
        },
      )
    }
    if (copy !== undefined) {
      engine.useCopy?.(copy)
      yield* Effect.addFinalizer(() => Effect.sync(() => engine.useCopy?.(undefined)))
    }
    return {
      ...options,
      durability,
      beginning,
      values,
      history,
      inputs,
      bound: new BatchBound(batchDuration, options.backpressure, windowShape(graph, zeroTime, batchDuration)),
      memoMap,
      evaluation: {
        graph,
        policy,
        history,
        values,
        keptStreams: keptStreamsIn(graph),
        isNeeded: neededIn(graph, zeroTime, batchDuration),
      },
      outputsDue: outputsDue(graph, ({ traits }) => inputOf.get(traits.source)?.name, common),
      read: (allocation, stream) => {
        const input = inputOf.get(stream.traits.source)
        return input === undefined
          ? Effect.die(new TypeError(`${stream.operation} is not an input of the graph`))
          : input.read(Inputs.shareOf(allocation, input), allocation.time)
      },
      evaluating: (self) => {
        const provided = Effect.provideService(self, Engine, notes?.watchActions(engine) ?? engine)
        return notes?.watchReads(provided) ?? provided
      },
      open: (work, time) =>
        Effect.suspend(() => {
          const opened = engine.openBatch({
            time,
            jobs: work.jobs.map(({ output: { writes }, rdd }) => ({ rdd, writes })),
            kept: work.kept.map(({ rdd }) => rdd),
            addressOf: (rdd) => notes?.addressOf(rdd),
            notes: notes?.take(time),
          })
          const named = Effect.catch(opened, (error) => {
            const stream = error instanceof CopyFailed ? streams[error.stream] : undefined
            return stream === undefined || !(error instanceof CopyFailed)
              ? Effect.fail(error)
              : ofStream(stream, time, "generate", () => Effect.failCause(error.reason))
          })
          return withRetries(ofStream(graph.outputs[0], time, "generate", () => named), policy)
        }),
      release: (time) => {
        history.release(time)
        notes?.release(time)
      },
    }
  }) as Effect.Effect<Run, unknown, Scope.Scope>
