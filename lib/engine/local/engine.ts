/**
 * The local engine: jobs run in the calling isolate.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Semaphore from "effect/Semaphore"
import * as Codec from "../../core/codec.ts"
import type * as Block from "../../rdd/block.ts"
import { type ActionError, CurrentJob, Engine, type GraphCopy, type JobContext, type Layout } from "../../rdd/engine.ts"
import * as Processes from "../../rdd/processes.ts"
import type { AnyRDD, RDD } from "../../rdd/rdd.ts"
import * as TaskUpdates from "../../rdd/task_updates.ts"
import * as StateStore from "../state_store.ts"
import { Computed } from "../plan/computed.ts"
import * as Executor from "./executor.ts"
import { isPersisted, type Lowered } from "./host.ts"
import { type Environment, Planner } from "./planner.ts"
import { LocalBatch } from "./open_batch.ts"
import { ProvidedLayers } from "./provided.ts"
import * as Stateful from "./stateful.ts"
import { attempt, type Job } from "./task.ts"

/** How a local engine works. */
export interface Options {
  /** How many partitions may wait for effects side by side; partitions of what is made, where nothing else says how many. */
  readonly parallelism: number
  /** In its place as a number of partitions, also of operations by key, which otherwise go by their parents. */
  readonly defaultParallelism?: number | undefined
  /** Whether loops may be generated code (true); where that is forbidden closures are used in any case. */
  readonly generateCode?: boolean | undefined
  /** Sends every stage through graph look-up and record codec, as an engine with other isolates does (false). */
  readonly loopback?: boolean | undefined
  /** The processes that `pipe` starts where no others are provided; without them it fails. */
  readonly processes?: Processes.Processes | undefined
}

/** Makes a local engine. */
export const make: (options: Options) => Effect.Effect<Engine, never, StateStore.StateStore> = Effect
  .fnUntraced(function* (options: Options) {
    const how = { generateCode: options.generateCode ?? true }
    const states = yield* StateStore.StateStore
    let copy: GraphCopy | undefined
    const released = new Computed()
    const jobs = new WeakMap<JobContext, Computed>()
    const shared = {
      parallelism: options.parallelism,
      defaultParallelism: options.defaultParallelism,
      executor: options.loopback === true
        ? Executor.loopback(how, (address) => copy?.operationAt(address))
        : Executor.inline(how),
      states,
      released,
      turns: new WeakMap<AnyRDD, Semaphore.Semaphore>(),
    }
    const environment = (job: JobContext): Environment => {
      const batch = job.batch instanceof LocalBatch ? job.batch : undefined
      const ofJob = jobs.get(job) ?? new Computed(batch?.computed ?? released)
      jobs.set(job, ofJob)
      return { ...shared, batch, ofJob }
    }
    const plan = <A>(rdd: AnyRDD, dry: boolean, use: (planner: Planner, lowered: Lowered) => Job<A>): Job<A> =>
      Effect.flatMap(CurrentJob, (job) => {
        const layers = new ProvidedLayers()
        const planner = new Planner(environment(job), job, layers, dry)
        planner.survey(rdd)
        const run = layers.during(Effect.flatMap(planner.lower(rdd), (lowered) => use(planner, lowered)))
        return dry ? run : Processes.provideDefault(
          TaskUpdates.during(run, (commit) => attempt(rdd, undefined, job, commit)),
          options.processes,
        )
      })
    const engine: Engine = {
      defaultParallelism: options.defaultParallelism ?? options.parallelism,
      run: <A, E, R>(
        rdd: RDD<A, E, R>,
        partitions?: ReadonlyArray<number>,
        each?: (block: Block.Block<A>, partition: number) => Effect.Effect<void>,
      ) =>
        plan(rdd, false, (planner, { pieces }) => {
          const wanted = partitions ?? pieces.map((_, i) => i)
          return planner.runMany(
            rdd,
            wanted.flatMap((i) => {
              const piece = pieces[i]
              return piece === undefined ? [] : [[piece, i] as const]
            }),
            // The RDD says what is in its blocks, the planner does not know.
            each as ((block: Block.Block<unknown>, partition: number) => Effect.Effect<void>) | undefined,
          )
        }) as Effect.Effect<ReadonlyArray<Block.Block<A>>, ActionError<E>, R>,
      layout: <A, E, R>(rdd: RDD<A, E, R>) =>
        plan(
          rdd,
          true,
          (_, { pieces, partitioner }) => Effect.succeed<Layout>({ partitions: pieces.length, partitioner }),
        ) as Effect.Effect<
          Layout,
          ActionError<E>,
          R
        >,
      compute: (rdd) => Effect.asVoid(engine.run(rdd)),
      openBatch: (work) =>
        Effect.gen(function* () {
          if (copy !== undefined && work.notes !== undefined) {
            yield* copy.evaluate(Codec.decode(Codec.encode([work.notes]))[0])
          }
          return new LocalBatch(work, released)
        }),
      endBatch: (time, outcome) =>
        Effect.suspend(() => {
          copy?.release(time)
          return outcome === "commit" ? states.commit(time) : states.abort(time)
        }),
      stateVersion: (id) => states.version(id),
      release: (rdd) =>
        Effect.sync(() => {
          if (rdd.primitive.kind === "persist") released.release(rdd)
        }),
      abandon: (rdd) =>
        Effect.sync(() => {
          if (!isPersisted(rdd) || released.has(rdd)) return
          released.keep(rdd, Stateful.nothingOf(shared, rdd))
        }),
      forgetStates: states.forget,
      ...(options.loopback === true && {
        useCopy: (given: GraphCopy | undefined) => {
          copy = given
        },
      }),
    }
    return engine
  })

/** A local engine with a state store in memory, as a layer. */
export const layer = (options: Options): Layer.Layer<Engine> =>
  Layer.effect(Engine, make(options)).pipe(Layer.provide(StateStore.layerMemory))
