import assert from "node:assert/strict"
import * as DStream from "../../lib/dstream.ts"
import * as Graph from "../../lib/graph.ts"
import { windowShape } from "../../lib/streaming/window_shape.ts"

const input = DStream.constant([1])
const shape = (...streams: ReadonlyArray<DStream.DStream<number>>) => {
  const [first = input, ...others] = streams
  const output = (stream: DStream.DStream<number>) => DStream.print(stream)
  const { slide, slideEnd, slides } = windowShape(Graph.make([output(first), ...others.map(output)]), 5_000, 1_000)
  return { slide, slides, ends: [6_000, 7_000, 8_000, 9_000].map(slideEnd) }
}
const each = [6_000, 7_000, 8_000, 9_000]

Deno.test("without windows, each batch is a slide", () => {
  assert.deepEqual(shape(input), { slide: 1, slides: 1, ends: each })
})

Deno.test("a window covers its duration divided by the slide, rounded up", () => {
  assert.deepEqual(shape(DStream.window(input, "4 seconds")), { slide: 1, slides: 4, ends: each })
  const sliding = DStream.window(input, "5 seconds", { slide: "2 seconds" })
  assert.deepEqual(shape(sliding), { slide: 2, slides: 3, ends: [7_000, 7_000, 9_000, 9_000] })
  const reduced = DStream.reduceByWindow(input, (a, b) => a + b, "3 seconds", { inverse: (a, b) => a - b })
  assert.deepEqual(shape(reduced).slides, 3)
})

Deno.test("of several windows, the longest slide and the longest duration count", () => {
  const sliding = DStream.window(input, "4 seconds", { slide: "4 seconds" })
  const long = DStream.window(input, "10 seconds")
  assert.deepEqual(shape(sliding, long, input), { slide: 4, slides: 3, ends: [9_000, 9_000, 9_000, 9_000] })
})

Deno.test("a window over windows covers the slides of both", () => {
  const twice = DStream.window(DStream.window(input, "4 seconds"), "3 seconds")
  assert.equal(shape(twice).slides, 6)
})

Deno.test("a window counts as 30 slides at most", () => {
  assert.equal(shape(DStream.window(input, "1 hour")).slides, 30)
})
