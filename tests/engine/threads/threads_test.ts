import assert from "node:assert/strict"
import { Effect } from "effect"
import * as graphs from "./graphs.ts"
import { seen } from "./graphs.ts"
import { run, test } from "./support.ts"

test("the tasks of a stage run on the driver and in a worker, and give their records in order", () =>
  Effect.gen(function* () {
    const { ends, events, read } = yield* run(graphs.where([[1, 2, 3, 4], [5, 6]]), 2)
    assert.deepEqual(ends, ["completed", "completed"])
    assert.deepEqual(seen, [[[1, true], [2, true], [3, false], [4, false]], [[5, true], [6, false]]])
    assert.deepEqual([events, read], [[], [4, 2]])
  }))

test("text goes to a worker in the memory of the text before, and none of that is read again", () =>
  Effect.gen(function* () {
    const batches = [["a", 40_000], ["b", 41_000], ["c", 30_000]] as const
    for (const [letter, lines] of batches) graphs.pushText(letter, lines)
    const { ends } = yield* run(graphs.countingText(null), 3)
    assert.deepEqual(ends, ["completed", "completed", "completed"])
    assert.deepEqual(
      seen.map((records) => Object.fromEntries(records as ReadonlyArray<[string, number]>)),
      batches.map(([letter, lines]) => ({ [`${letter}0 true`]: lines, [`${letter}1 false`]: lines })),
    )
  }))

test("what a function throws in a worker fails the job, with the function's line and the operator's place", () =>
  Effect.gen(function* () {
    const graph = graphs.throwing({ batches: [[1, 2, 3, 4]], at: 1 })
    const failure = yield* Effect.flip(run(graph, 1).pipe(Effect.tap(({ failures }) => Effect.fail(failures))))
    assert.match(
      String(failure),
      /batch 1000 ms failed in map at graphs\.ts:\d+:\d+, output 0, partition 0: no 1, worker: true/,
    )
    assert.match(String(failure), /graphs\.ts:\d+:\d+/)
  }))

test("what workers have written for a shuffle can be read again after a task that was sent it has failed", () =>
  Effect.gen(function* () {
    const { failures } = yield* run(graphs.failingOnce([[1, 2, 3, 4, 5, 6, 7, 8]]), 1)
    assert.deepEqual(failures, [])
    const [failure, groups] = seen
    assert.match(String(failure), /the first action fails/)
    assert.deepEqual(groups, [[2, [2, 6], false], [0, [4, 8], false], [1, [1, 5], false], [3, [3, 7], false]])
  }))

test("if two tasks fail, the job fails as the first one does", () =>
  Effect.gen(function* () {
    const graph = graphs.throwing({ batches: [[1, 2, 3, 1]], at: 1 })
    const { failures } = yield* run(graph, 1)
    assert.match(failures[0] ?? "", /partition 0: no 1, worker: true/)
  }))

test("tasks that use an accumulator without an address run on the driver, and an event says so once", () =>
  Effect.gen(function* () {
    const { events } = yield* run(graphs.accumulating([[1, 2], [3, 4]]), 2)
    assert.deepEqual(seen, [[[1, false], [2, false]], 3, [[3, false], [4, false]], 10])
    assert.deepEqual(events.map(({ _tag }) => _tag), ["OperationRunsOnDriver"])
    const [event] = events
    assert(event?._tag === "OperationRunsOnDriver")
    assert.equal(event.operation, "map")
    assert.match(
      event.reason,
      /^it adds to an accumulator, which workers cannot name to the driver\. Make the accumulator in /,
    )
    assert.match(event.callSite.short, /^graphs\.ts:/)
  }))

test("a task that the driver has to run again counts once what it had done there before", () =>
  Effect.gen(function* () {
    const { read } = yield* run(graphs.accumulatingTwice([[1, 2, 3, 4]]), 1)
    assert.deepEqual(seen, [[1, 2, 3, 4], 4])
    assert.deepEqual(read, [4])
  }))

