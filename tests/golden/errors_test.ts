import assert from "node:assert/strict"
import type { ErrorSpec } from "./case.ts"
import { matches, matchesText, specOf } from "./errors.ts"
import { throwOpenText, UserError } from "./functions.ts"
import { classesOf } from "./java_classes.ts"

const tagged = (_tag: string, message: string, more: object = {}) =>
  Object.assign(new Error(message), { _tag, ...more })

const inTask = (reason: Error) => tagged("JobFailed", `map failed: ${reason.message}`, { partition: 1, reason })

const task = (name: string, message: string): ErrorSpec => ({
  class: "org.apache.spark.SparkException",
  message: "Job aborted due to stage failure",
  task: { class: name, message },
})

Deno.test("classesOf() gives the Java class of the innermost error that has one", () => {
  assert.deepEqual(classesOf(tagged("InvalidOption", "n is 0")), ["java.lang.IllegalArgumentException"])
  assert.deepEqual(classesOf(inTask(tagged("EmptyCollection", "empty"))), [
    "org.apache.spark.SparkUnsupportedOperationException",
  ])
  assert.deepEqual(classesOf(tagged("AlreadyStarted", "started")), ["AlreadyStarted"])
  assert.deepEqual(classesOf(new Error("plain")), [])
})

Deno.test("matches() compares the class", () => {
  const error = tagged("InvalidOption", "take: n is -1, but must be 0 or more: n too small")
  const expected = { class: "java.lang.IllegalArgumentException", message: "requirement failed: n too small" }
  assert.equal(matches(expected, error), true)
  for (const name of ["java.lang.IllegalStateException", "UserError", "InvalidOption", ""]) {
    assert.equal(matches({ ...expected, class: name }, error), false, name)
  }
})

Deno.test("matches() compares whether a task failed", () => {
  const error = inTask(new UserError("boom: 1"))
  assert.equal(matches(task("UserError", "boom: 1"), error), true)
  assert.equal(matches(task("UserError", "boom: 1"), new UserError("boom: 1")), false)
  assert.equal(matches({ class: "UserError", message: "boom: 1" }, error), false)
  assert.equal(matches({ ...task("UserError", "boom: 1"), class: "java.lang.Exception" }, error), false)
  assert.equal(matches({ ...task("UserError", "boom: 1"), message: "aborted" }, error), false)
})

Deno.test("matches() compares the whole text of a user's error", () => {
  for (const text of ["boom", "boom: 11", "", "oom: 1"]) {
    assert.equal(matches({ class: "UserError", message: text }, new UserError("boom: 1")), false, text)
  }
  assert.throws(() => throwOpenText("whatever"))
  assert.equal(matches({ class: "UserError", message: "any text" }, new UserError("whatever")), true)
})

Deno.test("matches() finds the root cause where a recording has one", () => {
  const error = tagged("InvalidOption", "a: b", { cause: new Error("the disk is full") })
  const expected = { class: "java.lang.IllegalArgumentException", message: "b" }
  assert.equal(matches({ ...expected, rootCause: "the disk is full" }, error), true)
  assert.equal(matches({ ...expected, rootCause: "the disk is gone" }, error), false)
  assert.equal(
    matches({ ...expected, cause: { class: "java.lang.Exception", message: "the disk is gone" } }, error),
    false,
  )
})

Deno.test("matchesText() finds a text between the details that the library adds, and no part of it", () => {
  const ours = "RDD.sample: fraction is -0.5, but must be 0 or more: Fraction must be nonnegative, but got -0.5"
  assert.equal(matchesText("requirement failed: Fraction must be nonnegative, but got -0.5", ours), true)
  for (const text of ["Fraction must be", "must be nonnegative, but got -0.5", "-0.5", ""]) {
    assert.equal(matchesText(text, ours), false, text)
  }
  assert.equal(
    matchesText("GoldenInput@<id> has not been initialized", "StreamingContext has not been started (x)"),
    true,
  )
})

Deno.test("specOf() writes errors as recordings do", () => {
  assert.deepEqual(specOf(inTask(new UserError("boom: 1"))), task("UserError", "boom: 1"))
  assert.deepEqual(specOf(tagged("NotStarted", "not started")), {
    class: "org.apache.spark.SparkException",
    message: "not started",
  })
})
