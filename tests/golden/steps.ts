/** The steps of scripts. Adding one is one line of the table. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as TestClock from "effect/testing/TestClock"
import { DStream, Graph, RDD, SparkContext, StreamingContext } from "../../mod.ts"
import { type Given, lookUp, missing, type OutputSpec, type StepSpec } from "./case.ts"
import { advance, reportedBy, type Services } from "./contexts.ts"
import { errorOf } from "./errors.ts"
import { outputOf, sentinel } from "./outputs.ts"
import type { AnyRDD } from "./rdd_nodes.ts"
import { Recorder } from "./recorder.ts"
import type { Script, ScriptContext } from "./script.ts"
import { push, streamOf } from "./streams.ts"
import { heldAt, heldTimes, rememberedFor, storageLevelOf, zeroTimeOf } from "./twin.ts"

type Step = (step: StepSpec, script: Script) => Effect.Effect<unknown, unknown>
type InContext = (context: ScriptContext, step: StepSpec, script: Script) => Effect.Effect<unknown, unknown, Services>

const inContext = (run: InContext): Step => (step, script) =>
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

/** Persists a stream. Streams are values: those that run already stay as they are. */
const persist = (context: ScriptContext, id: string, level: string | undefined): void => {
  if (context.active === undefined) context.levels.set(id, level)
}

/** Makes a step that reads something without an effect. */
const reading = (read: (context: ScriptContext, step: StepSpec) => unknown): Step =>
  inContext((context, step) => Effect.sync(() => read(context, step)))

const idOf = ({ in: id }: StepSpec): string => typeof id === "string" ? id : missing("a step without a stream")

/** Describes an input of a graph that has all inputs of a context in the order of their definition. */
const inputOf = (context: ScriptContext, step: StepSpec) => {
  const outputs = context.inputs.map(({ id }) => DStream.foreachRDD(context.stream(id), () => Effect.void))
  const described = Graph.describe(Graph.make([...outputs, sentinel()] as never)).nodes.flatMap(({ input }) =>
    input ?? []
  )
  const place = context.inputs.findIndex(({ id }) => id === idOf(step))
  return described[place] ?? missing(`input ${idOf(step)}`)
}

/** Tells whether the time of a step is one at which its stream may have an RDD. */
const isTimeOf = (context: ScriptContext, zero: number, step: StepSpec): boolean =>
  Number(step.time) > zero && (Number(step.time) - zero) % context.slideOf(idOf(step)) === 0

/** Gives the RDD of a stream that the context holds at the time of a step; undefined if it holds none. */
const heldBy: (
  context: ScriptContext,
  step: StepSpec,
  script: Script,
) => Effect.Effect<AnyRDD | undefined, unknown> = Effect.fnUntraced(function* (context, step, script) {
  const isStarted = context.active !== undefined
  if (isStarted && !isTimeOf(context, yield* zeroTimeOf(script, context), step)) return undefined
  return yield* heldAt(context.handle, context.stream(idOf(step)), Number(step.time))
})

/** The real milliseconds that `awaitOrTimeout` waits at most: its time limit may not move the clock of the batches. */
const LONGEST_WAIT = 20

