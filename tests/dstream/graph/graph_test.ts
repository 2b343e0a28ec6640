import assert from "node:assert/strict"
import { isGraph, make, module } from "../../../lib/dstream/graph/graph.ts"
import { nodes } from "../../../lib/dstream/graph/nodes.ts"
import { print } from "../../../lib/dstream/outputs/print.ts"
import { chain, graphOf } from "../graph_arbitrary.ts"

Deno.test("module() keeps where the graph comes from, what it was called with, and how to make it again", () => {
  const outputs = module(import.meta, (config: { readonly length: number }) => [print(chain(config.length))])
  const graph = outputs({ length: 3 })
  assert.equal(nodes(graph).length, 3)
  assert.equal(graph.origin?.module, import.meta.url)
  assert.deepEqual(graph.origin?.config, { length: 3 })
  assert.equal(graph.origin?.build({ length: 5 })[0].stream.parents.length, 1)
  assert.equal(nodes(graphOf(graph.origin?.build({ length: 5 }) ?? [])).length, 5)
})

Deno.test("make() has no origin", () => assert.equal(make([print(chain(1))]).origin, undefined))

Deno.test("isGraph() accepts graphs only", () => {
  assert(isGraph(make([print(chain(1))])))
  for (const other of [undefined, null, 1, {}, [], chain(1), print(chain(1))]) assert(!isGraph(other))
})
