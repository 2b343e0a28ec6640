import assert from "node:assert/strict"
import { countingErrors, type DocJson, entryPoints, undocumented } from "./docs_lint.ts"

const root = "file:///p/"

Deno.test("countingErrors() drops private-type-ref, the final count, and nothing else", () => {
  const output = [
    "error[missing-jsdoc]: exported symbol is missing JSDoc documentation",
    " --> /p/lib/a.ts:3:31",
    "",
    "error[private-type-ref]: public type 'z' references private type 'Effect'",
    "   = hint: make the referenced type public",
    "",
    "error[missing-return-type]: exported function is missing an explicit return type annotation",
    "",
    "error: Found 3 documentation lint errors.",
  ].join("\n")
  assert.deepEqual(countingErrors(output), [
    "error[missing-jsdoc]: exported symbol is missing JSDoc documentation\n --> /p/lib/a.ts:3:31",
    "error[missing-return-type]: exported function is missing an explicit return type annotation",
  ])
})

Deno.test("countingErrors() drops missing docs of tags, messages and brands, and keeps those of other members", () => {
  const missing = (source: string) =>
    `error[missing-jsdoc]: exported symbol is missing JSDoc documentation\n --> /p/lib/a.ts:3:3\n  | \n3 |   ${source}\n  |   ^\n`
  const selfSpeaking = ['readonly _tag = "A" as const', "override get message(): string {", "readonly [TypeId]: {"]
  assert.deepEqual(countingErrors(selfSpeaking.map(missing).join("\n")), [])
  for (const source of ["readonly _tagged = 1", "readonly message: string", "get messages(): string {"]) {
    assert.deepEqual(countingErrors(missing(source)), [missing(source).trimEnd()])
  }
})

const json = (kind: string, jsDoc?: object, module_doc?: object): DocJson => ({
  nodes: {
    [`${root}mod.ts`]: {
      ...(module_doc ? { module_doc } : {}),
      symbols: [{
        name: "it",
        declarations: [{ kind, location: { filename: `${root}lib/a.ts`, line: 6 }, ...(jsDoc ? { jsDoc } : {}) }],
      }],
    },
  },
})

const found = (value: DocJson) => undocumented(value, root).map((it) => `${it.path}:${it.line} ${it.message}`)

Deno.test("undocumented() reports an entry point without a module doc", () => {
  assert.deepEqual(found(json("interface", { doc: "It." })), ["mod.ts:1 entry point without a module doc (@module)"])
})

Deno.test("undocumented() reports functions and constants without an example", () => {
  for (const kind of ["function", "variable"]) {
    assert.deepEqual(found(json(kind, { doc: "It." }, {})), ["lib/a.ts:7 it has no ```ts example"])
    assert.deepEqual(found(json(kind, { doc: "It.\n\n```ts\nit()\n```" }, {})), [])
    assert.deepEqual(found(json(kind, { tags: [{ kind: "example", doc: "Named\n```ts\nit()\n```" }] }, {})), [])
  }
})

Deno.test("undocumented() reports types, interfaces and classes without a description", () => {
  for (const kind of ["interface", "typeAlias", "class"]) {
    assert.deepEqual(found(json(kind, { doc: "It." }, {})), [])
    assert.deepEqual(found(json(kind, undefined, {})), ["lib/a.ts:7 it has no description"])
  }
})

Deno.test("undocumented() reports members of a namespace", () => {
  const element = {
    name: "inner",
    declarations: [{ kind: "function", location: { filename: `${root}lib/b.ts`, line: 1 } }],
  }
  const space = { kind: "namespace", location: { filename: `${root}mod.ts`, line: 3 }, def: { elements: [element] } }
  const value: DocJson = {
    nodes: { [`${root}mod.ts`]: { module_doc: {}, symbols: [{ name: "Space", declarations: [space] }] } },
  }
  assert.deepEqual(found(value), ["lib/b.ts:2 inner has no description"])
})

Deno.test("undocumented() accepts a name with one documented declaration", () => {
  const location = { filename: `${root}lib/a.ts`, line: 6 }
  const declarations = [
    { kind: "interface", location, jsDoc: { doc: "It.\n\n```ts\nit()\n```" } },
    { kind: "variable", location },
  ]
  const value: DocJson = { nodes: { [`${root}mod.ts`]: { module_doc: {}, symbols: [{ name: "It", declarations }] } } }
  assert.deepEqual(found(value), [])
})

Deno.test("entryPoints() reads both forms of `exports` and lists each file once", () => {
  assert.deepEqual(entryPoints("./mod.ts"), ["./mod.ts"])
  assert.deepEqual(entryPoints({ ".": "./mod.ts", "./a": "./lib/a.ts", "./b": "./lib/a.ts" }), [
    "./mod.ts",
    "./lib/a.ts",
  ])
})
