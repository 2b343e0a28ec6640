/**
 * The engine of a Spark cluster: plans batches where the program runs, and has their stages run by workers that the
 * cluster's executors start.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import { declaredBy } from "../../dstream/graph/origin.ts"
import { InvalidGraph } from "../../dstream/graph/validate.ts"
import type { CopyPlan, Engine, StartFailed } from "../../rdd/engine.ts"
import { type Batches, NotedBatches } from "../copy/noted_batches.ts"
import type { Elsewhere, Here } from "../local/elsewhere.ts"
import * as LocalEngine from "../local/engine.ts"
import { rddOfTask } from "../plan/references.ts"
import * as StateStore from "../state_store.ts"
import { type Command, encodeCommand, type RunData, tagOf } from "./command.ts"
import type { ClusterError } from "./errors.ts"
import { StageRunner } from "./executor.ts"
import { Packer, Parcels } from "./parcels.ts"
import type { Cluster } from "./relations.ts"
import { failuresIn } from "./reports.ts"
import * as RemoteStates from "./states.ts"

/** The module that every bundle has besides those of the program. */
export const ENTRY: string = new URL("./bundle_entry.ts", import.meta.url).href

/** The options of the engine. */
export interface Options extends Omit<LocalEngine.Options, "elsewhere" | "loopback"> {
  /** On how many executors what is kept for later batches is stored (2). */
  readonly copies?: number | undefined
  /** How many milliseconds a task may take in a worker. */
  readonly taskTimeout?: number | undefined
  /** Sends the code of a module to the cluster, and gives the name of the uploaded bundle. */
  readonly ship: (module: string) => Effect.Effect<string, StartFailed | ClusterError>
}

/** A run whose tasks the cluster runs. */
class ClusterRun {
  readonly runner: StageRunner
  readonly #data: RunData
  readonly #batches: NotedBatches

  constructor(
    here: Here,
    plan: CopyPlan,
    options: {
      readonly bundle: string
      readonly cluster: Cluster
      readonly copies: number
      readonly states: RemoteStates.RemoteStates
      readonly taskTimeout: number | undefined
    },
  ) {
    this.#batches = new NotedBatches(plan.remembers)
    const { freezeRecords, generateCode } = here
    const { taskTimeout } = options
    const data = plan.data as Omit<RunData, "declared" | "id">
    const declared = declaredBy(data.origin.module)
    this.#data = { ...data, declared, id: crypto.randomUUID(), freezeRecords, generateCode, taskTimeout }
    this.runner = new StageRunner({
      ...options,
      told: () => this.#told(),
      errors: () => plan.errors,
      here: here.executor,
      onDriver: (task, why) => {
        const rdd = rddOfTask(task)
        if (rdd !== undefined) plan.onDriver(rdd, why)
      },
    })
  }

  #told(): { readonly run: RunData; readonly batches: Batches } {
    return { run: this.#data, batches: this.#batches.all }
  }

  /** Has a worker make its copy of the graph. Fails with its reason if it cannot. */
  probe(cluster: Cluster, bundle: string): Effect.Effect<void, InvalidGraph | ClusterError> {
    const command: Command = {
      ...this.#told(),
      output: 0,
      heads: [],
      targets: undefined,
      job: { batchTime: undefined, name: undefined, outputId: 0, attempt: 0 },
      states: [],
      refresh: undefined,
    }
    const packer = new Packer()
    // Spark runs no task for a relation that it knows to be empty.
    packer.add({ tag: tagOf(command.output, "records"), partition: 0, source: 0, parts: [] })
    const of = { kind: "shuffled", of: { kind: "rows", rows: packer.rows() }, partitions: 1 } as const
    return Effect.gen({ self: this }, function* () {
      const encoded = yield* Effect.try({
        try: () => encodeCommand(command),
        catch: (cause) => invalid(`the data that the graph was made from cannot be sent to workers: ${String(cause)}`),
      })
      const parcels = new Parcels(yield* cluster.collect({ kind: "stage", of, command: encoded, bundle }))
      const refusal = failuresIn(parcels).map(({ answer }) => answer).find(({ kind }) => kind === "refused")
      if (refusal?.kind !== "refused") return
      return yield* Effect.fail(invalid(refusal.why ?? "a worker has no copy of the graph"))
    })
  }

  begin(notes: unknown): void {
    this.#batches.begin(notes)
  }

  /** Releases what no batch after the one at `time` looks back at. */
  end(time: number): Effect.Effect<void> {
    return this.runner.release(this.#batches.end(time))
  }
}

const invalid = (text: string): InvalidGraph =>
  new InvalidGraph({ problems: [{ operator: undefined, callSite: undefined, text }] })

const notDeclared = invalid(
  "the graph was made where the program runs, but the workers of a cluster have to make it again. Declare it with " +
    "Graph.module(import.meta, (config) => […]) at the top level of a module, export the function that this returns, and " +
    "start the graph that the function makes",
)

/** Makes the engine of a cluster. */
export const make = (cluster: Cluster, options: Options): Effect.Effect<Engine, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { copies = 2, ship, taskTimeout } = options
    const scope = yield* Scope.Scope
    let run: ClusterRun | undefined
    let coding: CopyPlan["codingOf"] = () => undefined
    const states = yield* RemoteStates.make({ cluster, copies, codingOf: (id) => coding(id) })
    const elsewhere = (here: Here): Elsewhere => ({
      executor: {
        ...here.executor,
        get stage() {
          return run?.runner.stage
        },
      },
      addressing: (batch) => run === undefined ? undefined : batch?.addressOf,
      openBatch: (notes) => Effect.sync(() => run?.begin(notes)),
      endBatch: (time) =>
        // The cluster forgets relations while the next batch begins.
        Effect.suspend(() => run === undefined ? Effect.void : Effect.asVoid(Effect.forkIn(run.end(time), scope))),
      methods: {
        useWorkers: Effect.fnUntraced(function* (plan) {
          if (plan === undefined) return yield* Effect.fail(notDeclared)
          const bundle = yield* ship(plan.module)
          const own = new ClusterRun(here, plan, { bundle, cluster, copies, states, taskTimeout })
          yield* own.probe(cluster, bundle)
          coding = plan.codingOf
          yield* Effect.acquireRelease(
            Effect.sync(() => run = own),
            () =>
              Effect.suspend(() => {
                if (run === own) run = undefined
                return own.runner.close
              }),
          )
        }),
      },
    })
    return yield* Effect.provideService(
      LocalEngine.make({ ...options, elsewhere }),
      StateStore.StateStore,
      states,
    )
  })
