/**
 * Outputs: what a graph is for. print, foreachRDD, foreachPartition, and what happens when they fail.
 *
 * @module
 */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { dual } from "../core/dual.ts"
import { type Pipeable, Prototype } from "effect/Pipeable"
import { hasProperty } from "effect/Predicate"
import type * as Types from "effect/Types"
import { type CallSite, callSite } from "../core/call_site.ts"
import { showRecord } from "../core/show.ts"
import { count, take } from "../rdd/actions.ts"
import { mapPartitionsEffect } from "../rdd/effectful.ts"
import { type ActionError, CurrentJob, type Engine } from "../rdd/engine.ts"
import type { Callable } from "../rdd/primitive.ts"
import type { RDD } from "../rdd/rdd.ts"
import { type AnyDStream, type DStream, isDStream, lift } from "./dstream.ts"
import type { OutputPolicy } from "./policy.ts"

const TypeId = "~dstream/Output"

/** Which run of which output this is: what an exactly-once sink needs to know. */
export interface OutputInfo {
  /** The batch time, epoch milliseconds. */
  readonly time: number
  /** The output's position in the graph. */
  readonly outputId: number
  /** 0 for the first run in this batch, then 1, 2, … */
  readonly attempt: number
}

/** An output operation without its types: what a list of outputs is made of. */
export interface UntypedOutput extends Pipeable {
  /** The operation that made it, such as `print`. */
  readonly operation: string
  /** The stream whose RDDs it takes. */
  readonly stream: AnyDStream
  /** Its name in the graph, unique if given. */
  readonly name: string | undefined
  /** Where in the user's source it was made. */
  readonly site: CallSite
  /** What happens when it fails; undefined leaves that to the context. */
  readonly policy: OutputPolicy<unknown, unknown> | undefined
  /** The user's functions: their text is part of the graph's fingerprint. */
  readonly functions: ReadonlyArray<Callable>
  /** What else tells it apart, such as how many records `print` shows: part of the fingerprint as well. */
  readonly detail: string
  /** Runs it for the RDD of one batch. */
  readonly run: (rdd: RDD<never, never, never>, info: OutputInfo) => Effect.Effect<unknown, unknown, unknown>
}

/** An output operation on a stream, as a value: hand it to `StreamingContext.start`. */
export interface Output<out E = never, out R = never> extends UntypedOutput {
  readonly [TypeId]: { readonly _E: Types.Covariant<E>; readonly _R: Types.Covariant<R> }
}

/** An output of whatever type. */
export type AnyOutput = Output<unknown, unknown>

/** The errors that an output can end the context with: the typed errors of its stream's and its own functions. */
export type ErrorOf<O> = O extends Output<infer E, infer _R> ? E : never
/** The services that an output needs. */
export type ServicesOf<O> = O extends Output<infer _E, infer R> ? R : never

const variance = { _E: (_: never) => _, _R: (_: never) => _ }

/** The same output with something else about it. */
const changed = <E, R>(
  self: Output<unknown, unknown>,
  change: Partial<Pick<Output<unknown, unknown>, "name" | "policy">>,
): Output<E, R> => Object.assign(Object.create(Prototype), self, change)

/** Whether a value is an output. */
export const isOutput = (u: unknown): u is AnyOutput => hasProperty(u, TypeId)

/** Makes an output operation from what it does with the RDD of a batch. */
export const makeOutput = <E, R>(fields: {
  readonly operation: string
  readonly stream: AnyDStream
  readonly functions?: ReadonlyArray<Callable>
  readonly detail?: string
  readonly run: (rdd: RDD<never, never, never>, info: OutputInfo) => Effect.Effect<unknown, unknown, unknown>
}): Output<E, R> =>
  Object.assign(Object.create(Prototype), {
    [TypeId]: variance,
    functions: [],
    detail: "",
    ...fields,
    name: undefined,
    site: callSite(),
    policy: undefined,
  })

/** The typed errors inside an action's error; engine errors are in every batch's failure anyway. */
export type Unwrapped<E> = E extends ActionError<infer X> ? X : E

/**
 * Runs `f` on the RDD of every batch, on the driver, when the batch's turn has come: also for an empty RDD, not for a
 * batch in which the stream has none. What is in the RDD is computed by the actions that `f` calls. Spark: `foreachRDD`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, RDD } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const sums: Array<number> = []
 * const output = DStream.foreachRDD(Testing.input([[1, 2], [3]]), (rdd, { time }) =>
 *   Effect.map(RDD.fold(rdd, 0, (a, b) => a + b), (sum) => void sums.push(time + sum)))
 * await Effect.runPromise(Testing.runOutputs([output]))
 * assert.deepEqual(sums, [1003, 2003])
 * ```
 */
