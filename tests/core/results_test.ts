import assert from "node:assert/strict"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { listOf, refusePending, refusePendingRecords } from "../../lib/core/results.ts"

class Refused extends Data.TaggedError("Refused")<{ readonly why: string }> {}

/** Passes any value, as a caller without types can. */
const untyped = (given: unknown) => given as Iterable<unknown>

Deno.test("listOf() accepts arrays, other iterables and strings", () => {
  const array = [1, 2]
  assert.equal(listOf(array), array)
  assert.deepEqual(listOf(new Map([["a", 1]])), [["a", 1]])
  assert.deepEqual(listOf("ab"), ["a", "b"])
})

Deno.test("listOf() refuses values that are iterable only for yield*, and names the alternative", () => {
  const cases: ReadonlyArray<readonly [unknown, RegExp]> = [
    [Option.some([1]), /but gave: an Option; Option\.toArray .* filterMap/],
    [Option.none(), /but gave: an Option/],
    [Result.succeed([1]), /but gave: a Result/],
    [Effect.succeed([1]), /but gave: an Effect; flatMapEffect/],
    [new Refused({ why: "full" }), /but gave: an Effect/],
    [undefined, /but gave: undefined/],
    [7, /but gave: number/],
  ]
  for (const [given, message] of cases) assert.throws(() => listOf(untyped(given)), { _tag: "Mismatch", message })
})

Deno.test("refusePending() refuses Promises and Effects, but not Effects that are data", () => {
  assert.throws(() => refusePending(Promise.reject(new Error("never seen")), "mapEffect"), /Promises, .*; mapEffect/)
  assert.throws(() => refusePending(Effect.sync(() => 1), "mapEffect"), /Effects, which are not run/)
  for (const data of [new Refused({ why: "full" }), Exit.succeed(1), Exit.fail("no"), Option.some(1), new Error("x")]) {
    refusePending(data, "mapEffect")
    refusePendingRecords([data])
    refusePendingRecords([["key", data]])
  }
})
