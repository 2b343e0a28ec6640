import assert from "node:assert/strict"
import fc from "fast-check"
import * as Time from "../../lib/core/time.ts"

const time = fc.integer({ min: -1_000_000, max: 1_000_000 })
const step = fc.integer({ min: 1, max: 5000 })

Deno.test("floor() returns the values recorded from Spark", () => {
  const pairs: ReadonlyArray<[number, number]> = [[1350, 200], [1200, 200], [199, 200], [1, 1], [0, 500]]
  assert.deepEqual(pairs.map(([t, d]) => Time.floor(t, d)), [1200, 1200, 0, 1, 0])
})

Deno.test("floorZero() returns the values recorded from Spark", () => {
  assert.deepEqual([50, 150, 200].map((zero) => Time.floorZero(1350, 200, zero)), [1250, 1350, 1200])
})

Deno.test("floor() and floorZero() round up for times before the epoch and the zero, as in Spark", () => {
  assert.deepEqual([Time.floor(-1, 200), Time.floor(-201, 200), Time.floor(-400, 200)], [0, -200, -400])
  assert.deepEqual([Time.floorZero(10, 200, 50), Time.floorZero(-160, 200, 50)], [50, -150])
})

Deno.test("floorZero() returns the latest multiple from the zero that is not after the time", () => {
  fc.assert(fc.property(time, step, time, (a, d, b) => {
    const [zero, t] = a < b ? [a, b] : [b, a]
    const floor = Time.floorZero(t, d, zero)
    assert(floor <= t && t < floor + d)
    assert(Time.isMultipleOf(Time.minusTime(floor, zero), d))
  }))
})

Deno.test("until() returns the values recorded from Spark", () => {
  assert.deepEqual(Time.until(1000, 1100, 100), [1000])
  assert.deepEqual(Time.until(1000, 1000, 100), [])
  assert.deepEqual(Time.until(1000, 1100, 30), [1000, 1030, 1060, 1090])
})

Deno.test("to() returns the values recorded from Spark", () => {
  assert.deepEqual(Time.to(1000, 1100, 100), [1000, 1100])
  assert.deepEqual(Time.to(1000, 1000, 100), [1000])
  assert.deepEqual(Time.to(1000, 1100, 30), [1000, 1030, 1060, 1090])
})

Deno.test("until() and to() go backwards with a negative step, as in Spark", () => {
  assert.deepEqual(Time.to(1000, 900, -50), [1000, 950, 900])
  assert.deepEqual(Time.until(1000, 900, -50), [1000, 950])
  assert.deepEqual(Time.to(1000, 890, -50), [1000, 950, 900])
  assert.deepEqual(Time.to(0, 10, -1), [])
  assert.deepEqual([Time.to(5, 5, -1), Time.until(5, 5, -1)], [[5], []])
})

Deno.test("durations and steps of zero throw InvalidOption", () => {
  for (const zero of [0, -0, NaN]) {
    const wrong = {
      _tag: "InvalidOption",
      message: /^(Time\.)?\w+: (step|duration) is (0|NaN), but must be other than 0/,
    }
    assert.throws(() => Time.until(0, 10, zero), wrong)
    assert.throws(() => Time.to(0, 10, zero), wrong)
    assert.throws(() => Time.floor(10, zero), wrong)
    assert.throws(() => Time.floorZero(10, zero, 5), wrong)
    assert.throws(() => Time.isMultipleOf(10, zero), wrong)
  }
})

Deno.test("to() equals until() plus the end, if the end falls on a step", () => {
  fc.assert(fc.property(time, fc.nat(50), step, (begin, n, d) => {
    const end = begin + n * d
    assert.deepEqual(Time.to(begin, end, d), [...Time.until(begin, end, d), end])
    assert.equal(Time.until(begin, end, d).length, n)
  }))
})

Deno.test("minusTime() returns the values recorded from Spark and undoes plus()", () => {
  assert.deepEqual([Time.minusTime(1000, 100), Time.minusTime(100, 1000)], [900, -900])
  fc.assert(fc.property(time, step, (t, d) => {
    assert.equal(Time.minusTime(Time.plus(t, d), t), d)
    assert.equal(Time.minus(Time.plus(t, d), d), t)
  }))
})

Deno.test("isMultipleOf() returns the values recorded from Spark", () => {
  assert.deepEqual([Time.isMultipleOf(1000, 5), Time.isMultipleOf(1000, 6)], [true, false])
})

Deno.test("less() to greaterEq(), min() and max() order times by value", () => {
  fc.assert(fc.property(time, time, (a, b) => {
    assert.deepEqual([Time.less(a, b), Time.lessEq(a, b)], [a < b, a <= b])
    assert.deepEqual([Time.greater(a, b), Time.greaterEq(a, b)], [a > b, a >= b])
    assert.deepEqual([Time.min(a, b), Time.max(a, b)], [a, b].sort((x, y) => x - y))
  }))
})

Deno.test("show() appends the unit", () => assert.equal(Time.show(-5), "-5 ms"))