test("what tasks add to an accumulator counts in the order of the partitions", () =>
  Effect.gen(function* () {
    yield* run(graphs.accumulatingInOrder([[1, 2, 3, 4]]), 1)
    assert.deepEqual(seen, [[[1, true], [2, true], [3, false], [4, false]]])
  }))

test("records that cannot travel are made on the driver, and an event names the first of them", () =>
  Effect.gen(function* () {
    const { ends, events } = yield* run(graphs.points([[1, 2]]), 1)
    assert.deepEqual(ends, ["completed"])
    assert.deepEqual(JSON.stringify(seen), '[[{"x":1},{"x":2}]]')
    assert.match(events.map((event) => "reason" in event ? event.reason : "").join(), /\[0\].*Point/)
  }))

test("a graph that workers cannot make runs on one thread, and an event says why", () =>
  Effect.gen(function* () {
    const reason = (events: ReadonlyArray<unknown>) => {
      assert.equal(events.length, 1)
      const [event] = events as ReadonlyArray<{ readonly _tag: string; readonly reason: string }>
      assert.equal(event?._tag, "WorkersUnavailable")
      return event?.reason ?? ""
    }
    const withFunction = yield* run(graphs.withFunction({ batches: [[1, 2]], f: () => 1 }), 1)
    assert.match(reason(withFunction.events), /cannot be sent to workers: .*config\.f: function/)
    const different = yield* run(graphs.different([[1, 2]]), 1)
    assert.match(reason(different.events), /The graphs differ at operator 2 .*only the other graph has this filter/)
    assert.deepEqual(seen, [[[2, false], [3, false]], [[1, false], [2, false]]])
  }))

test("if a batch has other operations in a worker, the driver runs it and later ones, and an event says why", () =>
  Effect.gen(function* () {
    const { events } = yield* run(graphs.differentOnce([[1, 2], [3, 4], [5, 6]]), 3)
    assert.deepEqual(seen, [[[1, true], [2, false]], [[3, false], [4, false]], [[5, false], [6, false]]])
    assert.equal(events.length, 1)
    assert.match(
      JSON.stringify(events),
      /WorkersUnavailable.*a batch differs in a worker: .*its RDD is not made of the same/,
    )
  }))

test("layers of provide are built once in each worker for a run, and closed when it ends", () =>
  Effect.gen(function* () {
    const path = Deno.makeTempFileSync()
    yield* run(graphs.provided({ batches: [[1, 2], [3, 4]], path }), 2)
    const lines = Deno.readTextFileSync(path).trim().split("\n")
    const of = (who: string) => lines.filter((line) => line.startsWith(who)).map((line) => line.slice(who.length + 1))
    assert.deepEqual(of("worker"), ["opens", "maps 1", "maps 3", "closes"])
    assert.deepEqual(of("driver"), ["opens", "maps 2", "maps 4", "closes"])
    Deno.removeSync(path)
  }))

test("functions that need a service of the driver run there, and an event names the service", () =>
  Effect.gen(function* () {
    const { ends, events } = yield* graphs.withMissing(run(graphs.open([[1, 2], [3, 4]]), 2))
    assert.deepEqual(ends, ["completed", "completed"])
    assert.deepEqual(seen, [[[11, false], [12, false]], [[13, false], [14, false]]])
    assert.deepEqual(events.length, 1)
    assert.match(JSON.stringify(events), /Service not found: test\/Missing/)
  }))

test("streams that only the driver can evaluate, and closures, run there between functions of the graph", () =>
  Effect.gen(function* () {
    const { events } = yield* run(graphs.mixed([[1, 2, 3, 4]]), 1)
    assert.deepEqual(seen, [[
      [1, true, 4, false, true, false],
      [2, true, 4, false, true, false],
      [3, false, 4, false, false, false],
      [4, false, 4, false, false, false],
    ]])
    assert.deepEqual(events.map(({ _tag }) => _tag), ["StreamRunsOnDriver"])
  }))
