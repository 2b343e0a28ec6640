/** Streams of files keep the contract of sources that are read by position. */
import { DStream } from "@dstream/dstream"
import { Testing } from "@dstream/dstream/testing"
import * as Effect from "effect/Effect"

Deno.test("textFileStream keeps the contract of positions", async () => {
  const folder = await Deno.makeTempDir()
  let files = 0
  await Effect.runPromise(Testing.checkPositions({
    stream: () => DStream.textFileStream(folder, { newFilesOnly: false, newBy: "name" }),
    add: (lines: ReadonlyArray<string>) =>
      Effect.promise(async () => {
        const path = `${folder}/${String(files++).padStart(4, "0")}`
        await Deno.writeTextFile(`${path}._COPYING_`, lines.map((line) => `${line}\n`).join(""))
        await Deno.utime(`${path}._COPYING_`, 0, 0)
        await Deno.rename(`${path}._COPYING_`, path)
      }),
    record: String,
    // A file is read as a whole.
    keepsLimit: false,
  }))
  await Deno.remove(folder, { recursive: true })
})
