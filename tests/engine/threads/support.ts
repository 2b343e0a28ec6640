/** Runs graphs on workers, in virtual time. */
import { Effect, Layer, Logger, type Scope } from "effect"
import { type Graph, Scheduler, StreamingContext } from "../../../mod.ts"
import * as LocalEngine from "../../../lib/engine/local/engine.ts"
import { layerEngine } from "../../../lib/engine/spark_context.ts"
import * as StateStore from "../../../lib/engine/state_store.ts"
import * as Threads from "../../../lib/engine/threads/threads.ts"
import { Registry } from "../../../lib/streaming/context/registry.ts"
import { Testing } from "../../../lib/testing.ts"
import * as VirtualTime from "../../../lib/testing/virtual_time.ts"
import { seen } from "./graphs.ts"

const sanitizers = { sanitizeOps: true, sanitizeResources: true, sanitizeExit: true }

/** Declares a test that must leave nothing open. */
export const test = (name: string, body: () => Effect.Effect<unknown, unknown>): void =>
  Deno.test(name, sanitizers, async () => {
    seen.length = 0
    await Effect.runPromise(Effect.suspend(body))
  })

/** An engine whose stages are all spread over the driver and its workers. */
export const layer = (options: Partial<Threads.Options> = {}): Layer.Layer<Testing.Services> => {
  const elsewhere = Threads.make({ workers: 1, least: 0, waits: true, ...options })
  const engine = LocalEngine.make({ parallelism: 2, elsewhere })
  return Layer.mergeAll(
    Layer.succeed(Scheduler.Scheduler, { batchDuration: 1000 }),
    layerEngine({ master: "local[2]", appName: "test" }, engine).pipe(
      Layer.provide(Layer.fresh(StateStore.layerMemory)),
    ),
    Layer.succeed(Registry, { active: undefined }),
    Logger.layer([]),
  ).pipe(Layer.provideMerge(VirtualTime.layer(0))) as Layer.Layer<Testing.Services>
}

/** How the batches of a graph have ended, and the events of workers. */
export interface Ran {
  readonly ends: ReadonlyArray<string>
  readonly events: ReadonlyArray<StreamingContext.StreamingEvent>
  /** What has failed, by batch. */
  readonly failures: ReadonlyArray<string>
  /** How many records each output of a batch has read. */
  readonly read: ReadonlyArray<number | undefined>
}

/** Runs some batches of a graph. */
export const run = (
  graph: Graph.AnyGraph,
  batches: number,
  options?: Partial<Threads.Options>,
): Effect.Effect<Ran, unknown> =>
  Effect.gen(function* () {
    const events: Array<StreamingContext.StreamingEvent> = []
    const ssc = yield* StreamingContext.make
    yield* StreamingContext.addStreamingListener(ssc, (event) => Effect.sync(() => void events.push(event)))
    const active = yield* StreamingContext.start(ssc, graph as Graph.Graph)
    const ends = yield* Testing.advance(active, batches)
    yield* StreamingContext.stop(active)
    return {
      ends,
      events: events.filter(({ _tag }) => /Driver$|^Workers/.test(_tag)),
      failures: events.flatMap((event) =>
        event._tag === "OutputOperationCompleted" ? event.operation.failureReason ?? [] : []
      ),
      read: events.flatMap((event) => event._tag === "OutputOperationCompleted" ? [event.operation.recordsRead] : []),
    }
  }).pipe(
    (self: Effect.Effect<Ran, unknown, Testing.Services | Scope.Scope>) => Effect.scoped(self),
    Effect.provide(layer(options)),
  )
