/** What a script works with: contexts by name, in one process. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { DStream, SparkContext, StreamingContext } from "../../mod.ts"
import { Testing } from "../../lib/testing.ts"
import type { AnyDStream } from "../../lib/dstream/dstream.ts"
import type { AnyOutput } from "../../lib/dstream/outputs/output.ts"
import { runtimeOf } from "../../lib/streaming/context/context.ts"
import type { StreamingEvent } from "../../lib/streaming/listeners/events.ts"
import { Scheduler } from "../../lib/streaming/scheduler.ts"
import { type Case, type ContextSpec, type InputSpec, missing, type NodeSpec, type OutputSpec } from "./case.ts"
import { type Handle, layerOptions, makeContext, type Services, startContext } from "./contexts.ts"
import type { Stream } from "./nodes.ts"
import { outputOf, type Recorder, sentinel } from "./outputs.ts"
import { addInput, addNode, change, emptyProgram, type Program, streamOf } from "./streams.ts"

/** A context of a script. Its graph is a value: made of what was said about it, when it is first needed. */
export class ScriptContext {
  readonly inputs: Array<InputSpec> = []
  readonly nodes: Array<NodeSpec> = []
  readonly outputs: Array<OutputSpec> = []
  /** Streams to be persisted, and how: a level, "cache", or the default. */
  readonly persisted = new Map<string, string | undefined>()
  active: Handle | undefined
  clock: number
  readonly #queues: Program["queues"] = new Map()
  #program: Program | undefined

  constructor(
    readonly spec: ContextSpec,
    readonly ssc: StreamingContext.StreamingContext<"Initialized">,
    readonly services: Context.Context<Testing.Services>,
  ) {
    this.clock = spec.clockStart ?? 0
  }

  get batchMs(): number {
    return this.spec.batchMs ?? 1000
  }

  /** The handle in its latest state. */
  get handle(): Handle {
    return this.active ?? this.ssc
  }

  /** Its streams. */
  get program(): Program {
    this.#program ??= this.#make()
    return this.#program
  }

  #make(): Program {
    const program = emptyProgram(this.#queues)
    const persist = (id: string | undefined) => {
      if (id === undefined || !this.persisted.has(id)) return
      const level = this.persisted.get(id)
      const stream = streamOf(program, id)
      change(program, id, level === "cache" ? DStream.cache(stream) : DStream.persist(stream, level as never))
    }
    for (const input of this.inputs) {
      addInput(program, input)
      persist(input.id)
    }
    for (const node of this.nodes) {
      addNode(program, node)
      persist(node.id)
    }
    return program
  }

  /** Makes its streams again: something has been added. What runs already stays as it is, and queues keep what they hold. */
  changed(): void {
    const made = this.#make()
    if (this.active === undefined) this.#program = made
  }

  stream(id: string | undefined): Stream {
    return streamOf(this.program, id ?? "")
  }

  /** Whether some output depends on a stream. */
  uses(stream: Stream): boolean {
    const found = new Set<AnyDStream>()
    const walk = (each: AnyDStream) => {
      if (found.has(each)) return
      found.add(each)
      each.parents.forEach(walk)
    }
    for (const spec of this.outputs) walk(this.stream(spec.in))
    return found.has(stream)
  }

  /** Its outputs as values. */
  graph(recorder: Recorder): ReadonlyArray<AnyOutput> {
    const own = this.outputs.map((spec) => outputOf(recorder, this.stream(spec.in), spec))
    return own.length === 0 || this.spec.sentinel === false ? own : [...own, sentinel()]
  }
}

/** A running script. */
export class Script {
  readonly contexts = new Map<string, ScriptContext>()
  readonly events: Array<readonly [ScriptContext, StreamingEvent]> = []
  #services: Context.Context<Testing.Services> | undefined
  #defaultParallelism: number | undefined

  constructor(
    readonly golden: Case,
    readonly engine: Testing.EngineName,
    readonly recorder: Recorder,
    readonly scope: Scope.Scope,
  ) {}

  /** The context of a step. */
  context(name = "A"): ScriptContext {
    return this.contexts.get(name) ?? missing(`context ${name}`)
  }

  /** The SparkContext and what belongs to it: a new one where there is none, or where it has been stopped. */
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

  /** Makes a context under a name. */
  create(spec: ContextSpec, name = "A"): Effect.Effect<ScriptContext, unknown> {
    return Effect.gen({ self: this }, function* () {
      const services = yield* this.services(spec)
      const ssc = yield* makeContext(spec).pipe(
        Effect.provideService(Scheduler, { batchDuration: spec.batchMs ?? 1000 }),
        Effect.provideContext(services),
      )
      const made = new ScriptContext(spec, ssc, services)
      yield* StreamingContext.addStreamingListener(
        ssc,
        (event) => Effect.sync(() => void this.events.push([made, event])),
      ).pipe(Effect.provideContext(services))
      this.contexts.set(name, made)
      return made
    })
  }

  /** Runs something where a context lives. */
  within<A, E>(context: ScriptContext, effect: Effect.Effect<A, E, Services>): Effect.Effect<A, E> {
    return effect.pipe(
      Effect.provideContext(Context.add(context.services, Scope.Scope, this.scope) as Context.Context<Services>),
    )
  }

  /** Starts a context; its clock goes on from where it was. */
  start(context: ScriptContext): Effect.Effect<void, unknown> {
    return this.within(
      context,
      Effect.gen({ self: this }, function* () {
        if (context.active === undefined) yield* TestClock.setTime(context.clock)
        const active = yield* startContext(context.ssc, context.graph(this.recorder))
        context.active = active
      }),
    )
  }

  /** Stops what still runs. */
  get stopAll(): Effect.Effect<void> {
    return Effect.forEach(
      this.contexts.values(),
      (context) => this.within(context, StreamingContext.stop(context.handle, { stopSparkContext: false })),
      { discard: true },
    )
  }

  /** The running part of a context, undefined where there is none. */
  runtime(context: ScriptContext) {
    return Effect.map(
      Effect.exit(runtimeOf("golden", context.handle)),
      (exit) => exit._tag === "Success" ? exit.value : undefined,
    )
  }

  /** The name of the active context. */
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