export const foreachRDD: {
  <A, E, R, E2, R2>(
    f: (rdd: RDD<A, E, R>, info: OutputInfo) => Effect.Effect<unknown, E2, R2>,
  ): (self: DStream<A, E, R>) => Output<E | Unwrapped<E2>, R | Exclude<R2, Engine>>
  <A, E, R, E2, R2>(
    self: DStream<A, E, R>,
    f: (rdd: RDD<A, E, R>, info: OutputInfo) => Effect.Effect<unknown, E2, R2>,
  ): Output<E | Unwrapped<E2>, R | Exclude<R2, Engine>>
} = dual(
  2,
  <A, E, R, E2, R2>(
    self: DStream<A, E, R>,
    f: (rdd: RDD<A, E, R>, info: OutputInfo) => Effect.Effect<unknown, E2, R2>,
  ): Output<E | Unwrapped<E2>, R | Exclude<R2, Engine>> =>
    makeOutput({ operation: "foreachRDD", stream: self, functions: [f], run: f }),
)

/**
 * Runs `f` on every partition of every batch, where the data is: on the thread or executor that has computed it, with
 * no result for the driver. The partition's index and the attempt tell a sink what it may have written before.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const written: Array<unknown> = []
 * const output = DStream.foreachPartition(Testing.input([[1, 2, 3]]), (records, { partition }) =>
 *   Effect.sync(() => written.push([partition, ...records])))
 * await Effect.runPromise(Testing.runOutputs([output]))
 * assert.deepEqual(written, [[0, 1], [1, 2, 3]])
 * ```
 */
export const foreachPartition: {
  <A, E2, R2>(
    f: (records: ReadonlyArray<A>, info: OutputInfo & { readonly partition: number }) => Effect.Effect<unknown, E2, R2>,
  ): <E, R>(self: DStream<A, E, R>) => Output<E | E2, R | R2>
  <A, E, R, E2, R2>(
    self: DStream<A, E, R>,
    f: (records: ReadonlyArray<A>, info: OutputInfo & { readonly partition: number }) => Effect.Effect<unknown, E2, R2>,
  ): Output<E | E2, R | R2>
} = dual(
  2,
  <A, E, R, E2, R2>(
    self: DStream<A, E, R>,
    f: (records: ReadonlyArray<A>, info: OutputInfo & { readonly partition: number }) => Effect.Effect<unknown, E2, R2>,
  ): Output<E | E2, R | R2> => {
    const written = lift(
      "foreachPartition",
      self,
      (rdd, { time }) =>
        mapPartitionsEffect(
          rdd,
          (records, partition) =>
            Effect.flatMap(CurrentJob, ({ outputId, attempt }) =>
              Effect.as(f(records, { time, outputId, attempt, partition }), [])),
        ),
      { functions: [f] },
    )
    return makeOutput({ operation: "foreachPartition", stream: written, run: count })
  },
)

const RULE = "-".repeat(43)

/**
 * Prints the first `num` (10) records of every batch on the console, under the batch time. Pairs look as Scala's do.
 * Spark: `print`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const { stdout } = await Effect.runPromise(Testing.runOutputs([DStream.print(Testing.input([["a"]]))]))
 * assert.deepEqual(stdout.split("\n").slice(1), ["Time: 1000 ms", "-".repeat(43), "a", "", ""])
 * ```
 */
export const print: {
  (num?: number): <A, E, R>(self: DStream<A, E, R>) => Output<E, R>
  <A, E, R>(self: DStream<A, E, R>, num?: number): Output<E, R>
} = dual(
  (args) => isDStream(args[0]),
  <A, E, R>(self: DStream<A, E, R>, num = 10): Output<E, R> =>
    makeOutput({
      operation: "print",
      stream: self,
      detail: String(num),
      run: (rdd, { time }) =>
        Effect.flatMap(take(rdd, num + 1), (records) => {
          const shown = records.slice(0, num).map((record) => `${showRecord(record)}\n`).join("")
          const more = records.length > num ? "...\n" : ""
          return Console.log(`${RULE}\nTime: ${time} ms\n${RULE}\n${shown}${more}`)
        }),
    }),
)

/**
 * Says what happens when this output fails. Without it the context's policy applies, which is to fail.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, OutputPolicy } from "@dstream/dstream"
 *
 * const output = DStream.constant([1]).pipe(DStream.print(), DStream.onFailure(OutputPolicy.skip))
 * assert.equal(output.policy?._tag, "Skip")
 * ```
 */
export const onFailure: {
  <E2, R2>(policy: OutputPolicy<E2, R2>): <E, R>(self: Output<E, R>) => Output<E | E2, R | R2>
  <E, R, E2, R2>(self: Output<E, R>, policy: OutputPolicy<E2, R2>): Output<E | E2, R | R2>
} = dual(
  2,
  <E, R, E2, R2>(self: Output<E, R>, policy: OutputPolicy<E2, R2>): Output<E | E2, R | R2> => changed(self, { policy }),
)

/**
 * Names an output: listeners see it under this name. Names are unique in a graph, over streams and outputs together.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 *
 * const output = DStream.constant([1]).pipe(DStream.print(), DStream.nameOutput("numbers"))
 * assert.equal(output.name, "numbers")
 * ```
 */
export const nameOutput: {
  (name: string): <E, R>(self: Output<E, R>) => Output<E, R>
  <E, R>(self: Output<E, R>, name: string): Output<E, R>
} = dual(2, <E, R>(self: Output<E, R>, name: string): Output<E, R> => changed(self, { name }))
