import assert from "node:assert/strict"
import fc from "fast-check"
import * as Effect from "effect/Effect"
import * as Interval from "../../lib/core/interval.ts"

const first = Interval.make(0, 1000)
const second = Interval.make(1000, 2000)
const longer = Interval.make(0, 2000)

Deno.test("show() returns the text recorded from Spark", () => assert.equal(Interval.show(first), "[0 ms, 1000 ms]"))

Deno.test("less() returns the values recorded from Spark", () => {
  assert.equal(Effect.runSync(Interval.less(first, second)), true)
  assert.equal(Effect.runSync(Interval.less(first, first)), false)
})

Deno.test("less() to greaterEq() fail for different durations with Spark's message", () => {
  for (const compare of [Interval.less, Interval.lessEq, Interval.greater, Interval.greaterEq]) {
    const error = Effect.runSync(Effect.flip(compare(first, longer)))
    assert(error instanceof Interval.IntervalDurationMismatch)
    assert.equal(error._tag, "IntervalDurationMismatch")
    assert.equal(
      error.message,
      "Comparing two intervals with different durations [[0 ms, 1000 ms], [0 ms, 2000 ms]]",
    )
    assert.deepEqual([error.self, error.that], [first, longer])
  }
})

Deno.test("less() to greaterEq() order intervals of one duration by their ends", () => {
  fc.assert(fc.property(fc.integer(), fc.integer(), (a, b) => {
    const self = Interval.make(a, a + 100)
    const that = Interval.make(b, b + 100)
    const answers = [Interval.less, Interval.lessEq, Interval.greater, Interval.greaterEq].map((compare) =>
      Effect.runSync(compare(self, that))
    )
    assert.deepEqual(answers, [a < b, a <= b, a > b, a >= b])
  }))
})

Deno.test("plus() and minus() move both ends and keep the duration", () => {
  assert.deepEqual(Interval.plus(first, 500), { begin: 500, end: 1500 })
  assert.deepEqual(Interval.minus(Interval.plus(first, 500), 500), first)
  assert.equal(Interval.duration(Interval.plus(longer, 7)), 2000)
})

Deno.test("currentInterval() begins at a multiple of the duration and contains the current time", () => {
  assert.deepEqual(Interval.currentInterval(1350, 200), { begin: 1200, end: 1400 })
  fc.assert(fc.property(fc.nat(), fc.integer({ min: 1, max: 10_000 }), (now, duration) => {
    const { begin, end } = Interval.currentInterval(now, duration)
    assert(begin <= now && now < end && end - begin === duration && begin % duration === 0)
  }))
})
