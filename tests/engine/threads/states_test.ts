import assert from "node:assert/strict"
import { Effect } from "effect"
import { seen } from "./graphs.ts"
import * as graphs from "./state_graphs.ts"
import { run, test } from "./support.ts"

/** With two partitions, the worker has the even keys, and the driver has the odd ones. */
const batches = [[[0, 1], [1, 10]], [[0, 2], [2, 5]], [[2, 1], [1, 3]], [[0, 4]]] as const

const expected = [
  [[0, 1, true], [1, 10, false]],
  [[0, 3, true], [2, 5, true]],
  [[2, 6, true], [1, 13, false]],
  [[0, 7, true]],
]

test("a partition of a state is computed on the same thread in every batch", () =>
  Effect.gen(function* () {
    const { ends, events } = yield* run(graphs.failing({ batches, at: NaN, does: "throw" }), 4)
    assert.deepEqual(ends, Array.from(batches, () => "completed"))
    assert.deepEqual([seen, events], [expected, []])
  }))

test("what follows a state is computed where its partitions are", () =>
  Effect.gen(function* () {
    yield* run(graphs.followed(batches), 4)
    assert.deepEqual(seen, [
      expected[0],
      [[0, 3, true], [2, 5, true], [1, 10, false]],
      [[0, 3, true], [2, 6, true], [1, 13, false]],
      [[0, 7, true], [2, 6, true], [1, 13, false]],
    ])
  }))

test("the driver has the versions that workers have written", () =>
  Effect.gen(function* () {
    yield* run(graphs.snapshots(batches), 4)
    assert.deepEqual(seen.at(-1), [[0, 7, false], [2, 6, false], [1, 13, false]])
  }))

const failed = (text: RegExp, does: "throw" | "hang" | "close", taskTimeout?: number) =>
  Effect.gen(function* () {
    const { failures } = yield* run(graphs.failing({ batches, at: 5, does }), 4, { taskTimeout })
    assert.equal(failures.length, 1)
    assert.match(failures[0] ?? "", text)
    assert.deepEqual(seen[0], expected[0])
  })

test("a batch whose state fails in a worker is rolled back, and later ones go on from the version before", () =>
  Effect.gen(function* () {
    yield* failed(/batch 2000 ms failed in mapWithState at state_graphs\.ts:.*partition 0: .*key 2.*no 5/, "throw")
    assert.deepEqual(seen.slice(1), [[[2, 1, true], [1, 13, false]], [[0, 5, true]]])
  }))

test("a state goes on in a new worker if one is replaced, because its function does not return", () =>
  Effect.gen(function* () {
    yield* failed(/failed in mapWithState at state_graphs\.ts:.*The task has not ended after 1000 ms/, "hang", 1000)
    // The driver has computed the state of the batch after its output had failed.
    assert.deepEqual(seen.slice(1), expected.slice(2))
  }))

test("a state goes on in a new worker if one has ended", () =>
  Effect.gen(function* () {
    yield* failed(/The worker that ran the task has ended: one of its functions has closed it/, "close")
    assert.deepEqual(seen.slice(1), expected.slice(2))
  }))

test("the records and changes of a state outlive the worker that has computed them", () =>
  Effect.gen(function* () {
    const { failures } = yield* run(graphs.outliving({ batches, at: 5, does: "close" }), 4)
    assert.match(failures[0] ?? "", /failed in map at .*one of its functions has closed it/)
    assert.deepEqual(seen, [
      [[0, 1], [1, 10]],
      [[0, 3], [2, 5], [1, 10]],
      [[0, 3], [2, 6], [1, 13]],
      [[0, 7], [2, 6], [1, 13]],
    ])
  }))

test("a retry runs on the version before", () =>
  Effect.gen(function* () {
    const { failures } = yield* run(graphs.failing({ batches, at: 5, does: "throw once" }), 4)
    assert.deepEqual([failures, seen], [[], expected])
  }))

test("states of classes are computed on the driver, and an event says so once", () =>
  Effect.gen(function* () {
    const { events } = yield* run(graphs.sumsOfClass({ batches, hasFormat: false }), 4)
    assert.deepEqual(seen.slice(2), [[[2, true, 6, false], [1, true, 13, false]], [[0, true, 7, false]]])
    assert.deepEqual(events.map(({ _tag }) => _tag), ["OperationRunsOnDriver"])
    assert.match(events.map((event) => "reason" in event ? event.reason : "").join(), /Sum/)
  }))

test("states with a format are written in it on their way", () =>
  Effect.gen(function* () {
    const { events } = yield* run(graphs.sumsOfClass({ batches, hasFormat: true }), 4)
    assert.deepEqual(seen.slice(2), [[[2, true, 6, true], [1, true, 13, false]], [[0, true, 7, true]]])
    assert.deepEqual(events, [])
  }))
