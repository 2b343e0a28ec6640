/** A graph that fails with errors of the program, in a module of its own: workers import it, too. */
import { Data, Effect, Schema } from "effect"
import { DStream, Graph, RDD } from "../../mod.ts"
import { Testing } from "../../lib/testing.ts"

export class Refused extends Data.TaggedError("Refused")<{ readonly port: number; readonly cause?: unknown }> {
  override get message(): string {
    return `port ${this.port} is closed`
  }
}

export class OverQuota extends Schema.TaggedError<OverQuota>()("OverQuota", {
  account: Schema.String,
  until: Schema.Date,
}) {}

export class Undeclared extends Data.TaggedError("Undeclared")<{ readonly n: number }> {}

/** What an action on the driver has failed with, by batch. */
export const caught: Array<unknown> = []

const errorOf = (n: number): Error =>
  n === 1
    ? new Refused({ port: 80, cause: new OverQuota({ account: "a", until: new Date(0) }) })
    : n === 2
    ? new OverQuota({ account: "b", until: new Date(1) })
    : new Undeclared({ n })

/** Whether this isolate is a worker. */
const isWorker = "WorkerGlobalScope" in globalThis

/** Throws one of the errors for each number, if the engine has workers only in these. */
export const failing = Graph.module(
  import.meta,
  (
    { batches, hasWorkers }: { readonly batches: ReadonlyArray<ReadonlyArray<number>>; readonly hasWorkers: boolean },
  ) => [
    Testing.input(batches, { partitions: 2 }).pipe(
      DStream.map((n) => {
        if (isWorker === hasWorkers) throw errorOf(n)
        return n
      }),
      DStream.foreachRDD((rdd) => Effect.map(Effect.flip(RDD.collect(rdd)), (error) => void caught.push(error))),
    ),
  ],
  { errors: [OverQuota, Refused] },
)
