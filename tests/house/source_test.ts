import assert from "node:assert/strict"
import { file } from "./checking.ts"
import { codeOnly, declaredTests, importsOf, withoutComments } from "./source.ts"

Deno.test("withoutComments() keeps strings, templates, regular expressions and positions", () => {
  const text = 'const a = "// no" /* yes\nyes */ + `// no` // yes\nconst b = /["/*]/.test(x) // yes\n'
  assert.equal(
    withoutComments(text),
    'const a = "// no"       \n       + `// no`       \nconst b = /["/*]/.test(x)       \n',
  )
})

Deno.test("codeOnly() blanks quoted strings and keeps the code of templates", () => {
  assert.equal(codeOnly("f('Date.now', `${Date.now()}`)"), "f(          , `${Date.now()}`)")
})

Deno.test("importsOf() finds every form of import, with its line", () => {
  const text = [
    `import a from "./a.ts"`,
    `import type { B } from "./b.ts"`,
    `import {\n  c,\n} from "./c.ts"`,
    `export * as d from "./d.ts"`,
    `import "./e.ts"`,
    `const f = import("./f.ts")`,
    `new Worker(new URL("./g.ts", import.meta.url))`,
    `// import "./no.ts"`,
    `export const from = "./no.ts"`,
  ].join("\n")
  assert.deepEqual(
    importsOf(file("lib/x.ts", text)).map(({ specifier, line }) => `${specifier}:${line}`).sort(),
    ["./a.ts:1", "./b.ts:2", "./c.ts:3", "./d.ts:6", "./e.ts:7", "./f.ts:8", "./g.ts:9"],
  )
})

Deno.test("declaredTests() finds the names of tests, however they are declared, and nothing else", () => {
  const text = [
    'Deno.test("one", () => {})',
    "test(`two ${n}`, body)",
    'onEngines(\n  "three (3)",\n  body,\n)',
    'Deno.test({ name: "four", fn })',
    'holdsOnEngines("five \\"5\\"", arbitrary, body)',
    'inFolder("six", body)',
    '/x/.test("none")',
    'assert.equal("none", "none")',
    '  describe("none")',
  ].join("\n")
  assert.deepEqual(
    declaredTests(text).map(({ line, name }) => `${line} ${name}`),
    ["1 one", "2 two ${n}", "3 three (3)", "7 four", '8 five \\"5\\"', "9 six"],
  )
})
