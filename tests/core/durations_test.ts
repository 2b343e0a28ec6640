import assert from "node:assert/strict"
import fc from "fast-check"
import * as Duration from "effect/Duration"
import * as Durations from "../../lib/core/durations.ts"

Deno.test("prettyPrint() returns the texts recorded from Spark", () => {
  const recorded: ReadonlyArray<[number, string]> = [
    [0, "0 ms"],
    [1, "1 ms"],
    [999, "999 ms"],
    [1000, "1.0 s"],
    [1500, "1.5 s"],
    [59999, "60.0 s"],
    [60000, "1.0 m"],
    [90000, "1.5 m"],
    [3599999, "60.0 m"],
    [3600000, "1.00 h"],
    [5400000, "1.50 h"],
  ]
  for (const [ms, text] of recorded) assert.equal(Durations.prettyPrint(ms), text)
})

Deno.test("prettyPrint() rounds floats of 32 bits, as Java's format does", () => {
  const printed: ReadonlyArray<[number, string]> = [
    [1050, "1.0 s"],
    [1150, "1.1 s"],
    [1250, "1.3 s"],
    [2450, "2.5 s"],
    [2550, "2.5 s"],
    [63_000, "1.0 m"],
    [123_456, "2.1 m"],
    [3_618_000, "1.00 h"],
    [7_234_567, "2.01 h"],
    [-5000, "-5000 ms"],
  ]
  for (const [ms, text] of printed) assert.equal(Durations.prettyPrint(ms), text)
})

Deno.test("show() and toFormattedString() return the texts recorded from Spark", () => {
  assert.deepEqual([0, 1000, -5].map(Durations.show), ["0 ms", "1000 ms", "-5 ms"])
  assert.deepEqual([0, 1000].map(Durations.toFormattedString), ["0", "1000"])
})

Deno.test("plus(), minus(), times() and div() return the values recorded from Spark", () => {
  assert.deepEqual([Durations.plus(1000, 100), Durations.plus(0, 0), Durations.plus(5, -7)], [1100, 0, -2])
  assert.deepEqual([Durations.minus(1000, 100), Durations.minus(100, 1000)], [900, -900])
  assert.deepEqual([Durations.times(200, 3), Durations.times(200, 0), Durations.times(7, -2)], [600, 0, -14])
  assert.deepEqual(
    [Durations.div(200, 400), Durations.div(1000, 1000), Durations.div(1000, 3)],
    [0.5, 1, 333.3333333333333],
  )
  assert(Object.is(Durations.times(-5, 0), 0))
})

Deno.test("less() to greaterEq() compare as recorded from Spark", () => {
  assert.deepEqual([Durations.less(999, 1000), Durations.less(1000, 1000)], [true, false])
  assert.deepEqual([Durations.greaterEq(999, 1000), Durations.greaterEq(1000, 1000)], [false, true])
  fc.assert(fc.property(fc.integer(), fc.integer(), (a, b) => {
    assert.equal(Durations.lessEq(a, b), Durations.less(a, b) || a === b)
    assert.equal(Durations.greater(a, b), !Durations.lessEq(a, b))
    assert.equal(Durations.greaterEq(a, b), !Durations.less(a, b))
  }))
})

Deno.test("isMultipleOf(), min(), max() and isZero() return the values recorded from Spark", () => {
  const pairs: ReadonlyArray<[number, number]> = [[1000, 5], [1000, 1000], [1000, 6], [0, 7]]
  assert.deepEqual(pairs.map(([a, b]) => Durations.isMultipleOf(a, b)), [true, true, false, true])
  assert.deepEqual([Durations.min(999, 1000), Durations.min(1000, 999), Durations.max(999, 1000)], [999, 999, 1000])
  assert.deepEqual([Durations.isZero(0), Durations.isZero(1)], [true, false])
})

Deno.test("isMultipleOf() throws InvalidOption for a duration of zero", () => {
  assert.throws(() => Durations.isMultipleOf(0, 0), { _tag: "InvalidOption" })
})

Deno.test("isMultipleOf() agrees with multiplication, for negative durations too", () => {
  fc.assert(fc.property(fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: 1, max: 1000 }), (k, d) => {
    assert(Durations.isMultipleOf(k * d, d))
    assert.equal(Durations.isMultipleOf(k * d + 1, d), d === 1)
  }))
})

Deno.test("milliseconds(), seconds() and minutes() return milliseconds", () => {
  assert.deepEqual([Durations.milliseconds(2), Durations.seconds(2), Durations.minutes(2)], [2, 2000, 120000])
})

Deno.test("toMillis() accepts whole positive milliseconds in every form of input", () => {
  assert.equal(Durations.toMillis(1500), 1500)
  assert.equal(Durations.toMillis("2 seconds"), 2000)
  assert.equal(Durations.toMillis(Duration.minutes(1)), 60_000)
  assert.equal(Durations.toMillis(5_000_000n), 5)
})

Deno.test("toMillis() returns undefined for everything else", () => {
  const refused: ReadonlyArray<Duration.Input> = [0, -1, 0.5, NaN, Infinity, "500 micros", "-1 seconds", "Infinity"]
  for (const input of refused) assert.equal(Durations.toMillis(input), undefined, String(input))
  assert.equal(Durations.toMillis(JSON.parse('"soon"')), undefined)
  assert.equal(Durations.toMillis(JSON.parse("null")), undefined)
})
