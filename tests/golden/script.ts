/** The contexts of a script, by name, in one process. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { DStream, type Graph, Scheduler, SparkContext, StreamingContext } from "../../mod.ts"
import { MemoryDisk } from "../../lib/durable/store/memory.ts"
import { Testing } from "../../lib/testing.ts"
import { type Case, type ContextSpec, type InputSpec, missing, type NodeSpec, type OutputSpec } from "./case.ts"
import { type Handle, layerOptions, makeContext, type Services, startContext } from "./contexts.ts"
import type { Stream } from "./nodes.ts"
import { outputOf, sentinel } from "./outputs.ts"
import type { Recorder } from "./recorder.ts"
import { portable } from "./worker_graph.ts"
import { addInput, addLevels, addNode, emptyProgram, type Levels, type Program, streamOf } from "./streams.ts"

/** A context of a script. Its graph is a value, built from the steps that define it when it is first needed. */
export class ScriptContext {
  readonly inputs: Array<InputSpec> = []
  readonly nodes: Array<NodeSpec> = []
  readonly outputs: Array<OutputSpec> = []
  /** How steps persist streams. */
  readonly levels: Levels = new Map()
  /** The `remember` duration that is set, in milliseconds. */
  remember: number | undefined
  active: Handle | undefined
  /** The clock now, and when the context was started; before that, when it was created. */
  clock: number
  startedAt: number
  /** Failures that an `advance` without `keepError` has taken back, as Spark's test harness does. */
  readonly taken = new Set<unknown>()
  readonly #queues: Program["queues"] = new Map()
  #program: Program | undefined

  constructor(
    readonly spec: ContextSpec,
    readonly ssc: StreamingContext.StreamingContext<"Initialized">,
    readonly services: Context.Context<Testing.Services>,
    readonly folder: string,
    /** Whether it has a checkpoint, which another context goes on from. */
    readonly isDurable = false,
  ) {
    this.clock = spec.clockStart ?? 0
    this.startedAt = this.clock
    this.remember = spec.remember
  }

  get batchMs(): number {
    return this.spec.batchMs ?? 1000
  }

  /** Gives the handle in its latest state. */
  get handle(): Handle {
    return this.active ?? this.ssc
  }

  /** Gives its streams. */
  get program(): Program {
    this.#program ??= this.build()
    return this.#program
  }

  /** Builds its streams anew, on the given queues. */
  build(queues: Program["queues"] = this.#queues): Program {
    const levels = new Map([...addLevels(new Map(), this.nodes), ...this.levels])
    const program = emptyProgram(levels, queues, this.folder, this.isDurable)
    for (const input of this.inputs) addInput(program, input)
    for (const node of this.nodes) addNode(program, node)
    return program
  }

  /** Builds its streams anew after a definition. A running graph stays as it is, and queues keep what they hold. */
  changed(): void {
    const made = this.build()
    if (this.active === undefined) this.#program = made
  }

  stream(id: string): Stream {
    return streamOf(this.program, id)
  }

  /** Gives the milliseconds between the RDDs of a stream. */
  slideOf(id: string): number {
    return this.stream(id).slideDuration ?? this.batchMs
  }

  /** Builds its outputs. */
  graph(recorder: Recorder): ReadonlyArray<DStream.AnyOutput> {
    const own = this.outputs.map((spec, place) => {
      const output = outputOf(recorder, this.stream(spec.in), spec, place)
      return this.isDurable ? DStream.nameOutput(output, `output ${spec.id}`) : output
    })
    return this.#hasSentinel ? [...own, sentinel()] : own
  }

  get #hasSentinel(): boolean {
    return this.outputs.length > 0 && this.spec.sentinel !== false
  }

  /** Makes a graph of its outputs that workers can make again. */
  portable(outputs: ReadonlyArray<DStream.AnyOutput>, { folder }: Recorder): Graph.AnyGraph {
    return portable(outputs, {
      inputs: this.inputs,
      nodes: this.nodes,
      outputs: this.outputs,
      levels: [...addLevels(new Map(), this.nodes), ...this.levels],
      folder: this.folder,
      written: folder,
      isNamed: this.isDurable,
      hasSentinel: this.#hasSentinel,
    })
  }
}

/** A running script. */
export class Script {
  readonly contexts = new Map<string, ScriptContext>()
  readonly events: Array<readonly [ScriptContext, StreamingContext.StreamingEvent]> = []
  /** Names of contexts that could not be created. */
  readonly notCreated = new Set<string>()
  /** The checkpoint of the script. Only scripts that go on from it write one: it needs names for all streams. */
  readonly disk = new MemoryDisk()
  readonly #recovers: boolean
  #services: Context.Context<Testing.Services> | undefined
  #defaultParallelism: number | undefined

