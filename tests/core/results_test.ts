import assert from "node:assert/strict"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import {
  accepts,
  comparisonOf,
  effectOf,
  listOf,
  numberOf,
  optionOf,
  recordOf,
  recordsOf,
  refuseUnrun,
  valueCheck,
  valueOf,
} from "../../lib/core/results.ts"

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

/** A Promise that is rejected: the test fails if nothing handles it. */
const rejected = () => Promise.reject(new Error("never seen"))

// deno-lint-ignore no-explicit-any
const any = (given: unknown): any => given

Deno.test("each check refuses Promises, Effects and Promise-like objects, and handles the rejection", async () => {
  const checks: ReadonlyArray<readonly [name: string, check: (given: unknown) => unknown]> = [
    ["valueOf", (given) => valueOf(given)],
    ["recordOf", (given) => recordOf(given)],
    ["a key of recordOf", (given) => recordOf([given, 1])],
    ["a value of recordOf", (given) => recordOf(["key", given])],
    ["listOf", (given) => listOf(any(given))],
    ["the last of three elements of recordOf", (given) => recordOf(["key", 1, given])],
    ["recordsOf", (given) => recordsOf([1, given, rejected(), ["key", rejected()]])],
    ["optionOf", (given) => optionOf(any(given))],
    ["the value of optionOf", (given) => optionOf(Option.some(given))],
    ["numberOf", (given) => numberOf(any(given))],
    ["accepts", (given) => accepts(given)],
    ["refuseUnrun", (given) => refuseUnrun(given)],
  ]
  for (const [name, check] of checks) {
    for (const given of [rejected(), Effect.sync(() => 1), any({ __proto__: { then: () => {} } }), { then() {} }]) {
      assert.throws(() => check(given), { _tag: "Mismatch" }, name)
    }
  }
  assert.equal(Effect.runSyncExit(effectOf(any(rejected())))._tag, "Failure")
  // Rejections without a handler fail the test now.
  await new Promise((resolve) => setTimeout(resolve))
})

Deno.test("records with Promises directly in their parts are refused, and all rejections handled", async () => {
  const records: ReadonlyArray<() => unknown> = [
    () => ({ city: rejected(), street: rejected() }),
    () => ({ __proto__: null, city: rejected() }),
    () => [1, [rejected(), rejected()]],
    () => [[rejected()], 1],
    () => ["key", { city: rejected() }],
    () => Array.from({ length: 50 }, rejected),
    () => ["key", Array.from({ length: 50 }, rejected)],
    () => ({ then() {} }),
  ]
  for (const record of records) {
    assert.throws(() => recordOf(record()), { _tag: "Mismatch", message: /gives Promises/ })
    assert.throws(() => recordsOf([1, record(), record()]), { _tag: "Mismatch", message: /gives Promises/ })
  }
  for (const value of [() => [1, rejected()], () => ({ city: rejected() })]) {
    assert.throws(() => valueCheck.check(value(), [value()]), { _tag: "Mismatch", message: /gives Promises/ })
  }
  // Rejections without a handler fail the test now.
  await new Promise((resolve) => setTimeout(resolve))
})

Deno.test("records whose parts are no Promises pass", () => {
  const broken = {
    get text(): string {
      throw new TypeError("not now")
    },
  }
  const run = Effect.sync(() => 1)
  for (const record of [broken, { then: "later" }, { run }, ["key", { run }], [new Date(0), [new Map()], null]]) {
    assert.equal(recordOf(record), record)
  }
})

Deno.test("accepts() refuses Options and Results, which are always truthy, and names the alternative", () => {
  assert.throws(() => accepts(Option.none()), { _tag: "Mismatch", message: /must give a boolean.* use Option\.isSome/ })
  assert.throws(() => accepts(Result.fail("no")), { _tag: "Mismatch", message: /use Result\.isSuccess/ })
  assert.deepEqual([accepts({}), accepts(null), accepts("")], [true, false, false])
})

Deno.test("checks name the operation that takes functions that give Effects", () => {
  assert.throws(() => valueOf(Promise.resolve(1), "mapEffect"), { message: /Promises, .*; mapEffect takes/ })
  assert.throws(() => valueOf(Effect.sync(() => 1)), { message: /gives Effects, which are not run$/ })
})

Deno.test("numberOf() and optionOf() say what they got", () => {
  assert.throws(() => numberOf(any(true)), { message: "its function must give a number, but gave: boolean" })
  assert.throws(() => comparisonOf(NaN), { message: "its function must give a number, but gave: NaN" })
  assert.throws(() => optionOf(any(undefined)), { message: "its function must give an Option, but gave: undefined" })
  assert.throws(() => optionOf(any(rejected())), { message: /must give an Option, but gave: Promises/ })
})

Deno.test("Effects that are data pass as values, but not where nothing is expected", () => {
  for (const data of [new Refused({ why: "full" }), Exit.succeed(1), Exit.fail("no"), Option.some(1), new Error("x")]) {
    assert.equal(valueOf(data), data)
    assert.equal(recordOf(data), data)
    assert.deepEqual(recordsOf([data, ["key", data]]), [data, ["key", data]])
  }
  assert.throws(() => refuseUnrun(Effect.fail("no")), { _tag: "Mismatch" })
})
