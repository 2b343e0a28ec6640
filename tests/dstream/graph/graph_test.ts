import assert from "node:assert/strict"
import { isGraph, make, module } from "../../../lib/dstream/graph/graph.ts"
import { buildOf } from "../../../lib/dstream/graph/origin.ts"
import { nodes } from "../../../lib/dstream/graph/nodes.ts"
import { print } from "../../../lib/dstream/outputs/print.ts"
import { chain } from "../graph_arbitrary.ts"

const declared = module(import.meta, (config: { readonly length: number }) => [print(chain(config.length))])

Deno.test("module() gives its graphs an origin, with which they can be made again", () => {
  const graph = declared({ length: 3 })
  assert.equal(nodes(graph).length, 3)
  assert.deepEqual(graph.origin, { module: import.meta.url, index: 0, config: { length: 3 } })
  assert.equal(nodes(make(buildOf(graph.origin)({ length: 5 }))).length, 5)
})

Deno.test("make() gives its graphs no origin", () => assert.equal(make([print(chain(1))]).origin, undefined))

Deno.test("isGraph() accepts graphs only", () => {
  assert(isGraph(make([print(chain(1))])))
  for (const other of [undefined, null, 1, {}, [], chain(1), print(chain(1))]) assert(!isGraph(other))
})