  constructor(
    readonly golden: Case,
    readonly engine: Testing.EngineName,
    readonly recorder: Recorder,
    readonly scope: Scope.Scope,
  ) {
    this.#recovers = golden.steps?.some(({ do: name }) => name === "recover" || name === "checkpointFiles") === true
  }

  /** Looks up the context of a step. Reports a missing context, unless the script could not create it. */
  context(name = "A"): ScriptContext {
    if (this.notCreated.has(name)) throw new Error(`context ${name} was not created`)
    return this.contexts.get(name) ?? missing(`context ${name}`)
  }

  /** Gives the SparkContext and its services. Makes new ones if there are none, or if the SparkContext has been stopped. */
  services(spec: ContextSpec): Effect.Effect<Context.Context<Testing.Services>> {
    return Effect.gen({ self: this }, function* () {
      const options = layerOptions(spec, this.engine)
      const known = this.#services
      const usable = known !== undefined && !(yield* Context.get(known, SparkContext.SparkContext).isStopped)
      if (usable && options.defaultParallelism === this.#defaultParallelism) return known
      this.#services = yield* Layer.buildWithScope(Testing.layer(options), this.scope)
      this.#defaultParallelism = options.defaultParallelism
      return this.#services
    })
  }

  /** Creates a context under a name. */
  create(spec: ContextSpec, name = "A"): Effect.Effect<ScriptContext, unknown> {
    return Effect.gen({ self: this }, function* () {
      this.notCreated.add(name)
      const services = yield* this.services(spec)
      const ssc = yield* makeContext(spec).pipe(
        Effect.provideService(Scheduler.Scheduler, { batchDuration: spec.batchMs ?? 1000 }),
        Effect.provideContext(services),
      )
      const isDurable = this.#recovers && spec.checkpoint === true
      if (isDurable) yield* StreamingContext.checkpoint(ssc, this.disk.open())
      const made = new ScriptContext(spec, ssc, services, this.recorder.folder, isDurable)
      yield* StreamingContext.addStreamingListener(
        ssc,
        (event) => Effect.sync(() => void this.events.push([made, event])),
      ).pipe(Effect.provideContext(services))
      this.contexts.set(name, made)
      this.notCreated.delete(name)
      return made
    })
  }

  /** Creates a context that goes on where context A has ended, with the same graph. */
  recover(name = "B"): Effect.Effect<void, unknown> {
    return Effect.gen({ self: this }, function* () {
      const before = this.context("A")
      if (!before.isDurable) return missing("the checkpoint of context A")
      const made = yield* this.create(before.spec, name)
      made.inputs.push(...before.inputs)
      made.nodes.push(...before.nodes)
      made.outputs.push(...before.outputs)
      made.clock = before.clock
    })
  }

  /** Runs an effect with the services of a context. */
  within<A, E>(context: ScriptContext, effect: Effect.Effect<A, E, Services>): Effect.Effect<A, E> {
    return effect.pipe(
      Effect.provideContext(Context.add(context.services, Scope.Scope, this.scope) as Context.Context<Services>),
    )
  }

  /** Starts a context. Its clock continues from where it was. */
  start(context: ScriptContext): Effect.Effect<void, unknown> {
    return this.within(
      context,
      Effect.gen({ self: this }, function* () {
        if (context.active === undefined) yield* TestClock.setTime(context.clock)
        const outputs = context.graph(this.recorder)
        const graph = this.engine === "threads" ? context.portable(outputs, this.recorder) : outputs
        const active = yield* startContext(context.ssc, graph)
        context.startedAt = context.clock
        context.active = active
      }),
    )
  }

  /** Stops every context. */
  get stopAll(): Effect.Effect<void> {
    return Effect.forEach(
      this.contexts.values(),
      (context) => this.within(context, StreamingContext.stop(context.handle, { stopSparkContext: false })),
      { discard: true },
    )
  }

  /** Gives the name of the active context; null if there is none. */
  get activeName(): Effect.Effect<string | null> {
    const services = this.#services
    if (services === undefined) return Effect.succeed(null)
    return Effect.map(
      Effect.provideContext(StreamingContext.getActive, services),
      (found) =>
        found._tag === "None"
          ? null
          : Array.from(this.contexts).find(([, { active }]) => active === found.value)?.[0] ?? "unknown",
    )
  }
}
