import assert from "node:assert/strict"
import { Attached } from "../../../lib/core/attached.ts"
import { decode, encode } from "../../../lib/core/codec.ts"
import { inPieces } from "../../../lib/core/pace.ts"
import { Held } from "../../../lib/engine/storage/held_block.ts"
import { hasPlaces, isSpreadable, Spreading } from "../../../lib/engine/threads/spreading.ts"
import { EncodedColumns } from "../../../lib/engine/plan/encoded.ts"
import type { Bucket, Input, Operation, Step, Task } from "../../../lib/engine/plan/task.ts"
import type { Gathering } from "../../../lib/engine/task/operations.ts"
import * as Block from "../../../lib/rdd/block.ts"
import { PairBlock } from "../../../lib/rdd/pair_block.ts"
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

Deno.test("a stage is worth other threads if it took more than the least time, and more than bringing records there and back", () => {
  const spreading = new Spreading(2)
  const stage = (n = 1000, place = 0) => [task(block(n), step(address(place))), task(block(n), step(address(place)))]
  const learn = (millis: number, transfer: number | undefined, records = 10) => {
    for (let i = 0; i < 30; i++) spreading.judge(stage(), 2).learn({ millis, transfer }, written(records))
  }
  const isWorthIt = (n?: number, place?: number) => spreading.judge(stage(n, place), 2).isWorthIt
  assert.equal(isWorthIt(), false)
  spreading.judge(stage(), 2).learn({ millis: 50, transfer: undefined }, written(10))
  assert.equal(isWorthIt(), true)
  assert.equal(isWorthIt(20), false)
  assert.equal(isWorthIt(1000, 1), false)
  learn(50, 30)
  assert.equal(isWorthIt(), false)
  learn(50, 1)
  assert.equal(isWorthIt(), true)
  learn(1, undefined)
  assert.equal(isWorthIt(), false)
})

Deno.test("before records have come back from workers, their number tells how long that would take", () => {
  const spreading = new Spreading(2)
  const stage = () => spreading.judge([task(block(500), step(address(0))), task(block(500), step(address(0)))], 2)
  stage().learn({ millis: 50, transfer: undefined }, written(300_000))
  assert.equal(stage().isWorthIt, false)
})

const state = (data: Input): Task =>
  task({
    kind: "state",
    operation: address(0),
    index: 0,
    id: "s",
    from: 1,
    at: 2,
    data: { input: data, steps: [] },
    initial: undefined,
  })

Deno.test("the cost of a state does not depend on its records", () => {
  const spreading = new Spreading(2)
  const stage = (records: number) => spreading.judge([state(block(records)), state(block(records))], 2)
  stage(1000).learn({ millis: 50, transfer: undefined }, written(10))
  assert.equal(stage(0).isWorthIt, true)
  for (let i = 0; i < 30; i++) stage(i).learn({ millis: 1, transfer: 0.1 }, written(10))
  assert.equal(stage(1_000_000).isWorthIt, false)
})

Deno.test("states, and pairs that a worker has written, have places", () => {
  const bytes = { length: 3, keys: encode([1, 1, 1]), values: encode([2, 2, 2]), hashes: undefined }
  const pairs = new PairBlock(new EncodedColumns(bytes, decode))
  const reading = task({ kind: "block", block: pairs }, step(address(0)))
  assert.deepEqual([[state(block(1))], [reading], [task(block(1))]].map(hasPlaces), [true, true, false])
})

Deno.test("pairs that the driver decodes later count for the stage that has written them", () => {
  const spreading = new Spreading(2)
  const stage = () => spreading.judge([task(block(500), step(address(0))), task(block(500), step(address(0)))], 2)
  const decoded = stage().learn({ millis: 50, transfer: 1 }, written(10))
  assert.equal(stage().isWorthIt, true)
  decoded(15)
  decoded(15)
  assert.equal(stage().isWorthIt, false)
})

Deno.test("buckets that have come from workers are sent without costs, and those of the driver are encoded", () => {
  const columns = { keys: [], values: Array.from({ length: 500_000 }, () => 0) }
  const bytes = { length: 500_000, keys: new Uint8Array(), values: new Uint8Array(), hashes: undefined }
  const unread = () => assert.fail("nothing is decoded to judge a stage")
  const isWorthIt = (bucket: Bucket) => {
    const spreading = new Spreading(2)
    const reading = (): Task => task({ kind: "combined", operation: address(0), index: 0, buckets: [bucket] })
    const judged = () => spreading.judge([reading(), reading()], 2)
    judged().learn({ millis: 50, transfer: undefined }, written(10))
    return judged().isWorthIt
  }
  assert.equal(isWorthIt(columns), false)
  assert.equal(isWorthIt(new EncodedColumns(bytes, unread)), true)
})

Deno.test("a stage that had to run on the driver stays there", () => {
  const spreading = new Spreading(0)
  const one = task(block(1), step(address(0)))
  assert.equal(spreading.judge([one, one], 2).isWorthIt, true)
  assert.equal(spreading.keepHere(one), true)
  assert.equal(spreading.keepHere(one), false)
  assert.equal(spreading.judge([one, one], 2).isWorthIt, false)
})

Deno.test("lines of text are not counted to judge a stage", () => {
  const bytes = new TextEncoder().encode("to be\n".repeat(10))
  const text = fromText(bytes)
  let counted = false
  const counting = Object.defineProperty(text, "length", { get: () => counted = true })
  const account = { id: 0, weight: bytes.length, isBytes: true, isReleased: false }
  const held = new Held(counting, account, () => {})
  const inputs: ReadonlyArray<Input> = [
    { kind: "block", block: counting },
    { kind: "held", operation: local, index: 0, held },
  ]
  for (const input of inputs) {
    new Spreading(0).judge([task(input, step(address(0)))], 2)
    assert.equal(counted, false)
  }
})

Deno.test("isSpreadable() tells which tasks a worker can run, at least in part", () => {
  const none = new Attached<Input, Gathering>()
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
  yes(task({ kind: "load", operation: local, index: 0, partitions: 2 }, step(address(0))))
  const file = { kind: "load", index: 0, partitions: 2, waits: true } as const
  no(task({ ...file, operation: local }, step(address(0))))
  yes(task({ ...file, operation: address(1) }, step(address(0))))
  yes(task({ ...file, operation: address(1) }))
  no(task({ ...file, operation: address(1) }, step(address(0)), step(local)))
  yes(task({ kind: "load", operation: local, index: 0, partitions: 2, waits: true, fits: true }, step(address(0))))
  yes(state(block(1)))
  no(state({ kind: "view", operation: address(0), index: 0, id: "s", at: 1 }))
  no(task({ kind: "view", operation: address(0), index: 0, id: "s", at: 1 }))
  const buckets: Input = { kind: "combined", operation: address(0), index: 0, buckets: [] }
  yes(task(buckets))
  no(
    task(buckets),
    new Attached<Input, Gathering>().set(buckets, { work: inPieces(0, () => {}) as never, outcome: undefined }),
  )
})
