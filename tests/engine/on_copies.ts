/** Runs graphs on the local engine, and on those whose tasks call the functions of a copy of the graph. */
import { Effect, type Scope } from "effect"
import { type Graph, StreamingContext } from "../../mod.ts"
import { Testing } from "../../lib/testing.ts"

/** The events about where tasks run, and the failures of outputs. */
export interface Ran {
  readonly events: ReadonlyArray<string>
  readonly failures: ReadonlyArray<string>
  readonly read: ReadonlyArray<number | undefined>
}

/** Runs some batches of a graph. */
export const run = (graph: Graph.AnyGraph, batches: number, engine: Testing.EngineName): Promise<Ran> => {
  const program = Effect.gen(function* () {
    const events: Array<StreamingContext.StreamingEvent> = []
    const ssc = yield* StreamingContext.make
    yield* StreamingContext.addStreamingListener(ssc, (event) => Effect.sync(() => void events.push(event)))
    const active = yield* StreamingContext.start(ssc, graph as Graph.Graph)
    yield* Testing.advance(active, batches)
    yield* StreamingContext.stop(active)
    const outputs = events.flatMap((event) => event._tag === "OutputOperationCompleted" ? [event.operation] : [])
    return {
      events: events.flatMap((event) =>
        event._tag === "OperationRunsOnDriver" || event._tag === "WorkersUnavailable" ? [event.reason] : []
      ),
      failures: outputs.flatMap(({ failureReason }) => failureReason ?? []),
      read: outputs.map(({ recordsRead }) => recordsRead),
    }
  })
  return Effect.runPromise(
    Effect.scoped(program as Effect.Effect<Ran, unknown, Testing.Services | Scope.Scope>).pipe(
      Effect.provide(Testing.layer({ engine })),
    ),
  )
}

const options = { sanitizeOps: true, sanitizeResources: true, sanitizeExit: true }

/** Registers a test for each of these engines. */
export const test = (name: string, body: (engine: Testing.EngineName) => Promise<void>): void => {
  for (const engine of ["local", "loopback", "threads", "cluster"] as const) {
    Deno.test(`${name} [${engine}]`, options, () => body(engine))
  }
}
