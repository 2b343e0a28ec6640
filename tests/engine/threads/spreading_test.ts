import assert from "node:assert/strict"
import { inPieces } from "../../../lib/core/pace.ts"
import { isSpreadable, Spreading } from "../../../lib/engine/threads/spreading.ts"
import type { Input, Operation, Step, Task } from "../../../lib/engine/plan/task.ts"
import type { Gathering } from "../../../lib/engine/task/operations.ts"
import * as Block from "../../../lib/rdd/block.ts"
import { fromText } from "../../../lib/rdd/text_block.ts"
import { parallelize } from "../../../lib/rdd.ts"

const address = (place: number): Operation => ({ kind: "address", address: { time: 1000, stream: 2, place } })
const local: Operation = { kind: "local", rdd: parallelize([1]) }
const step = (operation: Operation, waits = false): Step => ({ operation, index: 0, waits })
const block = (n: number): Input => ({ kind: "block", block: Block.fromArray(Array.from({ length: n }, (_, i) => i)) })
const task = (input: Input, ...steps: ReadonlyArray<Step>): Task => ({
  partition: { input, steps },
  write: { kind: "block" },
  layers: [],
})
const written = (n: number) => [Block.fromArray(Array.from({ length: n }, () => 0))]

Deno.test("a stage is worth other threads if the last ones took more than the least time, and what comes back", () => {
  const spreading = new Spreading(2)
  const stage = () => [task(block(1000), step(address(0))), task(block(1000), step(address(0)))]
  assert.equal(spreading.judge(stage()).isWorthIt, false)
  spreading.judge(stage()).learn(50, written(10))
  assert.equal(spreading.judge(stage()).isWorthIt, true)
  assert.equal(spreading.judge([task(block(20), step(address(0)))]).isWorthIt, false)
  assert.equal(spreading.judge([task(block(1000), step(address(1)))]).isWorthIt, false)
  for (let i = 0; i < 20; i++) spreading.judge(stage()).learn(50, written(60_000))
  assert.equal(spreading.judge(stage()).isWorthIt, false)
  for (let i = 0; i < 20; i++) spreading.judge(stage()).learn(1, written(10))
  assert.equal(spreading.judge(stage()).isWorthIt, false)
})

Deno.test("a stage that had to run on the driver stays there", () => {
  const spreading = new Spreading(0)
  const one = task(block(1), step(address(0)))
  assert.equal(spreading.judge([one]).isWorthIt, true)
  assert.equal(spreading.keepHere(one), true)
  assert.equal(spreading.keepHere(one), false)
  assert.equal(spreading.judge([one]).isWorthIt, false)
})

Deno.test("lines of text are not counted to judge a stage", () => {
  const bytes = new TextEncoder().encode("to be\n".repeat(10))
  const text = fromText(bytes)
  let counted = false
  const counting = Object.defineProperty(text, "length", { get: () => counted = true })
  new Spreading(0).judge([task({ kind: "block", block: counting }, step(address(0)))])
  assert.equal(counted, false)
})

Deno.test("isSpreadable() tells which tasks a worker can run, at least in part", () => {
  const none = new WeakMap<Input, Gathering>()
  const yes = (one: Task) => assert.equal(isSpreadable(one, none), true)
  const no = (one: Task, gathered = none) => assert.equal(isSpreadable(one, gathered), false)
  yes(task(block(1), step(address(0))))
  yes(task(block(1), step(local), step(address(0))))
  yes(task(block(1), step({ kind: "known", name: "count", args: null })))
  no(task(block(1)))
  no(task(block(1), step(local)))
  no(task(block(1), step(address(0), true)))
  yes(
    task({
      kind: "provide",
      operation: address(1),
      index: 0,
      of: { input: block(1), steps: [step(address(0), true)] },
    }),
  )
  no(task({ kind: "view", operation: address(0), index: 0, id: "s", at: 1 }))
  const buckets: Input = { kind: "combined", operation: address(0), index: 0, buckets: [] }
  yes(task(buckets))
  no(task(buckets), new WeakMap([[buckets, { work: inPieces(0, () => {}) as never, outcome: undefined }]]))
})
