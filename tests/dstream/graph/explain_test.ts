import assert from "node:assert/strict"
import fc from "fast-check"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { named } from "../../../lib/dstream/dstream.ts"
import { describe, explain } from "../../../lib/dstream/graph/explain.ts"
import { make } from "../../../lib/dstream/graph/graph.ts"
import { fromReceiver } from "../../../lib/dstream/inputs/input.ts"
import { foreachRDD } from "../../../lib/dstream/outputs/foreach.ts"
import { nameOutput, onFailure } from "../../../lib/dstream/outputs/output.ts"
import { print } from "../../../lib/dstream/outputs/print.ts"
import { retry, skip } from "../../../lib/dstream/outputs/policy.ts"
import { make as receiver } from "../../../lib/dstream/inputs/receiver.ts"
import { build, chain, counting, graphOf, reachable, shape, stub } from "../graph_arbitrary.ts"

const sample = () => {
  const lines = fromReceiver("socketTextStream", receiver({ name: "Socket", onStart: () => Effect.void }))
  const windowed = stub("window", [lines], { slideDuration: 2000 })
  const counts = named(stub("join", [windowed, lines, lines]), "counts")
  return make([
    onFailure(print(counts), retry(Schedule.recurs(1), skip)),
    nameOutput(foreachRDD(lines, () => Effect.void), "sink"),
  ])
}

const withoutPlaces = (text: string) => text.replace(/ at explain_test\.ts:\d+:\d+/g, "")

const roundTrip = (u: unknown): unknown => JSON.parse(JSON.stringify(u))

Deno.test("describe() returns streams and outputs as plain data", () => {
  const { nodes, outputs } = describe(sample())
  assert.deepEqual(nodes.map(({ callSite: _, ...rest }) => rest), [
    {
      index: 0,
      operation: "socketTextStream",
      parents: [],
      slideDuration: undefined,
      name: undefined,
      input: { id: 0, title: "Socket stream [0]" },
    },
    { index: 1, operation: "window", parents: [0], slideDuration: 2000, name: undefined, input: undefined },
    { index: 2, operation: "join", parents: [1, 0, 0], slideDuration: 2000, name: "counts", input: undefined },
  ])
  assert.deepEqual(outputs.map(({ callSite: _, ...rest }) => rest), [
    { index: 0, operation: "print", stream: 2, policy: "Retry, then Skip", name: undefined },
    { index: 1, operation: "foreachRDD", stream: 0, policy: undefined, name: "sink" },
  ])
  for (const { callSite } of [...nodes, ...outputs]) {
    assert.match(callSite.short, /^(?:explain_test|graph_arbitrary)\.ts:\d+:\d+$/)
    assert(callSite.long.endsWith(callSite.short))
  }
})

Deno.test("describe() survives JSON", () => {
  const description = describe(sample())
  assert.deepEqual(JSON.stringify(roundTrip(description)), JSON.stringify(description))
})

Deno.test("describe() has the streams of the graph and their parents", () =>
  fc.assert(fc.property(shape, (it) => {
    const { nodes, outputs } = describe(build(it))
    const order = reachable(it)
    assert.deepEqual(
      nodes.map(({ operation, name, parents }) => ({ operation, name, parents })),
      order.map((index) => {
        const { operation, name, parents } = it.streams[index] ?? assert.fail()
        return { operation, name, parents: parents.map((parent) => order.indexOf(parent)) }
      }),
    )
    assert.deepEqual(outputs.map(({ stream }) => stream), it.outputs.map((output) => order.indexOf(output)))
  })))

Deno.test("explain() writes a line for each stream and output", () => {
  assert.equal(
    withoutPlaces(explain(sample())).replace(/ at graph_arbitrary\.ts:\d+:\d+/g, ""),
    [
      "Streams",
      "  0 socketTextStream Socket stream [0] (used by 3)",
      "  1 window ← 0 every 2000 ms",
      '  2 join ← 1, 0, 0 "counts" every 2000 ms',
      "Outputs",
      "  0 print ← 2 on failure: Retry, then Skip",
      '  1 foreachRDD ← 0 "sink"',
    ].join("\n"),
  )
})

