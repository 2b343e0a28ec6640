/** The steps of scripts. Adding one is one line of the table. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { DStream, Graph, RDD, SparkContext, StreamingContext, Time } from "../../mod.ts"
import { Batch, NoRDD } from "../../lib/dstream/batch.ts"
import { isTimeValid } from "../../lib/dstream/dstream.ts"
import { inputName } from "../../lib/dstream/inputs/input.ts"
import { runtimeOf } from "../../lib/streaming/context/context.ts"
import { History } from "../../lib/dstream/graph/history.ts"
import { type Given, lookUp, missing, type StepSpec } from "./case.ts"
import { advance, type Services } from "./contexts.ts"
import type { Script, ScriptContext } from "./script.ts"
import { rddOf } from "./streams.ts"
import { Recorder, sentinel } from "./outputs.ts"

type Step = (step: StepSpec, script: Script) => Effect.Effect<unknown, unknown>

const inContext =
  (run: (context: ScriptContext, step: StepSpec, script: Script) => Effect.Effect<unknown, unknown, Services>): Step =>
  (step, script) =>
    Effect.suspend(() => {
      const context = script.context(step.ctx)
      return script.within(context, run(context, step, script))
    })

const defining = (add: (context: ScriptContext, step: StepSpec) => void): Step =>
  inContext((context, step) =>
    Effect.sync(() => {
      add(context, step)
      context.changed()
    })
  )

/** A graph over all inputs of a context in the order of their definition, as Spark numbers them. */
const inputsOf = (context: ScriptContext) => {
  const outputs = context.inputs.map(({ id }) => DStream.foreachRDD(context.stream(id), () => Effect.void))
  return Graph.inputs(Graph.make([...outputs, sentinel()] as never))
}

const inputIdOf = (context: ScriptContext, step: StepSpec): number =>
  inputsOf(context).findIndex((input) => input.traits.source === context.stream(step.in).traits.source)

/** The RDD of a stream at a time, undefined where it has none. */
const computed = (
  context: ScriptContext,
  step: StepSpec,
): Effect.Effect<RDD.RDD<unknown, unknown> | undefined, unknown> =>
  Effect.flatMap(runtimeOf(step.do, context.handle), (runtime) => {
    const stream = context.stream(step.in)
    const batch = runtime.run.history.at(Number(step.time))
    if (!isTimeValid(batch, stream.slideDuration)) return Effect.undefined
    return Effect.catch(
      Effect.provideService(stream, Batch, batch),
      (error) => error instanceof NoRDD ? Effect.undefined : Effect.fail(error),
    )
  })

/** A first batch that is not run, to look at the RDD that a stream makes. */
const scratch = ({ batchMs }: ScriptContext, stream: DStream.DStream<unknown, unknown>) =>
  new History({
    graph: Graph.make([DStream.print(stream)]),
    zeroTime: 0,
    batchDuration: batchMs,
    defaultParallelism: 2,
    remember: 0,
    run: "",
    stateVersion: () => undefined,
  }).begin(batchMs, () => Effect.succeed(RDD.empty()))

/** Milliseconds of real time that a step waits at most. */
const PATIENCE = 20

