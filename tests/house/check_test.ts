import assert from "node:assert/strict"
import { accepts, file, messages, rejects } from "./checking.ts"
import * as Rules from "./rules.ts"
import { sizeProblems, sizesOf } from "./sizes.ts"

// Joined at run time, because the rules check this file as well.
const absolute = (...parts: ReadonlyArray<string>): string => parts.map((part) => `/${part}`).join("")

Deno.test("importsPointDown() accepts the own folder, lower layers, and anything in the test kit", () => {
  accepts(
    Rules.importsPointDown,
    file("lib/rdd/a.ts", `import "./b.ts"\nimport "../core/keys.ts"\nimport "effect/Effect"`),
    file("lib/engine/threads/a.ts", `import "../local/b.ts"\nimport "../../rdd/a.ts"`),
    file("lib/dstream.ts", `export * from "./dstream/map.ts"`),
    file("lib/testing.ts", `export * from "./testing/harness.ts"\nexport * as Testing from "./testing.ts"`),
    file("lib/testing/harness.ts", `import "../dstream.ts"\nimport "../streaming/context.ts"`),
    file("tests/core/a_test.ts", `import "../../lib/ui/server.ts"`),
  )
})

Deno.test("importsPointDown() rejects an import of each higher layer from each lower one", () => {
  Rules.layers.forEach((lower, index) =>
    Rules.layers.slice(index + 1).forEach((higher) =>
      rejects(
        Rules.importsPointDown,
        `lib/${lower}/a.ts`,
        `\nimport type { B } from "../${higher}/b.ts"`,
        new RegExp(`^lib/${lower}/a.ts:2 import points up, from ${lower} to ${higher}`),
      )
    )
  )
})

Deno.test("importsPointDown() rejects barrels, the package itself, the test kit and unknown folders", () => {
  const rule = Rules.importsPointDown
  rejects(rule, "lib/ui/a.ts", `import "../dstream.ts"`, /barrel/)
  rejects(rule, "lib/dstream.ts", `export * from "./rdd.ts"`, /barrel/)
  rejects(rule, "lib/rdd/a.ts", `import "../../mod.ts"`, /barrel/)
  rejects(rule, "lib/rdd/a.ts", `import "@dstream/dstream"`, /barrel/)
  rejects(rule, "lib/ui/a.ts", `import "../testing/a.ts"`, /lib\/testing/)
  rejects(rule, "lib/dstream.ts", `export * from "./testing/a.ts"`, /lib\/testing/)
  rejects(rule, "lib/rdd/a.ts", `import "../../tests/a.ts"`, /outside lib/)
  rejects(rule, "lib/rdd/a.ts", `import "../util/a.ts"`, /lib\/util is not a layer/)
  rejects(rule, "lib/util/a.ts", `import "../core/a.ts"`, /lib\/util is not a layer/)
})

Deno.test("barrelsOnlyReExport() rejects any other statement in a barrel", () => {
  const rule = Rules.barrelsOnlyReExport
  accepts(
    rule,
    file(
      "lib/rdd.ts",
      `/** Doc. */\nexport * from "./rdd/a.ts"\nexport * as b from "./rdd/b.ts"\n` +
        `export {\n  c,\n  d as e,\n} from "./rdd/c.ts"\nexport type { F } from "./rdd/f.ts"\n`,
    ),
    file("lib/rdd/a.ts", "export const a = 1"),
  )
  rejects(rule, "lib/rdd.ts", `export * from "./rdd/a.ts"\nexport const a = 1`, /only re-export/)
  rejects(rule, "lib/rdd.ts", `import "./rdd/a.ts"`, /only re-export/)
})

Deno.test("importsKeepOut() rejects the root barrel of effect, and packages outside connectors and adapters", () => {
  const rule = Rules.importsKeepOut
  accepts(
    rule,
    file("lib/core/a.ts", `import * as Effect from "effect/Effect"\n// import "effect"`),
    file("lib/source/a.ts", `import net from "node:net"`),
    file("lib/connector/kafka/a.ts", `import "npm:kafka"\nimport "kafka"`),
    file("lib/engine/platform/a.ts", `const load = () => import("@effect/platform-node-shared/NodePath")`),
    file("lib/testing/a.ts", `import * as fc from "fast-check"`),
    file("tests/a_test.ts", `import { Effect } from "effect"`),
  )
  rejects(rule, "lib/core/a.ts", `import { Effect } from "effect"`, /root barrel/)
  rejects(rule, "lib/connector/kafka/a.ts", `import { Effect } from "effect"`, /root barrel/)
  rejects(rule, "lib/source/a.ts", `import "npm:x"`, /lib\/connector/)
  rejects(rule, "lib/source/a.ts", `import "jsr:@s/x"`, /lib\/connector/)
  rejects(rule, "lib/testing/a.ts", `const x = await import("https://deno.land/x.ts")`, /lib\/connector/)
  rejects(rule, "lib/core/a.ts", `import * as fc from "fast-check"`, /lib\/testing/)
  rejects(rule, "lib/engine/a.ts", `import "@effect/platform-node-shared/NodePath"`, /lib\/engine\/platform/)
})

