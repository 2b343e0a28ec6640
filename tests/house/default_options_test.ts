import assert from "node:assert/strict"
import deno from "../../deno.json" with { type: "json" }

const root = new URL("../../", import.meta.url)

/** The checked entry points. They are most of the types, and packages of connectors take long. `DSTREAM_ENTRIES=all` checks all. */
const entries = Deno.env.get("DSTREAM_ENTRIES") === "all"
  ? Object.values(deno.exports)
  : [deno.exports["."], deno.exports["./testing"]]

// A program that imports the sources from a folder checks them with its own options, which are rarely ours.
Deno.test("The types of entry points are right under Deno's default compiler options", async () => {
  const folder = await Deno.makeTempDir()
  try {
    const paths = entries.map((path) => new URL(path, root).href)
    const imports = { ...deno.imports, ...Object.fromEntries(paths.map((path, i) => [`entry${i}`, path])) }
    await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify({ imports, nodeModulesDir: "none" }))
    await Deno.writeTextFile(`${folder}/main.ts`, paths.map((_, i) => `import "entry${i}"\n`).join(""))
    const { stderr, success } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--no-lock", "main.ts"],
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output()
    assert.ok(success, new TextDecoder().decode(stderr))
  } finally {
    await Deno.remove(folder, { recursive: true })
  }
})