const table: Readonly<Record<string, Step>> = {
  create: (step, script) => Effect.asVoid(script.create(step, step.ctx)),
  build: inContext((context, _, script) =>
    Effect.sync(() => {
      const { inputs = [], nodes = [], outputs = [] } = script.golden
      context.inputs.push(...inputs)
      context.nodes.push(...nodes)
      context.outputs.push(...outputs)
      context.changed()
      context.graph(new Recorder())
    })
  ),
  input: defining((context, step) => context.inputs.push(step as never)),
  node: defining((context, step) => context.nodes.push(step as never)),
  output: inContext((context, step) =>
    Effect.sync(() => {
      const spec = step as unknown as OutputSpec
      outputOf(new Recorder(), streamOf(context.build(), spec.in), spec, 0)
      // A graph is a value: what runs already gets no more outputs.
      if (context.active === undefined) context.outputs.push(spec)
    })
  ),
  start: (step, script) => Effect.suspend(() => script.start(script.context(step.ctx))),
  advance: inContext((context, { batches = 1, keepError }, script) =>
    Effect.gen(function* () {
      const ends = yield* advance(context.handle, Number(batches), script.recorder)
      context.clock += Number(batches) * context.batchMs
      if (keepError !== true) context.taken.add(yield* reportedBy(context.handle))
      return Number(batches) === 1 ? ends[0] : ends
    })
  ),
  stop: inContext((context, { stopSparkContext = false, graceful = false }) =>
    Effect.asVoid(StreamingContext.stop(context.handle, {
      stopSparkContext: stopSparkContext === true,
      stopGracefully: graceful === true,
    }))
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
  remember: inContext((context, { ms }) =>
    Effect.map(StreamingContext.remember(context.ssc, Number(ms)), () => {
      context.remember = Number(ms)
    })
  ),
  persistStream: defining((context, step) => persist(context, idOf(step), step.level as string | undefined)),
  cacheStream: defining((context, step) => persist(context, idOf(step), "cache")),
  // The library checkpoints no stream at intervals and needs no directory.
  checkpointStream: defining(() => {}),
  checkpointDir: inContext(() => Effect.void),
  checkpointDuration: inContext(() => Effect.succeed(null)),
  stateCheckpointDuration: inContext(() => Effect.succeed(null)),
  rddIsCheckpointed: inContext((context, step, script) =>
    Effect.map(heldBy(context, step, script), (rdd) => rdd === undefined ? null : RDD.isCheckpointed(rdd))
  ),
  isCheckpointingEnabled: reading(({ spec }) => spec.checkpoint === true ? missing("checkpoint directory") : false),
  storageLevel: inContext((context, step, script) => storageLevelOf(script, context, idOf(step))),
  rddStorageLevel: inContext((context, step, script) =>
    Effect.map(heldBy(context, step, script), (rdd) => rdd === undefined ? null : RDD.getStorageLevel(rdd))
  ),
  slice: inContext((context, step) =>
    Effect.gen(function* () {
      const stream = context.stream(idOf(step))
      const rdds = yield* StreamingContext.slice(context.handle as never, stream, Number(step.from), Number(step.to))
      return yield* Effect.forEach(rdds, (rdd) => RDD.collect(rdd))
    })
  ),
  getOrCompute: inContext((context, step, script) =>
    Effect.gen(function* () {
      const rdd = yield* heldBy(context, step, script)
      return rdd === undefined ? null : yield* RDD.collect(rdd) as Effect.Effect<unknown, unknown, Services>
    })
  ),
  generatedTimes: inContext((context, step, script) =>
    Effect.gen(function* () {
      if (context.active === undefined) return []
      const zero = yield* zeroTimeOf(script, context)
      const id = idOf(step)
      return yield* heldTimes(context.active, context.stream(id), {
        zero,
        slide: context.slideOf(id),
        now: context.clock,
      })
    })
  ),
  rememberDuration: inContext((context, step, script) =>
    context.active === undefined ? Effect.succeed(null) : rememberedFor(script, context, idOf(step))
  ),
  slideDuration: reading((context, step) => context.slideOf(idOf(step))),
  zeroTime: inContext((context, _, script) =>
    context.active === undefined ? Effect.succeed(null) : zeroTimeOf(script, context)
  ),
  // The recordings read from an input class of their own, which the test kit replaces.
  inputName: reading((context, step) => inputOf(context, step).title.replace(/^Testing stream /, "Golden input ")),
  inputId: reading((context, step) => inputOf(context, step).id),
  clock: reading((context) => context.clock),
  awaitOrTimeout: inContext((context, { ms }) =>
    Effect.gen(function* () {
      const limit = Math.min(Number(ms), LONGEST_WAIT)
      const waited = yield* Effect.exit(
        TestClock.withLive(StreamingContext.awaitTerminationOrTimeout(context.handle as never, limit)),
      )
      if (Exit.isSuccess(waited)) return waited.value
      const error = errorOf(waited.cause)
      if (!context.taken.has(error)) return yield* Effect.fail(error)
      return (yield* StreamingContext.getState(context.handle)) === "Stopped"
    })
  ),
  sparkContextStopped: inContext(() => Effect.flatMap(SparkContext.SparkContext, ({ isStopped }) => isStopped)),
  countOnSparkContext: inContext(() => RDD.count(RDD.range(0, 100))),
  push: reading((context, step) => {
    for (const rdd of step.rdds as ReadonlyArray<Given>) push(context.program, idOf(step), rdd)
  }),
  queueSize: reading(({ program }, step) =>
    (program.queues.get(idOf(step)) ?? missing(`queue ${idOf(step)}`)).rdds.size
  ),
  settle: () => Effect.void,
  recover: ({ ctx }, script) => script.recover(ctx),
  checkpointFiles: (_, script) => Effect.sync(() => Array.from(script.disk.files.keys()).toSorted()),
  unionOfContexts: ({ in: given }, script) =>
    Effect.sync(() => {
      if (!Array.isArray(given)) return missing("the streams of unionOfContexts")
      DStream.unionAll(given.map(([name, id]) => script.context(name).stream(id)) as never)
    }),
}

/** Runs a step. */
export const runStep = (step: StepSpec, script: Script): Effect.Effect<unknown, unknown> =>
  Effect.suspend(() => lookUp(table, step.do, "step")(step, script))
