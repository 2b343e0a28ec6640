/** The messages of Spark Connect in the library. */
import assert from "node:assert/strict"
import { warnSkipped } from "../servers/launching.ts"
import { built, FOLDER } from "./build.ts"

const texts = await built().catch((error: Error) => error)
if (texts instanceof Error) {
  warnSkipped(import.meta.url, `the compiler of messages, an npm package that Deno fetches: ${texts.message}`)
}

Deno.test({
  name: "the files of messages are those that deno task proto writes",
  ignore: texts instanceof Error,
  fn: () => {
    assert.ok(!(texts instanceof Error))
    const names = Array.from(Deno.readDirSync(FOLDER), ({ name }) => name).filter((name) => name.endsWith("_pb.ts"))
    assert.deepEqual([...texts.keys()].sort(), names.sort())
    for (const [name, text] of texts) assert.equal(Deno.readTextFileSync(new URL(name, FOLDER)), text, name)
  },
})
