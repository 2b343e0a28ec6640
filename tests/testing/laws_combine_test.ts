import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { Testing } from "../../lib/testing.ts"
import { broken, holds, smallest } from "./laws.ts"

const values = fc.nat(9)
const add = (a: number, b: number) => a + b
const subtract = (a: number, b: number) => a - b
const { isAssociative, isCommutative, isNeutral, monoid, undoes } = Testing.laws

Deno.test("isAssociative() holds for a sum and not for a difference", async () => {
  await holds(isAssociative(add, { values }))
  assert.deepEqual(await smallest(isAssociative(subtract, { values })), [0, 0, 1])
})

Deno.test("isAssociative() ignores rounding errors if by rounds the results", async () => {
  const doubles = fc.double({ min: -1, max: 1, noNaN: true })
  await holds(isAssociative(add, { values: doubles, by: (n) => Math.round(n * 1e6) }))
  const tenths = fc.constantFrom(0.1, 0.2, 0.3)
  await holds(isAssociative(add, { values: tenths, by: (n) => n.toFixed(6) }))
  assert.equal((await broken(isAssociative(add, { values: tenths }))).law, "f is associative")
})

Deno.test("isCommutative() holds for a sum and not for a concatenation", async () => {
  await holds(isCommutative(add, { values }))
  const concat = isCommutative((a: string, b: string) => a + b, { values: fc.constantFrom("", "a", "b") })
  assert.deepEqual(await smallest(concat), ["a", "b"])
})

Deno.test("isNeutral() holds for 0 in sums and not for 1", async () => {
  await holds(isNeutral(add, 0, { values }))
  assert.equal(await smallest(isNeutral(add, 1, { values })), 0)
})

Deno.test("isNeutral() requires the zero to be neutral on both sides", async () =>
  assert.equal(await smallest(isNeutral(subtract, 0, { values })), 1))

Deno.test("monoid() consists of isAssociative() and isNeutral()", async () => {
  const laws = monoid(Math.max, -Infinity, { values })
  const held = await Effect.runPromise(Testing.checkAll(laws))
  assert.deepEqual(held.map(({ law }) => law), ["f is associative", "zero is neutral"])
  const wrong = await Effect.runPromise(Effect.flip(Testing.checkAll(monoid(Math.max, 1, { values }))))
  assert.deepEqual([wrong.law, wrong.given], ["zero is neutral", 0])
})

Deno.test("undoes() holds for a difference after a sum and not after a maximum", async () => {
  await holds(undoes(add, subtract, { values }))
  assert.deepEqual(await smallest(undoes(Math.max, subtract, { values })), [1, 1])
})
