import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import type { Rows } from "../../../../lib/engine/spark/relations.ts"
import { bundleProgram } from "../../../../lib/engine/spark/shipping/bundling.ts"
import type { RunTask } from "../../../../lib/engine/spark/worker/bundle.ts"

const here = (name: string): string => new URL(name, import.meta.url).href
const entry = here("entry.ts")

const imported = async (bytes: Uint8Array): Promise<RunTask> => {
  const file = await Deno.makeTempFile({ suffix: ".js" })
  await Deno.writeFile(file, bytes)
  const { runTask } = await import(`file://${file}`)
  await Deno.remove(file)
  return runTask
}

const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))
const noRows: Rows = { p: new Int32Array(), t: new Int32Array(), s: new Int32Array(), c: new Int32Array(), b: [] }

Deno.test("a bundle runs tasks with the user's module, and does not run its main program", async () => {
  const { bytes, name } = await Effect.runPromise(bundleProgram({ entry, modules: [here("user_module.ts")] }))
  assert.match(name, /^dstream-program-[0-9a-f]{16}\.js$/)
  const runTask = await imported(bytes)
  const emitted: Array<Rows> = []
  const rows = { ...noRows, p: new Int32Array(1), b: [encode(["a b", "b"])] }
  const info = { stageId: 0, partitionId: 0, taskAttemptId: 0, attemptNumber: 0 }
  await runTask(encode({ name: "map", partitions: 1 }), 0, rows, (rows) => emitted.push(rows), info)
  assert.deepEqual(emitted.map(({ b }) => JSON.parse(new TextDecoder().decode(b[0]))), [[["a", 1], ["b", 2]]])
})

Deno.test("the same modules make the same bundle", async () => {
  const make = () => Effect.runPromise(bundleProgram({ entry, modules: [here("user_module.ts")] }))
  assert.deepEqual(await make(), await make())
})

/** Makes three bundles at the same time, with a new cache each time, and prints whether each has its module. */
const firstBundles = (directory: string) => `
  import { bundleModule } from "./lib/engine/spark/shipping/bundling.ts"
  import * as Effect from "effect/Effect"
  const modules = [1, 2, 3].map((n) => ${JSON.stringify(directory)} + "/module" + n + ".ts")
  for (const module of modules) Deno.writeTextFileSync(module, "console.log(" + JSON.stringify(module) + ")")
  for (let round = 0; round < 8; round++) {
    Deno.env.set("DENO_DIR", ${JSON.stringify(directory)} + "/cache" + round)
    const bundles = await Effect.runPromise(
      Effect.forEach(modules, (module) => bundleModule("file://" + module), { concurrency: "unbounded" }),
    )
    console.log(bundles.map((bytes, i) => new TextDecoder().decode(bytes).includes(modules[i])).join())
  }`

Deno.test("the first bundles of a machine may be made at the same time", async () => {
  const directory = await Deno.makeTempDir()
  // In a process of its own: the cache is set in the environment, which all tests of a process share.
  const { stderr, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", firstBundles(directory)],
    cwd: new URL("../../../../", import.meta.url),
  }).output()
  await Deno.remove(directory, { recursive: true })
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
  assert.equal(text(stdout), "true,true,true\n".repeat(8), text(stderr))
})

const failures: ReadonlyArray<readonly [what: string, source: string | undefined, text: RegExp]> = [
  ["does not exist", undefined, /Module not found/],
  ["has an error of syntax", "export const = 1", /Expected|Unexpected|parse/],
  ["imports a package that is not installed", `export * from "no-such-package"`, /no-such-package/],
]

for (const [what, source, text] of failures) {
  Deno.test(`a module that ${what} fails with what Deno reports`, async () => {
    const directory = await Deno.makeTempDir()
    const module = `file://${directory}/user.ts`
    if (source !== undefined) await Deno.writeTextFile(`${directory}/user.ts`, source)
    const error = await Effect.runPromise(Effect.flip(bundleProgram({ entry, modules: [module] })))
    assert.equal(error._tag, "BundlingFailed")
    assert.equal(error.module, module)
    assert.match(error.text, text)
    assert.doesNotMatch(error.text, /Stack backtrace/)
    await Deno.remove(directory, { recursive: true })
  })
}

Deno.test({
  name: "a driver that may not run Deno is told which permission it needs",
  permissions: { read: true, write: true, env: true, run: false },
  fn: async () => {
    const error = await Effect.runPromise(Effect.flip(bundleProgram({ entry, modules: [here("user_module.ts")] })))
    assert.match(
      error.message,
      /^Deno cannot bundle .*user_module\.ts for the workers of the cluster: NotCapable.*run access/,
    )
    assert.match(error.message, /--allow-run=deno/)
  },
})
