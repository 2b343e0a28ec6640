/**
 * The output that prints records on the console: print.
 *
 * @module
 */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { dual } from "../../core/dual.ts"
import { showRecord } from "../../core/show.ts"
import { take } from "../../rdd/actions/collecting.ts"
import { type DStream, isDStream } from "../dstream.ts"
import { makeOutput, type Output } from "./output.ts"

const RULE = "-".repeat(43)

/**
 * Prints the first `num` records of every batch on the console, under the batch time. `num` is 10 by default. Pairs are
 * printed as in Scala: `(a,1)`. Spark: `DStream.print`.
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
      functions: [],
      detail: String(num),
      run: (rdd, { time }) =>
        Effect.flatMap(take(rdd, num + 1), (records) => {
          const shown = records.slice(0, num).map((record) => `${showRecord(record)}\n`).join("")
          const more = records.length > num ? "...\n" : ""
          return Console.log(`${RULE}\nTime: ${time} ms\n${RULE}\n${shown}${more}`)
        }),
    }),
)
