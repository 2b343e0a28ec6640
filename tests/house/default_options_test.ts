import assert from "node:assert/strict"
import deno from "../../deno.json" with { type: "json" }

const root = new URL("../../", import.meta.url)

// A program that imports the sources from a folder checks them with its own options, which are rarely ours.
Deno.test("The types of every entry point are right under Deno's default compiler options", async () => {
  const folder = await Deno.makeTempDir()
  try {
    const paths = Object.values(deno.exports).map((path) => new URL(path, root).href)
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
