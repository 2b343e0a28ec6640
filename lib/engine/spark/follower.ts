/**
 * How a worker of a cluster follows a run: it makes a copy of the graph, and evaluates the batches whose tasks it is given.
 *
 * @module
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { describeCause } from "../../core/errors.ts"
import { fingerprint } from "../../dstream/graph/fingerprint.ts"
import { type AnyGraph, makeAgain } from "../../dstream/graph/graph.ts"
import * as GraphLayers from "../../dstream/graph/layers.ts"
import { type GraphMismatch, mismatch } from "../../dstream/graph/mismatch.ts"
import { declaredIn } from "../../dstream/graph/origin.ts"
import type { InvalidGraph } from "../../dstream/graph/validate.ts"
import { timeOf } from "../copy/noted_batches.ts"
import { makeCopy, type SkippingCopy } from "../copy/graph_copy.ts"
import { placeOf } from "../threads/task_place.ts"
import type { Command, RunData } from "./command.ts"
import { onExecutor } from "./executor_files.ts"
import type { Worksite } from "./worker_stage.ts"

/** The modules of a bundle, by the URLs that they had. */
export type Modules = ReadonlyMap<string, object>

/** The bundle does not have the graph of a run. */
export class GraphNotExported extends Data.Error<{ readonly module: string; readonly problem: string }> {
  readonly _tag = "GraphNotExported" as const
  override get message(): string {
    return `workers do not find the graph of the program in ${this.module}: ${this.problem}. Call Graph.module at the top ` +
      "level of the module only, and export what it returns from the same module, for each graph"
  }
}

/** Makes the graph of a run again: by the exported function with the number that its declaration has on the driver. */
const graphOf = (
  modules: Modules,
  { declared, fingerprint: original, origin }: RunData,
): Effect.Effect<AnyGraph, GraphNotExported | GraphMismatch | InvalidGraph> =>
  Effect.gen(function* () {
    const { call, config, index, module } = origin
    const notFound = (problem: string) => new GraphNotExported({ module, problem })
    const builds = declaredIn(modules.get(module) ?? {})
    const build = builds[index]
    // Declarations have the same order here. If one of them is not exported, the numbers of the others are not known.
    if (build === undefined || builds.length < declared) {
      return yield* notFound(`of the graphs that it declares (${declared}), it exports ${builds.length}`)
    }
    const graph = yield* Effect.try({
      try: () => makeAgain(build, { call, config }),
      catch: (cause) => notFound(`the function that makes the graph throws there (${describeCause(cause)})`),
    })
    const difference = mismatch(original, fingerprint(graph), { texts: false })
    return difference === undefined ? graph : yield* difference
  })

/** A run as a worker sees it. */
class Follower {
  readonly #graph: AnyGraph
  readonly #run: RunData
  #copy: SkippingCopy
  #worksite: Worksite | undefined
  /** The times of the batches that the copy knows. */
  #known = new Set<number>()
  #latest = -Infinity

  constructor(graph: AnyGraph, run: RunData) {
    this.#graph = graph
    this.#run = run
    this.#copy = makeCopy(graph, run.options)
  }

  /** Begins with a new copy, which knows no batch. */
  #anew(): void {
    this.#copy = makeCopy(this.#graph, this.#run.options)
    this.#worksite = undefined
    this.#known = new Set()
    this.#latest = -Infinity
  }

  /** The copy, which has evaluated the batch of a command. */
  readonly worksite = ({ batches, job }: Command): Effect.Effect<Worksite, unknown> =>
    Effect.gen({ self: this }, function* () {
      const time = job.batchTime ?? -Infinity
      // A copy cannot go back. An earlier batch is computed again if what it has kept was lost.
      if (time < this.#latest && !this.#known.has(time)) this.#anew()
      const { freezeRecords, generateCode, options: { defaultParallelism } } = this.#run
      const worksite = this.#worksite ?? {
        copy: this.#copy,
        place: yield* placeOf(this.#copy, { defaultParallelism, freezeRecords, generateCode, withFiles: onExecutor }),
      }
      this.#worksite = worksite
      const fresh = batches.notes.filter((notes) => timeOf(notes) > this.#latest)
      for (const notes of fresh) {
        const at = timeOf(notes)
        if (at === time) {
          yield* worksite.place.evaluating(this.#copy.evaluate(notes))
          this.#known.add(at)
        } else this.#copy.skip(notes)
        this.#latest = at
      }
      if (batches.ended !== undefined) this.#copy.release(batches.ended)
      return worksite
    })
}

/** Follows runs, one after another. */
export class Following {
  readonly #modules: Modules
  #current: { readonly id: string; readonly follower: Follower; readonly scope: Scope.Closeable } | undefined

  constructor(modules: Modules) {
    this.#modules = modules
  }

  /** The copy of the graph for a command. The layers of the graph live until a command of another run comes. */
  readonly worksite = (command: Command): Effect.Effect<Worksite, unknown> =>
    Effect.gen({ self: this }, function* () {
      const { run } = command
      if (run === undefined) throw new TypeError("a command without a run")
      if (this.#current?.id !== run.id) yield* this.#begin(run)
      return yield* this.#current!.follower.worksite(command)
    })

  #begin(run: RunData): Effect.Effect<void, unknown> {
    return Effect.gen({ self: this }, function* () {
      const before = this.#current
      this.#current = undefined
      if (before !== undefined) yield* Scope.close(before.scope, yield* Effect.exit(Effect.void))
      const graph = yield* graphOf(this.#modules, run)
      const scope = yield* Scope.make()
      yield* Effect.provideService(GraphLayers.build(graph, Layer.makeMemoMapUnsafe()), Scope.Scope, scope)
      this.#current = { id: run.id, follower: new Follower(graph, run), scope }
    })
  }
}
