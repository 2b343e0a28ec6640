import assert from "node:assert/strict"
import { fingerprint } from "../../../lib/dstream/graph/fingerprint.ts"
import { type AnyGraph, make, module } from "../../../lib/dstream/graph/graph.ts"
import { nodes } from "../../../lib/dstream/graph/nodes.ts"
import { buildOf, declaredIn, type Origin, UndeclaredGraph } from "../../../lib/dstream/graph/origin.ts"
import { print } from "../../../lib/dstream/outputs/print.ts"
import * as declared from "../declared_graphs.ts"
import { chain } from "../graph_arbitrary.ts"

const originOf = (graph: AnyGraph): Origin => graph.origin ?? assert.fail("the graph has no origin")

/** Runs `use` with a function that asks one worker about origins. */
const withWorker = async (use: (ask: (origin: Origin) => Promise<unknown>) => Promise<void>): Promise<void> => {
  const worker = new Worker(new URL("../origin_worker.ts", import.meta.url), { type: "module" })
  const ask = (origin: Origin): Promise<unknown> => {
    const { port1, port2 } = new MessageChannel()
    const answer = new Promise((resolve) =>
      port1.onmessage = ({ data }) => {
        resolve(data)
        port1.close()
      }
    )
    worker.postMessage(origin, [port2])
    return answer
  }
  try {
    await use(ask)
  } finally {
    worker.terminate()
  }
}

Deno.test("a worker finds a graph by its origin, and makes one with the same fingerprint", () =>
  withWorker(async (ask) => {
    const graphs = [
      declared.filtered({ length: 5 }),
      declared.unexported({ length: 3 }),
      declared.renamed({ length: 2 }),
    ]
    for (const graph of graphs) assert.deepEqual(await ask(originOf(graph)), fingerprint(graph))
  }))

Deno.test("origins number the declarations of a module in the order of their evaluation", () => {
  const url = new URL("../declared_graphs.ts", import.meta.url).href
  const graphs = [declared.filtered({ length: 1 }), declared.unexported({ length: 2 }), declared.renamed({ length: 3 })]
  assert.deepEqual(graphs.map(originOf), [
    { module: url, index: 0, config: { length: 1 } },
    { module: url, index: 1, config: { length: 2 } },
    { module: url, index: 2, config: { length: 3 } },
  ])
})

Deno.test("a declaration inside a function gets a new number with each call, and earlier ones keep theirs", () => {
  const meta = { url: "test:inside" }
  const declareAgain = (length: number) => module(meta, (_: null) => [print(chain(length))])(null)
  const [first, second] = [declareAgain(1), declareAgain(2)]
  assert.deepEqual([first, second].map((graph) => originOf(graph).index), [0, 1])
  const lengths = [first, second].map((graph) => nodes(make(buildOf(originOf(graph))(null))).length)
  assert.deepEqual(lengths, [1, 2])
})

Deno.test("origins are plain data", () => {
  const origin = originOf(declared.filtered({ length: 4 }))
  assert.deepEqual(structuredClone(origin), origin)
})

Deno.test("buildOf() makes the graph of another config", () => {
  const build = buildOf(originOf(declared.filtered({ length: 3 })))
  assert.deepEqual(fingerprint(make(build({ length: 5 }))), fingerprint(declared.filtered({ length: 5 })))
})

Deno.test("buildOf() throws UndeclaredGraph for a module that was not imported, and for an index it does not have", () => {
  const thrown = (origin: Origin) => {
    try {
      buildOf(origin)
    } catch (error) {
      assert.ok(error instanceof UndeclaredGraph)
      return error.message
    }
    return assert.fail("it found a function")
  }
  const missing = thrown({ module: "test:missing", index: 0, config: null })
  assert.match(missing, /^test:missing has declared 0 graphs in this isolate, and none with the index 0\. Import the /)
  const url = new URL("../declared_graphs.ts", import.meta.url).href
  assert.match(thrown({ module: url, index: 3, config: null }), /has declared 3 graphs .* none with the index 3/)
})

Deno.test("declaredIn() finds the declared functions that a module exports, in the order of their declaration", () => {
  const [filtered, renamed] = [declared.filtered({ length: 1 }), declared.renamed({ length: 1 })].map(originOf)
  assert(filtered !== undefined && renamed !== undefined)
  assert.deepEqual(declaredIn(declared), [buildOf(filtered), buildOf(renamed)])
  assert.deepEqual(declaredIn({ a: 1, b: null, c: () => {}, d: {} }), [])
})
