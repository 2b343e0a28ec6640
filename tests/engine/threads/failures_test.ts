import assert from "node:assert/strict"
import { Effect } from "effect"
import * as TestClock from "effect/testing/TestClock"
import { type Graph, StreamingContext } from "../../../mod.ts"
import * as graphs from "./graphs.ts"
import { seen } from "./graphs.ts"
import { layer, run, test } from "./support.ts"

const there = (n: number) => [n, true]
const here = (n: number) => [n, false]

test("a function that never returns in a worker fails its task after the time limit, and another worker goes on", () =>
  Effect.gen(function* () {
    const graph = graphs.hanging({ batches: [[1, 2], [3, 4], [5, 6], [7, 8]], at: 3, window: 1000 })
    const { failures } = yield* run(graph, 4, { taskTimeout: 1000 })
    assert.equal(failures.length, 1)
    assert.match(
      failures.join(),
      /batch 2000 ms failed in map at graphs\.ts:.*The task has not ended after 1000 ms, the taskTimeout/,
    )
    assert.deepEqual(seen, [[there(1), here(2)], [there(5), here(6)], [there(7), here(8)]])
  }))

test("a worker that starts later knows the batches that windows look back at", () =>
  Effect.gen(function* () {
    const graph = graphs.looking({ batches: [[1, 2], [3, 4], [5, 6], [7, 8]], at: 3 })
    const { events, failures } = yield* run(graph, 4, { taskTimeout: 1000 })
    assert.equal(failures.length, 1)
    const last = seen.at(-1) as ReadonlyArray<readonly [number, boolean]>
    assert.deepEqual(last.map(([n]) => n), [3, 4, 5, 6, 7, 8])
    assert(last.some(([, isThere]) => isThere))
    assert.deepEqual(events, [])
  }))

test("an error that nothing catches ends the worker and fails its task; another worker goes on", () =>
  Effect.gen(function* () {
    const { failures } = yield* run(graphs.crashing({ batches: [[1, 2], [3, 4], [5, 6]], at: 3 }), 3)
    assert.equal(failures.length, 1)
    assert.match(failures.join(), /The worker that ran the task has ended: .*nobody catches this/)
    assert.deepEqual(seen[0], [there(1), here(2)])
    assert.equal(seen.length, 2)
  }))

for (const exits of [false, true]) {
  test(`a function that ${exits ? "exits" : "closes itself"} in a worker fails its task; another worker goes on`, () =>
    Effect.gen(function* () {
      const { failures } = yield* run(graphs.closing({ batches: [[1, 2], [3, 4], [5, 6]], at: 3, exits }), 3)
      assert.equal(failures.length, 1)
      assert.match(failures.join(), /The worker that ran the task has ended: one of its functions has closed it/)
      assert.equal(seen.length, 2)
    }))
}

test("a worker runs none of the tasks that were interrupted while they waited in it, and goes on", () =>
  Effect.gen(function* () {
    const { failures } = yield* run(graphs.interrupted([[1, 2], [3, 4], [5, 6]]), 3)
    assert.deepEqual(failures, [])
    const [before, after] = seen as ReadonlyArray<ReadonlyArray<unknown>>
    assert.equal(typeof before?.[0], "string")
    assert.deepEqual(after, before)
  }))

test("a context stops at once although a function in a worker never returns", () =>
  Effect.scoped(Effect.gen(function* () {
    const active = yield* StreamingContext.start(
      yield* StreamingContext.make,
      graphs.hanging({ batches: [[1, 2]], at: 1, window: 1000 }) as Graph.Graph,
    )
    yield* TestClock.adjust("1 second")
    yield* TestClock.withLive(Effect.sleep("300 millis"))
    const startedAt = performance.now()
    yield* StreamingContext.stop(active)
    assert(performance.now() - startedAt < 5_000)
    assert.deepEqual(seen, [])
  })).pipe(Effect.provide(layer())))
