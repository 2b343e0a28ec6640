import assert from "node:assert/strict"
import { accepts, file, messages, rejects } from "./checking.ts"
import { foldersPointDown, levels } from "./folders.ts"

/** A path of an entry of the table. */
const pathIn = (layer: string, entry: string): string =>
  `lib/${layer}/${entry === "." ? "a.ts" : entry.endsWith(".ts") ? entry : `${entry}/a.ts`}`

/** How a file of `lib/<layer>/<folder>` or `lib/<layer>` names another file. */
const specifier = (from: string, to: string): string => {
  const up = from.split("/").length === 4 ? "../../" : "../"
  return `${up}${to.slice("lib/".length)}`
}

const importing = (from: string, to: string) => file(from, `\nimport type { A } from "${specifier(from, to)}"`)

Deno.test("foldersPointDown() accepts imports of the same folder and of each lower level", () => {
  for (const [layer, order] of Object.entries(levels)) {
    order.forEach((entries, level) => {
      for (const entry of entries) {
        const from = pathIn(layer, entry)
        if (!entry.endsWith(".ts")) accepts(foldersPointDown, importing(from, from.replace("a.ts", "b.ts")))
        for (const lower of order.slice(0, level).flat()) {
          accepts(foldersPointDown, importing(from, pathIn(layer, lower)))
        }
      }
    })
  }
})

Deno.test("foldersPointDown() rejects imports of each higher level", () => {
  for (const [layer, order] of Object.entries(levels)) {
    order.forEach((entries, level) => {
      for (const lower of entries) {
        for (const higher of order.slice(level + 1).flat()) {
          const { path, text } = importing(pathIn(layer, lower), pathIn(layer, higher))
          rejects(foldersPointDown, path, text, new RegExp(`^${path}:2 import points up, from lib/${layer}/.* to lib/`))
        }
      }
    })
  }
})

Deno.test("foldersPointDown() rejects imports between two folders of one level", () => {
  rejects(foldersPointDown, "lib/rdd/numbers/a.ts", `import "../files/b.ts"`, /one level/)
  rejects(foldersPointDown, "lib/dstream/graph/a.ts", `export * from "../operators/b.ts"`, /one level/)
  rejects(foldersPointDown, "lib/connector/sqlite/a.ts", `import "../postgres/b.ts"`, /one level/)
})

Deno.test("foldersPointDown() tells files that the table places alone from the rest of their folder", () => {
  accepts(foldersPointDown, file("lib/dstream/dstream.ts", `import type { A } from "./inputs/input_source.ts"`))
  accepts(foldersPointDown, file("lib/streaming/batch/a.ts", `import "../errors.ts"`))
  rejects(foldersPointDown, "lib/dstream/dstream.ts", `import "./inputs/input.ts"`, /lib\/dstream\/\*\.ts to lib/)
  rejects(foldersPointDown, "lib/streaming/batch/a.ts", `import "../runtime.ts"`, /to lib\/streaming\/\*\.ts/)
})

Deno.test("foldersPointDown() rejects a folder without a level, and leaves other layers to importsPointDown()", () => {
  assert.deepEqual(messages(foldersPointDown, file("lib/rdd/util/a.ts", `import "../rdd.ts"`)), [
    "lib/rdd/util/a.ts:- lib/rdd/util has no level; give it one in tests/house/folders.ts",
  ])
  rejects(foldersPointDown, "lib/core/util/a.ts", "", /lib\/core\/util has no level/)
  accepts(foldersPointDown, file("lib/rdd/actions/a.ts", `import "../../streaming/context/b.ts"`))
  accepts(foldersPointDown, file("lib/testing/laws/a.ts", `import "../law.ts"`))
})
