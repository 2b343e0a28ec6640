/**
 * The output that shows records on the console: print.
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
