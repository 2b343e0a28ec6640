import assert from "node:assert/strict"
import * as Option from "effect/Option"
import { showRecord } from "../../lib/core/show.ts"

Deno.test("showRecord() writes strings without quotes, and numbers as they are", () => {
  assert.deepEqual(["a b", "", 1, 1.5, -0, NaN, 12n, true].map(showRecord), [
    "a b",
    "",
    "1",
    "1.5",
    "0",
    "NaN",
    "12",
    "true",
  ])
  assert.deepEqual([null, undefined].map(showRecord), ["null", "undefined"])
})

Deno.test("showRecord() writes arrays of two and three as tuples, others as lists", () => {
  assert.equal(showRecord(["hello", 10]), "(hello,10)")
  assert.equal(showRecord([1, ["a", "b"], 2]), "(1,(a,b),2)")
  assert.equal(showRecord([]), "[]")
  assert.equal(showRecord([1]), "[1]")
  assert.equal(showRecord([1, 2, 3, 4]), "[1, 2, 3, 4]")
})

Deno.test("showRecord() writes Options as Scala does", () => {
  assert.equal(showRecord(["a", [1, Option.none()]]), "(a,(1,None))")
  assert.equal(showRecord(Option.some(["b", 2])), "Some((b,2))")
})

Deno.test("showRecord() writes dates, bytes, collections and objects", () => {
  assert.equal(showRecord(new Date(0)), "1970-01-01T00:00:00.000Z")
  assert.equal(showRecord(new Date(NaN)), "Invalid Date")
  assert.equal(showRecord(new Uint8Array([1, 2])), "[1, 2]")
  assert.equal(showRecord(new Map([["a", 1]])), "Map(a -> 1)")
  assert.equal(showRecord(new Set([1, 2])), "Set(1, 2)")
  assert.equal(showRecord({ a: 1, b: ["x", 2] }), "{ a: 1, b: (x,2) }")
  assert.equal(showRecord({}), "{}")
  assert.equal(showRecord({ toString: () => "mine" }), "mine")
})

Deno.test("showRecord() terminates for a value that contains itself", () => {
  const loop: Array<unknown> = []
  loop.push(loop)
  assert.match(showRecord(loop), /^\[{33}\.\.\.\]{33}$/)
})
