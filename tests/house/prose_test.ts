import assert from "node:assert/strict"
import { accepts, file, messages, rejects } from "./checking.ts"
import { plainWords } from "./prose.ts"

Deno.test("plainWords() rejects phrases that have to be decoded, in docs, the library and examples", () => {
  rejects(plainWords, "README.md", "\nIt ends for whoever waits.", /^README.md:2 "whoever": name the caller/)
  rejects(plainWords, "docs/a.md", "Nobody reads it.", /"Nobody"/)
  rejects(plainWords, "lib/core/a.ts", "// Such a one is dropped.", /"Such a one"/)
  rejects(plainWords, "lib/core/a.ts", "/** The RDD on the other side. */", /"on the other side": name the driver/)
  rejects(plainWords, "lib/core/a.ts", "fail(`the block is in the way of ${it}`)", /"is in the way"/)
  rejects(plainWords, "lib/core/a.ts", "const PATIENCE = 10_000", /"PATIENCE": say timeout/)
  rejects(plainWords, "lib/core/a.ts", "/** What the policy of an output makes of a failure. */", /makes of": name the/)
  rejects(plainWords, "examples/a.ts", "// It lets go of them.", /"lets go of"/)
})

Deno.test("plainWords() finds phrases across the lines of a comment", () => {
  rejects(plainWords, "lib/core/a.ts", "/**\n * The RDD on the\n * other side.\n */", /:2 "on the other side"/)
  rejects(plainWords, "lib/core/a.ts", "// what is such\n// a one", /:1 "such a one"/)
})

Deno.test("plainWords() reads the names of tests, and nothing else of them", () => {
  const text = '// somebody\nDeno.test("map() keeps", () => {})\ntest("stop() wakes whoever waits", run("nobody"))'
  assert.deepEqual(messages(plainWords, file("tests/core/a_test.ts", text)), [
    'tests/core/a_test.ts:3 "whoever": name the caller, the batch or the job',
  ])
})

Deno.test("plainWords() accepts plain words that look alike", () => {
  accepts(
    plainWords,
    file(
      "README.md",
      "Skips, retries and dead letters. The way that Spark works; in the way that it does. Impatience.",
    ),
    file("docs/a.md", "Bearing in mind the body of a function, the other side of a join is read first."),
    file("lib/core/a.ts", "/** Makes a copy of the block. What it makes is one of them. */"),
  )
})