Deno.test("explain() shows the call site of each operator", () => {
  const lines = explain(sample()).split("\n").filter((line) => line.startsWith("  "))
  for (const line of lines) assert.match(line, / at (?:explain_test|graph_arbitrary)\.ts:\d+:\d+( \(|$)/)
})

Deno.test("explain() leaves out slides that equal the batch interval", () => {
  assert.match(explain(sample(), { batchDuration: "1 second" }), /every 2000 ms/)
  assert.doesNotMatch(explain(sample(), { batchDuration: "2 seconds" }), /every/)
})

Deno.test("explain() writes names and operations with line breaks on one line", () => {
  const graph = make([nameOutput(print(named(stub("odd\n operation"), 'a\n"b"')), "c\r\nd")])
  const lines = explain(graph).split(/[\r\n]/)
  assert.equal(lines.length, 4)
  assert.match(lines[1] ?? "", /^ {2}0 odd operation "a\\n\\"b\\"" at /)
  assert.match(lines[3] ?? "", /^ {2}0 print ← 0 "c\\r\\nd" at /)
})

Deno.test("explain() mentions every operator exactly once, with its parents", () =>
  fc.assert(fc.property(shape, (it) => {
    const graph = build(it)
    const { nodes, outputs } = describe(graph)
    const lines = explain(graph).split("\n")
    assert.equal(lines.length, 2 + nodes.length + outputs.length)
    for (const { index, operation, parents, name } of nodes) {
      const line = (lines[1 + index] ?? "").replace(/^ +/, "")
      const from = parents.length === 0 ? "" : ` ← ${parents.join(", ")}`
      assert(line.startsWith(`${index} ${operation}${from} `), line)
      if (name?.trim()) assert(line.includes(JSON.stringify(name).replace(/\s+/g, " ")), line)
    }
  })))

Deno.test("explain() writes a Mermaid flow chart", () => {
  const text = withoutPlaces(explain(sample(), { format: "mermaid" })).replace(/<br\/>at [^"]*"/g, '"')
  assert.equal(
    text,
    [
      "flowchart TD",
      '  n0["socketTextStream<br/>Socket stream [0]"]',
      '  n1["window<br/>every 2000 ms"]',
      '  n2["join<br/>#34;counts#34;<br/>every 2000 ms"]',
      '  o0(["print<br/>on failure: Retry, then Skip"])',
      '  o1(["foreachRDD<br/>#34;sink#34;"])',
      "  n0 --> n1",
      "  n1 --> n2",
      "  n0 --> n2",
      "  n0 --> n2",
      "  n2 --> o0",
      "  n0 --> o1",
    ].join("\n"),
  )
})

Deno.test("explain() escapes everything in the labels of a Mermaid flow chart", () =>
  fc.assert(fc.property(fc.string({ unit: "binary" }), fc.string(), (operation, name) => {
    const graph = make([nameOutput(print(named(stub(operation), name)), name)])
    const lines = explain(graph, { format: "mermaid" }).split("\n")
    assert.equal(lines.length, 4)
    const label = String.raw`"(?:[\p{L}\p{N} _.,:()[\]/+-]|#\d+;|<br/>)*"`
    assert.match(lines[1] ?? "", new RegExp(String.raw`^  n0\[${label}\]$`, "u"))
    assert.match(lines[2] ?? "", new RegExp(String.raw`^  o0\(\[${label}\]\)$`, "u"))
  })))

Deno.test("explain() grows in proportion to the number of streams and outputs", () => {
  const graph = graphOf(Array.from({ length: 100 }, ((last) => () => print(last))(chain(10_000))))
  const text = explain(graph)
  assert.equal(text.split("\n").length, 10_102)
  assert(text.length < 10_102 * 80)
  assert.match(text, /\n {2}9999 map ← 9998 .* \(used by 100\)\n/)
  assert.equal(explain(graph, { format: "mermaid" }).split("\n").length, 1 + 10_100 + 9_999 + 100)
})

Deno.test("describe() reads the parents of a shared stream a fixed number of times", () => {
  const { last, reads } = counting(100)
  describe(graphOf(Array.from({ length: 100 }, () => print(last))))
  assert.equal(reads(), 2 * 99)
})