Deno.test("portableLayers() rejects Deno and Node in layers that run in a browser", () => {
  const rule = Rules.portableLayers
  accepts(
    rule,
    file("lib/core/a.ts", `// Deno.exit()\n/** Deno.exit() and "node:fs" */\nfail("no Deno.exit here")`),
    file("lib/engine/threads/a.ts", `import "node:os"\nDeno.exit()`),
  )
  for (const folder of ["core", "rdd", "dstream", "engine/local", "engine/plan", "engine/task"]) {
    rejects(rule, `lib/${folder}/a.ts`, `Deno.exit()`, /Deno is not available/)
    rejects(rule, `lib/${folder}/a.ts`, `import fs from "node:fs"`, /node:fs" is not available/)
  }
})

Deno.test("timeThroughServices() rejects clocks, randomness and timers in code", () => {
  const rule = Rules.timeThroughServices
  accepts(rule, file("lib/ui/a.ts", "// Date.now()\n/* setTimeout */"), file("tests/a_test.ts", "Date.now()"))
  for (const text of ["Date.now()", "Math.random()", "setTimeout(f, 1)", "setInterval(f, 1)", "f(`${Date.now()}`)"]) {
    rejects(rule, "lib/ui/a.ts", `/** doc */\n${text}`, /^lib\/ui\/a.ts:2 .*use Effect's/)
  }
})

Deno.test("noAny() rejects any as an annotation and as an assertion", () => {
  accepts(Rules.noAny, file("lib/core/a.ts", `// x: any\nconst any = company as anything\nfail("x: any")`))
  rejects(Rules.noAny, "lib/core/a.ts", "const x: any = 1", /no : any/)
  rejects(Rules.noAny, "lib/core/a.ts", "const x = 1 as any", /no as any/)
})

Deno.test("snakeCase() rejects other names of files and folders", () => {
  accepts(Rules.snakeCase, file("lib/core/call_site.ts", ""), file("tests/core/a_1_test.ts", ""), file("README.md", ""))
  for (const path of ["lib/core/callSite.ts", "lib/core/call-site.ts", "tests/Core/a.ts", "examples/a.b.ts"]) {
    rejects(Rules.snakeCase, path, "", /not snake_case/)
  }
})

Deno.test("moduleDocs() rejects a library file without a module doc on top", () => {
  const rule = Rules.moduleDocs
  accepts(rule, file("lib/core/a.ts", "/**\n * Doc.\n *\n * @module\n */\nexport {}"), file("tests/a_test.ts", ""))
  for (
    const text of [
      "export {}",
      "/** Doc. @module */",
      "/** Doc. */\n/**\n * @module\n */",
      "// x\n/**\n * @module\n */",
    ]
  ) {
    rejects(rule, "lib/core/a.ts", text, /@module/)
  }
})

Deno.test("noMachines() rejects machine paths, registry hosts and addresses in the lock file", () => {
  const rule = Rules.noMachines
  accepts(
    rule,
    file("README.md", "[badge](https://jsr.io/@dstream) see example.com/home/x and ../home/x and /tmp/out"),
    file("deno.lock", `{ "npm:effect@^4.1.0": "4.1.0" }`),
    file("tests/a_test.ts", "shared" + "/golden"),
  )
  for (
    const path of [absolute("work", "main"), absolute("root", "x"), absolute("home", "me"), `"${absolute("work")}"`]
  ) {
    rejects(rule, "README.md", `at ${path}`, /machine path/)
  }
  rejects(rule, ".ci/run", "https://registry." + "npmjs.org/x", /registry host/)
  rejects(rule, "deno.json", "npm.arti" + "factory.example.com", /registry host/)
  rejects(rule, "deno.lock", `"tarball": "https://mirror.example.com/x.tgz"`, /address in the lock file/)
  rejects(rule, "README.md", "shared" + "/golden", /mention of/)
})

Deno.test("onePin() rejects a Deno version other than the pinned one", () => {
  const pin = file(".dvmrc", "2.9.3\n")
  assert.deepEqual(messages(Rules.onePin, pin, file("README.md", "npx -y deno@" + "2.9.3 task test")), [])
  assert.deepEqual(
    messages(Rules.onePin, pin, file("README.md", "\nnpx -y deno@" + "2.9.4 task test")),
    ["README.md:2 deno@" + "2.9.4, but .dvmrc has 2.9.3"],
  )
})

Deno.test("shortExamples() rejects examples of more than 60 lines", () => {
  accepts(Rules.shortExamples, file("examples/a.ts", "x\n".repeat(60)), file("lib/a.ts", "x\n".repeat(61)))
  rejects(Rules.shortExamples, "examples/a.ts", "x\n".repeat(61), /61 lines, more than 60/)
})

Deno.test("sizesOf() gives nearest-rank percentiles of the library's files only", () => {
  const files = Array.from({ length: 10 }, (_, index) => file(`lib/core/f${index}.ts`, "x\n".repeat(index + 1)))
  assert.deepEqual(sizesOf([...files, file("tests/a.ts", "x\n".repeat(999))]), {
    files: 10,
    median: 5,
    p90: 9,
    max: 10,
  })
  assert.deepEqual(sizesOf([]), { files: 0, median: 0, p90: 0, max: 0 })
})

Deno.test("sizeProblems() rejects a file over 400 lines, and a p90 over 250", () => {
  const sized = (name: string, size: number) => file(`lib/core/${name}.ts`, "x\n".repeat(size))
  const small = Array.from({ length: 9 }, (_, index) => sized(`s${index}`, 250))
  assert.deepEqual(sizeProblems([...small, sized("big", 400)]), [])
  assert.deepEqual(sizeProblems([...small, sized("big", 401)]), [
    { path: "lib/core/big.ts", message: "401 lines, more than 400" },
  ])
  assert.deepEqual(sizeProblems([sized("a", 251)]), [{ path: "lib", message: "p90 is 251 lines, more than 250" }])
})
