import assert from "node:assert/strict"
import deno from "../../deno.json" with { type: "json" }
import type { SourceFile } from "./source.ts"
import { type EffectModule, effectModule, reachedFrom, unstableUses } from "./stability.ts"

const root = new URL("../../", import.meta.url)

const walk = (folder: string): ReadonlyArray<SourceFile> =>
  [...Deno.readDirSync(new URL(folder, root))].flatMap(({ isDirectory, name }) =>
    isDirectory
      ? walk(`${folder}${name}/`)
      : [{ path: folder + name, text: Deno.readTextFileSync(new URL(folder + name, root)) }]
  )

const library = new Map(
  [...walk("lib/"), { path: "mod.ts", text: Deno.readTextFileSync(new URL("mod.ts", root)) }].map((
    file,
  ) => [file.path, file]),
)

const modules = new Map<string, EffectModule>()

/** Effect's sources are in its package, beside what is loaded. */
const moduleOf = (specifier: string): EffectModule => {
  const known = modules.get(specifier)
  if (known !== undefined) return known
  const source = import.meta.resolve(specifier).replace(/\/dist\/(.*)\.js$/, "/src/$1.ts")
  const module = effectModule(Deno.readTextFileSync(new URL(source)))
  modules.set(specifier, module)
  return module
}

const show = (file: SourceFile): ReadonlyArray<string> =>
  unstableUses(file, moduleOf).map(({ line, message, path }) => `${path}:${line} ${message}`)

Deno.test("The types of the main entry mention stable modules of Effect only, and no unstable one is loaded with it", () => {
  const reached = reachedFrom("mod.ts", library)
  assert.deepEqual(reached.flatMap(show), [])
  const paths = reached.map(({ path }) => path)
  assert.ok(paths.includes("lib/engine/files.ts") && paths.length > 200)
  assert.deepEqual(paths.filter((path) => /^lib\/(engine\/platform|connector)\//.test(path)), [])
})

for (const [name, path] of Object.entries(deno.exports)) {
  Deno.test(`The types of the entry point ${name} mention stable modules of Effect only`, () => {
    const found = reachedFrom(path.replace("./", ""), library).flatMap(show)
    assert.deepEqual(
      found.filter((problem) =>
        !/ (fast-check|pg|mqtt-packet|papaparse|hyparquet|hyparquet-writer|@platformatic\/kafka|@aws-sdk\/client-kinesis|@smithy\/node-http-handler) is loaded at once$/
          .test(problem)
      ),
      [],
    )
  })
}

Deno.test("effectModule() reads the stability of modules and of their exports from Effect's sources", () => {
  assert.equal(moduleOf("effect/Effect").stability, "stable")
  assert.equal(moduleOf("effect/testing/TestClock").stability, "stable")
  assert.equal(moduleOf("effect/FileSystem").stability, "unstable")
  assert.equal(moduleOf("effect/process/ChildProcess").stability, "unstable")
  assert.equal(moduleOf("effect/Glob").stability, "experimental")
  const { unstableExports } = moduleOf("effect/Schema")
  assert.ok(unstableExports.has("isAscii") && !unstableExports.has("String"))
})

Deno.test("reachedFrom() follows imports of values and of types, and no dynamic import", () => {
  const file = (path: string, text: string): readonly [string, SourceFile] => [path, { path, text }]
  const files = new Map([
    file("a.ts", `export * from "./b.ts"\nimport type { C } from "./c.ts"\n// import "./no.ts"`),
    file(
      "b.ts",
      `const later = () => import("./no.ts")\ntype D = typeof import("./d.ts")\ntype E = import("./e.ts").E`,
    ),
    file("c.ts", ""),
    file("d.ts", `await import("./no.ts").then(f)`),
    file("e.ts", `import "./a.ts"`),
  ])
  assert.deepEqual(reachedFrom("a.ts", files).map(({ path }) => path), ["a.ts", "b.ts", "d.ts", "e.ts", "c.ts"])
})

Deno.test("unstableUses() finds unstable modules, unstable exports of stable ones, and packages", () => {
  const found = (text: string) => show({ path: "lib/a.ts", text })
  assert.deepEqual(found(`import * as Effect from "effect/Effect"\nimport "node:fs"\nEffect.succeed(1)`), [])
  assert.deepEqual(found(`\nimport type { FileSystem } from "effect/FileSystem"`), [
    "lib/a.ts:2 effect/FileSystem is unstable",
  ])
  assert.deepEqual(found(`import * as Schema from "effect/Schema"\nSchema.String\n\nSchema.isAscii()`), [
    "lib/a.ts:4 isAscii of effect/Schema is not stable",
  ])
  assert.deepEqual(found(`import { String, isAscii as ascii } from "effect/Schema"`), [
    "lib/a.ts:1 isAscii of effect/Schema is not stable",
  ])
  assert.deepEqual(found(`import "@effect/platform-node-shared/NodePath"`), [
    "lib/a.ts:1 @effect/platform-node-shared/NodePath is loaded at once",
  ])
})

Deno.test("deno.lock has one copy of Effect", () => {
  const { npm }: { npm: Readonly<Record<string, unknown>> } = JSON.parse(
    Deno.readTextFileSync(new URL("deno.lock", root)),
  )
  assert.equal(Object.keys(npm).filter((name) => name.startsWith("effect@")).length, 1)
})
