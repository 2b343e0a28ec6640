/**
 * The output that writes each batch to a sink of the user: saveTo.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { dual } from "../../core/dual.ts"
import { Engine } from "../../rdd/engine.ts"
import { records } from "../../rdd/job.ts"
import type { RDD } from "../../rdd/rdd.ts"
import { type DStream, lift } from "../dstream.ts"
import { makeOutput, nameOutput, type Output } from "./output.ts"
import type { Sink, SinkTransaction } from "./sink.ts"

/**
 * Writes an RDD in a transaction, one partition after the other. The first one is computed before the transaction begins:
 * otherwise a shuffle, for example, would keep the transaction and its locks open.
 */
export const writeBatch: <A, E, R>(
  rdd: RDD<A, unknown, unknown>,
  begin: Effect.Effect<SinkTransaction<A, E, R> | undefined, E, R | Scope.Scope>,
  check?: (records: ReadonlyArray<A>) => Effect.Effect<void, E>,
) => Effect.Effect<void, unknown, unknown> = Effect.fnUntraced(
  function* <A, E, R>(
    rdd: RDD<A, unknown, unknown>,
    begin: Effect.Effect<SinkTransaction<A, E, R> | undefined, E, R | Scope.Scope>,
    check: (records: ReadonlyArray<A>) => Effect.Effect<void, E> = () => Effect.void,
  ) {
    const engine = yield* Engine
    const { partitions } = yield* engine.layout(rdd)
    const partition = (i: number) => Effect.tap(records(rdd, [i]), check)
    const first = partitions === 0 ? [] : yield* partition(0)
    const transaction = yield* begin
    if (transaction === undefined) return
    yield* transaction.write(first)
    for (let i = 1; i < partitions; i++) yield* transaction.write(yield* partition(i))
    yield* transaction.commit
  },
  Effect.scoped,
)

/**
 * Writes each batch to a sink exactly once: in one transaction with the output's name and the batch time, by which the sink
 * knows a batch that it has. The name must stay the same when the program restarts. Spark has no such operation; its
 * documentation asks to write one in `foreachRDD`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * // A store that keeps what was written under the key of the batch.
 * const store = new Map<string, ReadonlyArray<number>>()
 * const sink: DStream.Sink<number> = {
 *   begin: ({ output, time }) =>
 *     Effect.sync(() => {
 *       const key = `${output} ${time}`
 *       if (store.has(key)) return undefined
 *       const written: Array<number> = []
 *       return {
 *         write: (records) => Effect.sync(() => void written.push(...records)),
 *         commit: Effect.sync(() => void store.set(key, written)),
 *       }
 *     }),
 * }
 * await Effect.runPromise(Testing.runOutputs([Testing.input([[1, 2], [3]]).pipe(DStream.saveTo(sink, "numbers"))]))
 * assert.deepEqual([...store], [["numbers 1000", [1, 2]], ["numbers 2000", [3]]])
 * ```
 */
export const saveTo: {
  <A, E2, R2>(sink: Sink<A, E2, R2>, name: string): <E, R>(self: DStream<A, E, R>) => Output<E | E2, R | R2>
  <A, E, R, E2, R2>(self: DStream<A, E, R>, sink: Sink<A, E2, R2>, name: string): Output<E | E2, R | R2>
} = dual(
  3,
  <A, E, R, E2, R2>(self: DStream<A, E, R>, sink: Sink<A, E2, R2>, name: string): Output<E | E2, R | R2> => {
    const { problems = [] } = sink
    const output: Output<E | E2, R | R2> = makeOutput({
      operation: "saveTo",
      stream: lift("saveTo", self, [], (rdd) => rdd, { check: () => problems }),
      functions: [],
      detail: JSON.stringify([name]),
      run: (rdd: RDD<A>, { attempt, recovered, time }) =>
        writeBatch(rdd, sink.begin({ output: name, time, attempt, recovered })),
    })
    return nameOutput(output, name)
  },
)
