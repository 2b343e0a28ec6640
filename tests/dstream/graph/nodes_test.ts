import assert from "node:assert/strict"
import fc from "fast-check"
import * as Effect from "effect/Effect"
import { named } from "../../../lib/dstream/dstream.ts"
import { make } from "../../../lib/dstream/graph/graph.ts"
import { fromPositions, inputName, receiverStream } from "../../../lib/dstream/inputs/input.ts"
import { inputs, nodes } from "../../../lib/dstream/graph/nodes.ts"
import { print } from "../../../lib/dstream/outputs/print.ts"
import { make as receiver } from "../../../lib/dstream/inputs/receiver.ts"
import { build, chain, counting, graphOf, reachable, shape, stub } from "../graph_arbitrary.ts"

Deno.test("nodes() lists each stream once, after its parents", () =>
  fc.assert(fc.property(shape, (it) => {
    const streams = nodes(build(it))
    assert.equal(new Set(streams).size, streams.length)
    streams.forEach((stream, i) => assert(stream.parents.every((parent) => streams.indexOf(parent) < i && i > 0)))
  })))

Deno.test("nodes() lists the streams in the order of a recursive walk of the outputs", () =>
  fc.assert(fc.property(shape, (it) => {
    const names = it.streams.map((_, i) => String(i))
    const numbered = { ...it, streams: it.streams.map((stream, i) => ({ ...stream, name: names[i] })) }
    assert.deepEqual(nodes(build(numbered)).map((stream) => Number(stream.name)), reachable(it))
  })))

Deno.test("nodes() walks a chain of 10,000 streams that a hundred outputs share", () => {
  const last = chain(10_000)
  const once = nodes(make([print(last)]))
  assert.equal(once.length, 10_000)
  assert.equal(once[0]?.operation, "constant")
  assert.equal(once.at(-1), last)
  assert.deepEqual(nodes(graphOf(Array.from({ length: 100 }, () => print(last)))), once)
})

Deno.test("nodes() reads the parents of a shared stream once", () => {
  const { last, reads } = counting(100) // 2^99 paths
  assert.equal(nodes(graphOf(Array.from({ length: 100 }, () => print(last)))).length, 100)
  assert.equal(reads(), 99)
})

Deno.test("nodes() follows the order of the outputs", () => {
  const [a, b] = [stub("a"), stub("b")]
  assert.deepEqual(nodes(make([print(a), print(b)])), [a, b])
  assert.deepEqual(nodes(make([print(b), print(a)])), [b, a])
})

Deno.test("inputs() lists the inputs in the order of the nodes, and inputName() numbers them", () => {
  const lines = receiverStream(receiver({ name: "Socket", onStart: () => Effect.void }))
  const files = fromPositions("textFileStream", "File", Effect.never)
  const chosen = named(receiverStream(receiver({ name: "Custom", onStart: () => Effect.void })), "mine")
  const graph = make([print(stub("union", [files, lines, stub("constant")])), print(chosen)])
  assert.deepEqual(inputs(graph), [files, lines, chosen])
  assert.deepEqual(inputs(graph).map(inputName), ["File stream [0]", "Socket stream [1]", "mine"])
})