const table: Readonly<Record<string, Step>> = {
  create: (step, script) => Effect.asVoid(script.create(step, step.ctx)),
  build: (step, script) =>
    Effect.suspend(() => {
      const context = script.context(step.ctx)
      const { inputs = [], nodes = [], outputs = [] } = script.golden
      context.inputs.push(...inputs)
      context.nodes.push(...nodes)
      context.outputs.push(...outputs)
      context.changed()
      return Effect.sync(() => void context.graph(new Recorder()))
    }),
  input: defining((context, step) => context.inputs.push(step as never)),
  node: defining((context, step) => context.nodes.push(step as never)),
  output: defining((context, step) => context.outputs.push(step as never)),
  start: (step, script) => Effect.suspend(() => script.start(script.context(step.ctx))),
  advance: inContext((context, { batches = 1, keepError }, script) =>
    Effect.gen(function* () {
      const ends = yield* advance(context.handle, Number(batches), script.recorder, keepError === true)
      context.clock += Number(batches) * context.batchMs
      return Number(batches) === 1 ? ends[0] : ends
    })
  ),
  stop: inContext((context, { stopSparkContext = false, graceful = false }) =>
    StreamingContext.stop(context.handle, {
      stopSparkContext: stopSparkContext === true,
      stopGracefully: graceful === true,
    })
  ),
  state: inContext((context) => Effect.map(StreamingContext.getState(context.handle), (state) => state.toUpperCase())),
  getActive: (_, script) => script.activeName,
  getActiveOrCreate: (step, script) =>
    Effect.gen(function* () {
      const services = yield* script.services(step)
      let created = false
      const creating = Effect.orDie(Effect.map(script.create(step, step.ctx), ({ ssc }) => {
        created = true
        return ssc
      }))
      yield* Effect.provideContext(StreamingContext.getActiveOrCreate(creating), services)
      return created ? "created" : "active"
    }),
  remember: inContext((context, { ms }) => StreamingContext.remember(context.ssc, Number(ms))),
  persistStream: defining((context, step) => context.persisted.set(String(step.in), step.level as string | undefined)),
  cacheStream: defining((context, step) => context.persisted.set(String(step.in), "cache")),
  // Nothing is checkpointed at an interval, and no directory is needed.
  checkpointStream: defining(() => {}),
  checkpointDir: inContext(() => Effect.void),
  checkpointDuration: inContext(() => Effect.succeed(null)),
  stateCheckpointDuration: inContext(() => Effect.succeed(null)),
  rddIsCheckpointed: inContext(() => Effect.succeed(false)),
  isCheckpointingEnabled: inContext(({ spec }) =>
    Effect.sync(() => spec.checkpoint === true ? missing("checkpoint directory") : false)
  ),
  storageLevel: inContext((context, step) =>
    Effect.map(
      Effect.provideService(context.stream(step.in), Batch, scratch(context, context.stream(step.in))),
      RDD.getStorageLevel,
    )
  ),
  rddStorageLevel: inContext((context, step) =>
    Effect.map(computed(context, step), (rdd) => rdd === undefined ? null : RDD.getStorageLevel(rdd))
  ),
  slice: inContext((context, step) =>
    Effect.gen(function* () {
      const stream = context.stream(step.in)
      const rdds = yield* StreamingContext.slice(context.handle as never, stream, Number(step.from), Number(step.to))
      return yield* Effect.forEach(rdds, RDD.collect)
    })
  ),
  getOrCompute: inContext((context, step) =>
    Effect.gen(function* () {
      const rdd = yield* computed(context, step)
      return rdd === undefined ? null : yield* RDD.collect(rdd)
    })
  ),
  generatedTimes: inContext((context, step, script) =>
    Effect.map(script.runtime(context), (runtime) => {
      if (runtime === undefined) return []
      const { history: timeline } = runtime.run
      const stream = context.stream(step.in)
      return Time.until(timeline.zeroTime, runtime.due, context.batchMs)
        .filter((time) => timeline.at(time).recall(stream) !== undefined)
    })
  ),
  rememberDuration: inContext((context, step, script) =>
    Effect.map(script.runtime(context), (runtime) => {
      const stream = context.stream(step.in)
      return runtime !== undefined && context.uses(stream) ? runtime.run.history.rememberOf(stream) : null
    })
  ),
  slideDuration: inContext((context, step) =>
    Effect.sync(() => context.stream(step.in).slideDuration ?? context.batchMs)
  ),
  zeroTime: inContext((context, _, script) =>
    Effect.map(script.runtime(context), (runtime) => runtime?.run.history.zeroTime ?? null)
  ),
  inputName: inContext((context, step) =>
    Effect.sync(() => {
      const id = inputIdOf(context, step)
      const name = inputName(inputsOf(context)[id] ?? missing(`input ${step.in}`), id)
      // The inputs of a test have no name to keep: Spark's are those of a class that was written for the recordings.
      return name.replace(/^Testing stream /, "Golden input ")
    })
  ),
  inputId: inContext((context, step) => Effect.sync(() => inputIdOf(context, step))),
  clock: inContext((context) => Effect.sync(() => context.clock)),
  awaitOrTimeout: inContext((context, { ms }, script) =>
    Effect.gen(function* () {
      const waiting = StreamingContext.awaitTerminationOrTimeout(
        context.handle as never,
        Math.min(Number(ms), PATIENCE),
      )
      const over = yield* TestClock.withLive(waiting)
      const runtime = yield* script.runtime(context)
      // A failure that was taken back, without `keepError`, wakes those who wait all the same.
      return over && (runtime === undefined || Deferred.isDoneUnsafe(runtime.stopped))
    })
  ),
  sparkContextStopped: inContext(() => Effect.flatMap(SparkContext.SparkContext, ({ isStopped }) => isStopped)),
  countOnSparkContext: inContext(() => RDD.count(RDD.range(0, 100))),
  push: inContext((context, step) =>
    Effect.sync(() => {
      const queue = context.program.queues.get(String(step.in)) ?? missing(`queue ${step.in}`)
      for (const rdd of step.rdds as ReadonlyArray<Given>) queue.push(rddOf(rdd))
    })
  ),
  queueSize: inContext((context, step) => Effect.sync(() => context.program.queues.get(String(step.in))?.size)),
  settle: () => Effect.yieldNow,
}

/** Runs a step. */
export const runStep = (step: StepSpec, script: Script): Effect.Effect<unknown, unknown> =>
  Effect.suspend(() => lookUp(table, step.do, "step")(step, script))
