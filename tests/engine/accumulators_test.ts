import assert from "node:assert/strict"
import { run as runOnCopies, test } from "./on_copies.ts"
import * as graphs from "./accumulating.ts"

const { seen } = graphs

const run: typeof runOnCopies = (...args) => {
  seen.length = 0
  return runOnCopies(...args)
}

test("an accumulator at the top level with a name of its own takes what all tasks add", async (engine) => {
  const { events } = await run(graphs.named([[1, 2], [3, 4]]), 2, engine)
  const there = engine === "threads"
  const [one, first, two, second] = seen
  assert.deepEqual([one, two], [[[1, there], [2, false]], [[3, there], [4, false]]])
  assert.equal(Number(second) - Number(first), 7)
  assert.deepEqual(events, [])
})

test("accumulators of a graph take what the tasks of all stages add, in the order of the tasks", async (engine) => {
  const numbers = [5, 1, 2, 3, 7, 4]
  const { events, read } = await run(graphs.made({ batches: [numbers, [9]], factor: 2 }), 2, engine)
  const [, sum, count, combined, keys, , sum2, count2, combined2, keys2] = seen
  assert.deepEqual([sum, count, combined], [44, 6, 3])
  assert.deepEqual([sum2, count2, combined2], [62, 7, 3])
  assert.deepEqual(keys2, [...keys as Array<unknown>, 0])
  const local = [...seen]
  await run(graphs.made({ batches: [numbers, [9]], factor: 2 }), 2, "local")
  assert.deepEqual([local[4], local[9]], [seen[4], seen[9]])
  assert.deepEqual([events, read], [[], [6, 1]])
})

test("two graphs of one function have accumulators of their own", async (engine) => {
  const [one, other] = [1, 10].map((factor) => graphs.made({ batches: [[1, 2]], factor }))
  assert(one !== undefined && other !== undefined)
  await run(other, 1, engine)
  assert.equal(seen[1], 30)
  await run(one, 1, engine)
  assert.equal(seen[1], 3)
})

test("stages that outputs share, and outputs that are retried, count once", async (engine) => {
  await run(graphs.retried([[1, 2, 3], [4]]), 2, engine)
  assert.deepEqual(seen.filter((one) => Array.isArray(one) && typeof one[0] === "number"), [[3, 1, 6], [4, 1, 7]])
})

test("a job that fails counts nothing", async (engine) => {
  const { failures } = await run(graphs.failing({ batches: [[1, 2, 3], [4, 5]], at: 3 }), 2, engine)
  assert.equal(failures.length, 1)
  assert.match(failures[0] ?? "", /RangeError: no 3|no 3/)
  assert.deepEqual(seen, [[0, 0], [0, 1], [2, 2]])
})

test("a kept RDD counts once", async (engine) => {
  await run(graphs.windowed([[1], [2, 3], [4]]), 3, engine)
  assert.deepEqual([seen[1], seen[3], seen[5]], [2, 6, 8])
})

test("the function of a state counts once for each key and batch, wherever it runs", async (engine) => {
  for (const named of [true, false]) {
    await run(graphs.stateful({ batches: [[1, 2], [3], [4]], named }), 3, engine)
    const [, first, , second, last, third] = seen
    assert.deepEqual([Number(second) - Number(first), Number(third) - Number(second)], [1, 1])
    assert.deepEqual(new Map(last as ReadonlyArray<readonly [number, number]>), new Map([[0, 6], [1, 4]]))
  }
})

test("a job that needs only some partitions counts the whole stages before them, and its own tasks", async (engine) => {
  await run(graphs.partly([[1, 2, 3, 4]]), 1, engine)
  assert.deepEqual(seen, [[[1]], 4, 1, 8])
})

test("stages that several actions of an output use count once, with the first action that succeeds", async (engine) => {
  await run(graphs.several([[1, 2, 3, 4]]), 1, engine)
  assert.deepEqual(seen, [0, 4, 4, 4])
})

test("an accumulator without an address is used on the driver, and an event says why", async (engine) => {
  for (const named of [false, true]) {
    const { events } = await run(graphs.withoutAddress({ batches: [[1, 2, 3], [4]], named }), 2, engine)
    const [one, first, two, second] = seen
    assert.deepEqual([new Map(one as []), new Map(two as [])], [new Map([[1, 4], [0, 2]]), new Map([[0, 4]])])
    assert.equal(Number(second) - Number(first), 4)
    if (engine !== "threads") continue
    assert.deepEqual(events.length, 1)
    assert.match(
      events[0] ?? "",
      /^it adds to an accumulator, which .* Make the accumulator in the function of Graph\.module/,
    )
  }
})

test("a total that is not plain data is used on the driver", async (engine) => {
  const { events } = await run(graphs.notPortable([[1, 5, 2]]), 1, engine)
  assert.deepEqual(seen, [[1, 5, 2], 5])
  if (engine === "threads") assert.match(events.join(), /^[^,]*Largest/)
})

test("a task that reads an accumulator finds the total before its job", async (engine) => {
  const { events } = await run(graphs.reading([[1, 2], [3]]), 2, engine)
  assert.deepEqual(seen, [[[1, 0], [2, 0]], 3, [[3, 3]], 6])
  if (engine === "threads") assert.deepEqual(events, ["it reads or resets an accumulator, which is on the driver"])
})

test("a transform that reads an accumulator runs on the driver", async (engine) => {
  await run(graphs.transforming([[1, 2], [3, 4]]), 2, engine)
  assert.deepEqual(seen, [[[1, 0], [2, 0]], 3, [[3, 3], [4, 3]], 10])
})

test("a task that resets an accumulator resets that of the driver", async (engine) => {
  await run(graphs.resetting([[1, 2], [3]]), 2, engine)
  assert.deepEqual([seen[1], seen[3]], [3, 3])
})

test("a number that an accumulator refuses fails the task where it runs", async (engine) => {
  const { events, failures } = await run(graphs.refusing([[2, 4], [3]]), 2, engine)
  assert.deepEqual(seen.filter((one) => typeof one === "number"), [3, 3])
  assert.equal(failures.length, 1)
  assert.match(failures[0] ?? "", /Accumulator\.long\("sum of halves"\): add is 1\.5/)
  assert.deepEqual(events, [])
})
