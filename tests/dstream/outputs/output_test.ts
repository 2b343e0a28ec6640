import assert from "node:assert/strict"
import * as DStream from "../../../lib/dstream.ts"
import * as OutputPolicy from "../../../lib/output_policy.ts"
import { Testing } from "../../../lib/testing.ts"

Deno.test("nameOutput() makes a new output and leaves the given one unchanged", () => {
  const output = DStream.print(Testing.input([[1]]))
  const named = DStream.nameOutput(output, "numbers")
  assert.deepEqual([output.name, named.name, named.stream], [undefined, "numbers", output.stream])
})

Deno.test("outputs can be piped into onFailure() and nameOutput()", () => {
  const output = DStream.print(DStream.constant([1])).pipe(
    DStream.nameOutput("ones"),
    DStream.onFailure(OutputPolicy.skip),
  )
  assert.equal(output.name, "ones")
  assert.equal(output.policy?._tag, "Skip")
  assert.equal(output.operation, "print")
})
