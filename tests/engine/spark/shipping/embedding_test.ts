import assert from "node:assert/strict"
import { Effect } from "effect"
import { embedFiles } from "../../../../lib/engine/spark/shipping/embedding.ts"

const bundleOf = (...modules: ReadonlyArray<string>) =>
  `import { readFileSync } from "node:fs";\n\n${modules.join("\n")}`

Deno.test("files that modules of a bundle read beside themselves are part of it, and no line moves", async () => {
  const folder = await Deno.makeTempDir()
  try {
    await Deno.mkdir(`${folder}/package/dist`, { recursive: true })
    await Deno.writeFile(`${folder}/package/dist/native.wasm`, Uint8Array.of(0, 97, 115, 109))
    const read = (name: string) => `export const bytes = readFileSync(new URL("${name}", import.meta.url));`
    const bundle = bundleOf(
      "// package/dist/index.js",
      read("../dist/native.wasm"),
      "// main.ts",
      "export const line = 6;\n",
    )
    const embedded = await Effect.runPromise(embedFiles(bundle, folder))
    assert.equal(
      embedded.split("\n").indexOf("export const line = 6;"),
      bundle.split("\n").indexOf("export const line = 6;"),
    )
    await Deno.writeTextFile(`${folder}/bundle.js`, embedded)
    const { bytes } = await import(`file://${folder}/bundle.js`)
    assert.deepEqual(new Uint8Array(bytes), Uint8Array.of(0, 97, 115, 109))
    const missing = bundleOf("// package/dist/index.js", read("./missing.wasm"))
    assert.equal(await Effect.runPromise(embedFiles(missing, folder)), missing)
  } finally {
    await Deno.remove(folder, { recursive: true })
  }
})
