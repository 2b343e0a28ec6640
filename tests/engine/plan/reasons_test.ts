import assert from "node:assert/strict"
import * as Data from "effect/Data"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import { callSite } from "../../../lib/core/call_site.ts"
import * as Codec from "../../../lib/core/codec.ts"
import * as Errors from "../../../lib/core/errors.ts"
import { UnsupportedKey } from "../../../lib/core/keys.ts"
import { decodeReason, encodeReason } from "../../../lib/engine/plan/reasons.ts"
import { BroadcastDestroyed } from "../../../lib/rdd/broadcast.ts"
import { FileError } from "../../../lib/rdd/files/files.ts"

const again = (reason: unknown): unknown => decodeReason(encodeReason(reason))

/** An error that has come back. */
const errorOf = (reason: unknown): Error => {
  const error = again(reason)
  assert.ok(error instanceof Error)
  assert.notEqual(error, reason)
  return error
}

/** The fields of an error, with the text of a call site in its place. */
const fieldsOf = (error: Error): unknown =>
  Object.entries(error).map(([name, value]) => [name, name === "site" ? value.long : value]).sort()

const text = fc.string()
const faults = fc.oneof(
  text.map((problem) => new Errors.Mismatch({ problem })),
  text.map((problem) => new UnsupportedKey({ problem })),
  text.map((problem) => new Codec.CorruptBlock({ problem })),
  fc.record({ path: text, found: text }).map((fields) => new Codec.NotPortable(fields)),
  fc.record({ where: text, option: text, value: fc.double(), expected: text }).map((fields) =>
    new Errors.InvalidOption(fields)
  ),
  text.map((operation) => new Errors.EmptyCollection({ operation })),
  text.map((appName) => new Errors.SparkContextStopped({ appName })),
  text.map((broadcast) => new BroadcastDestroyed({ broadcast, site: callSite() })),
  fc.record({ path: text, cause: text }).map((fields) =>
    new FileError({ ...fields, operation: "write", reason: "Other" })
  ),
  fc.oneof(text, fc.integer(), fc.constant(null)).map((cause) => new Errors.FunctionFailed({ cause })),
)

Deno.test("errors of the library come back as their class, with their message, fields and stack", () => {
  fc.assert(fc.property(faults, (fault) => {
    const decoded = errorOf(fault)
    assert.equal(Object.getPrototypeOf(decoded), Object.getPrototypeOf(fault))
    assert.deepEqual([decoded.message, decoded.name, decoded.stack], [fault.message, fault.name, fault.stack])
    assert.deepEqual(fieldsOf(decoded), fieldsOf(fault))
  }))
})

Deno.test("the failure of a job comes back with its call site and its reason", () => {
  const site = callSite()
  const reason = new Errors.FunctionFailed({ cause: new RangeError("too far"), key: "a" })
  const job = { reason, operator: "map", callSite: site, partition: 1, batchTime: 2000 }
  const decoded = errorOf(new Errors.JobFailed(job))
  assert.ok(decoded instanceof Errors.JobFailed)
  assert.ok(decoded.reason instanceof Errors.FunctionFailed)
  assert.ok(decoded.reason.cause instanceof RangeError)
  assert.deepEqual([decoded.callSite.long, decoded.partition, decoded.batchTime], [site.long, 1, 2000])
  assert.match(
    decoded.message,
    /^map at reasons_test\.ts:\d+:\d+ failed in partition 1 of batch 2000 ms: key a: too far$/,
  )
  assert.equal(decoded.cause, decoded.reason.cause)
})

Deno.test("other errors keep their name, tag, message, stack, fields and cause", () => {
  class Refused extends Data.TaggedError("Refused")<{ readonly port: number; readonly tried: ReadonlyArray<string> }> {
    override get message(): string {
      return `port ${this.port} is closed`
    }
  }
  const refused = new Refused({ port: 80, tried: ["a", "b"] })
  const decoded = errorOf(refused)
  assert.ok(!(decoded instanceof Refused))
  assert.deepEqual(Object.fromEntries(Object.entries(decoded)), { _tag: "Refused", port: 80, tried: ["a", "b"] })
  assert.deepEqual([decoded.name, decoded.message, decoded.stack], [refused.name, refused.message, refused.stack])
  const wrapped = errorOf(new TypeError("no", { cause: refused }))
  assert.ok(wrapped instanceof TypeError)
  assert.ok(wrapped.cause instanceof Error)
  assert.equal(wrapped.cause.message, "port 80 is closed")
  assert.equal(Errors.describeCause(wrapped), "no: port 80 is closed")
})

Deno.test("an error of the user with the tag of one of the library does not become that of the library", () => {
  class Mismatch extends Data.TaggedError("Mismatch")<{ readonly problem: string }> {}
  const decoded = errorOf(new Mismatch({ problem: "mine" }))
  assert.ok(!(decoded instanceof Errors.Mismatch))
  assert.deepEqual(Object.entries(decoded).sort(), [["_tag", "Mismatch"], ["problem", "mine"]])
})

Deno.test("data that was thrown comes back as it was; of other objects their tag and fields come back", () => {
  for (const data of ["text", 1, null, undefined, [1, { a: new Date(0) }], { _tag: "Late", by: 3n }]) {
    assert.deepEqual(again(data), data)
  }
  class Late {
    readonly by = 3
    get _tag() {
      return "Late"
    }
  }
  assert.deepEqual(again(new Late()), { by: 3, _tag: "Late" })
  const job = { operator: "map", callSite: callSite(), partition: 1, batchTime: 2000 }
  const failed = errorOf(new Errors.JobFailed({ ...job, reason: new Late() }))
  assert.ok(failed instanceof Errors.JobFailed)
  assert.deepEqual(failed.reason, { by: 3, _tag: "Late" })
})

Deno.test("text takes the place of what cannot be encoded, wherever it is", () => {
  assert.equal(again(Symbol("odd")), "Symbol(odd)")
  assert.deepEqual(again({ f: Symbol("odd"), n: 1 }), { f: "Symbol(odd)", n: 1 })
  const decoded = errorOf(Object.assign(new Error("bad"), { list: [Symbol("odd")] }))
  assert.equal(typeof Object.fromEntries(Object.entries(decoded)).list, "string")
  let deep: unknown = 1
  for (let i = 0; i < 499; i++) deep = [deep]
  assert.equal(typeof again({ deep }), "string")
  const hostile = {
    get field(): never {
      throw new Error("never")
    },
  }
  assert.equal(typeof again(hostile), "string")
})

Deno.test("an error that contains itself comes back, with text in the place of itself", () => {
  const error: Error & { self?: unknown } = new Error("round")
  error.self = error
  error.cause = error
  const decoded = errorOf(error)
  assert.deepEqual([decoded.message, decoded.cause], ["round", "round"])
  assert.deepEqual(Object.entries(decoded), [["self", "round"], ["cause", "round"]])
})

Deno.test("an error whose declared class refuses its fields comes back as other errors do", () => {
  class Strict extends Schema.TaggedError<Strict>()("Strict", { limit: Schema.Number, check: Schema.Unknown }) {}
  const again = (error: Error) => decodeReason(encodeReason(error, [Strict]), [Strict])
  assert.ok(again(new Strict({ limit: 1, check: 2 })) instanceof Strict)
  const changed = again(Object.assign(new Strict({ limit: 1, check: 2 }), { limit: "none" }))
  assert.ok(changed instanceof Error && !(changed instanceof Strict))
  assert.equal(Reflect.get(changed, "limit"), "none")
})
