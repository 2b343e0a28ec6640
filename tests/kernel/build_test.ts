import assert from "node:assert/strict"
import { built, TARGET } from "./build.ts"

Deno.test("the WebAssembly bytes in the library are those of machine.wat; run `deno task kernel` after changes", async () => {
  assert.equal(await Deno.readTextFile(TARGET), await built())
})
