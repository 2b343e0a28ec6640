import assert from "node:assert/strict"
import * as Data from "effect/Data"
import { callSite } from "../../lib/core/call_site.ts"
import { describeCause, explainFailure, FunctionFailed, JobFailed } from "../../lib/core/errors.ts"

class DbDown extends Data.TaggedError("DbDown")<{ readonly user: string; readonly tries: number }> {}

Deno.test("describeCause() shows the tag and the fields of an error without a message", () => {
  assert.equal(describeCause(new DbDown({ user: "eve", tries: 2 })), "DbDown { user: eve, tries: 2 }")
  assert.equal(describeCause(new Error("boom")), "boom")
  assert.equal(describeCause(new RangeError()), "RangeError")
  assert.equal(describeCause("text"), "text")
})

Deno.test("describeCause() shows the tag and the fields of a plain object", () => {
  assert.equal(describeCause({ _tag: "Nope", x: [1, { y: 2 }] }), "Nope { x: (1,{ y: 2 }) }")
  assert.equal(describeCause({ code: 42 }), "{ code: 42 }")
  assert.equal(describeCause({ _tag: "Nope" }), "Nope")
  assert.equal(describeCause(null), "null")
})

Deno.test("describeCause() shows each cause once, also if causes form a circle", () => {
  const inner = new Error("http 500")
  assert.equal(describeCause(new Error("outer", { cause: inner })), "outer: http 500")
  assert.equal(describeCause(new Error("it was http 500 again", { cause: inner })), "it was http 500 again")
  const circle = new Error("a")
  circle.cause = new Error("b", { cause: circle })
  assert.match(describeCause(circle), /^a: b/)
})

Deno.test("describeCause() shows the cause of an error without a message", () => {
  class LookupFailed extends Data.TaggedError("LookupFailed")<{ readonly cause: unknown }> {}
  class QueryFailed extends Data.TaggedError("QueryFailed")<{ readonly table: string; readonly cause: unknown }> {}
  assert.equal(describeCause(new LookupFailed({ cause: new Error("http 500") })), "LookupFailed: http 500")
  assert.equal(
    describeCause(new QueryFailed({ table: "users", cause: new LookupFailed({ cause: "no route" }) })),
    "QueryFailed { table: users }: LookupFailed: no route",
  )
})

Deno.test("explainFailure() shows where in the user's source the last cause comes from", () => {
  const helper = (x: { readonly foo?: { readonly bar: number } }) => x.foo!.bar
  const thrown = (() => {
    try {
      return helper({})
    } catch (error) {
      return error
    }
  })()
  const failure = new JobFailed({
    reason: new FunctionFailed({ cause: thrown }),
    operator: "map",
    callSite: callSite(),
    partition: 1,
    batchTime: 1000,
  })
  assert.equal(failure.cause, thrown)
  const [text, ...frames] = explainFailure(failure).split("\n")
  assert.match(
    text ?? "",
    /^map at errors_test.ts:\d+:\d+ failed in partition 1 of batch 1000 ms: Cannot read properties/,
  )
  assert.match(frames[0] ?? "", /^ +at helper \(.*errors_test.ts:\d+:\d+\)$/)
  assert.ok(frames.every((frame) => frame.includes("errors_test.ts")))
})

Deno.test("describeCause() describes values that throw when they are converted to a string", () => {
  const bare = Object.assign(Object.create(null), { code: 7 })
  assert.equal(describeCause(bare), "{ code: 7 }")
  assert.equal(describeCause({ inner: bare }), "{ inner: { code: 7 } }")
  class Shy extends Error {
    override get message(): string {
      throw new Error("not telling")
    }
  }
  assert.equal(describeCause(new Shy()), "something that cannot be shown (instance of Shy)")
  const failure = new FunctionFailed({ cause: new Shy() })
  assert.match(explainFailure(failure), /^something that cannot be shown/)
})
