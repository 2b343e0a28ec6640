import assert from "node:assert/strict"
import { accepts, file, messages } from "./checking.ts"
import { noCircles } from "./circles.ts"

Deno.test("noCircles() accepts files that share imports, and a barrel that exports itself", () => {
  accepts(
    noCircles,
    file("lib/rdd/a.ts", `import "./b.ts"\nimport "./c.ts"`),
    file("lib/rdd/b.ts", `import "./d.ts"`),
    file("lib/rdd/c.ts", `import "./d.ts"\n// import "./a.ts"`),
    file("lib/rdd/d.ts", `import "effect/Effect"`),
    file("lib/testing.ts", `export * as Testing from "./testing.ts"`),
    file("tests/a.ts", `import "./b.ts"`),
    file("tests/b.ts", `import "./a.ts"`),
  )
})

Deno.test("noCircles() reports a circle once, at its first file, with the shortest way back", () => {
  assert.deepEqual(
    messages(
      noCircles,
      file("lib/rdd/c.ts", `import "./a.ts"\nimport "./d.ts"`),
      file("lib/rdd/a.ts", `\nimport "./b.ts"`),
      file("lib/rdd/b.ts", `import "./c.ts"`),
      file("lib/rdd/d.ts", `import "./b.ts"`),
    ),
    ["lib/rdd/a.ts:2 import circle: lib/rdd/a.ts > lib/rdd/b.ts > lib/rdd/c.ts > lib/rdd/a.ts"],
  )
})

Deno.test("noCircles() counts type-only imports, re-exports and dynamic imports", () => {
  for (const text of [`import type { B } from "./b.ts"`, `export * from "./b.ts"`, `const b = import("./b.ts")`]) {
    assert.deepEqual(messages(noCircles, file("lib/rdd/a.ts", text), file("lib/rdd/b.ts", `import "./a.ts"`)), [
      "lib/rdd/a.ts:1 import circle: lib/rdd/a.ts > lib/rdd/b.ts > lib/rdd/a.ts",
    ])
  }
})

Deno.test("noCircles() reports each of several circles, across folders as well", () => {
  assert.deepEqual(
    messages(
      noCircles,
      file("lib/dstream/a.ts", `import "./inputs/b.ts"`),
      file("lib/dstream/inputs/b.ts", `import "../a.ts"`),
      file("lib/engine/a.ts", `import "./b.ts"`),
      file("lib/engine/b.ts", `import "./a.ts"`),
    ),
    [
      "lib/dstream/a.ts:1 import circle: lib/dstream/a.ts > lib/dstream/inputs/b.ts > lib/dstream/a.ts",
      "lib/engine/a.ts:1 import circle: lib/engine/a.ts > lib/engine/b.ts > lib/engine/a.ts",
    ],
  )
})
