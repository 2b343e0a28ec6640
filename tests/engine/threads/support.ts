/** Runs graphs on workers, in virtual time. */
import { Effect, type Layer, type Scope } from "effect"
import { type Graph, StreamingContext } from "../../../mod.ts"
import * as LocalEngine from "../../../lib/engine/local/engine.ts"
import * as Threads from "../../../lib/engine/threads/threads.ts"
import { Testing } from "../../../lib/testing.ts"
import { layerOn } from "../../../lib/testing/engine_layer.ts"
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
  return layerOn(LocalEngine.make({ parallelism: 2, elsewhere }))
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
