import assert from "node:assert/strict"
import fc from "fast-check"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { BlockQueue } from "../../lib/receiver/block_queue.ts"
import { fromArray } from "../../lib/rdd/block.ts"

/** Stores one block of this weight when it is admitted, and writes its name to the log. */
const storing = (queue: BlockQueue, weight: number, log: Array<number>, name: number) =>
  queue.admit(weight, () => {
    log.push(name)
    queue.put(fromArray([name]), weight)
  })

Deno.test("admit() never exceeds the capacity, except for one heavy block, and admits in order of arrival", () =>
  fc.assert(fc.asyncProperty(
    fc.array(
      fc.oneof(
        { weight: 3, arbitrary: fc.record({ store: fc.integer({ min: 0, max: 15 }) }) },
        fc.constant("take" as const),
        fc.constant("release" as const),
        fc.record({ interrupt: fc.nat(20) }),
      ),
      { maxLength: 40 },
    ),
    (commands) =>
      Effect.runPromise(Effect.gen(function* () {
        const capacity = 10
        const queue = new BlockQueue(0, capacity)
        const log: Array<number> = []
        const weights: Array<number> = []
        const fibers: Array<Fiber.Fiber<void>> = []
        const gone = new Set<number>()
        let taken: Array<ReturnType<BlockQueue["takeAll"]>> = []
        for (const command of commands) {
          if (command === "take") taken.push(queue.takeAll())
          else if (command === "release") {
            for (const blocks of taken) queue.release(blocks)
            for (const blocks of taken) queue.release(blocks)
            taken = []
          } else if ("store" in command) {
            const name = weights.push(command.store) - 1
            const store = storing(queue, command.store, log, name)
            fibers.push(yield* Effect.forkDetach(store, { startImmediately: true }))
          } else {
            const fiber = fibers[command.interrupt]
            if (fiber === undefined) continue
            yield* Fiber.interrupt(fiber)
            if (!log.includes(command.interrupt)) gone.add(command.interrupt)
          }
          assert(queue.held <= Math.max(capacity, ...log.map((name) => weights[name] ?? 0)))
          assert.deepEqual(log, weights.map((_, i) => i).filter((i) => !gone.has(i)).slice(0, log.length))
        }
        queue.removeLimit()
        assert.equal(log.length + gone.size, weights.length)
        for (const blocks of [...taken, queue.takeAll()]) queue.release(blocks)
        assert.equal(queue.held, 0)
      })),
  )))

Deno.test("tryAdmit() admits more than the capacity only when nothing else is held", () => {
  const queue = new BlockQueue(0, 10)
  assert.equal(queue.tryAdmit(100), true)
  assert.equal(queue.tryAdmit(0), false)
  queue.put(fromArray([1]), 100)
  queue.release(queue.takeAll())
  assert.equal(queue.tryAdmit(0), true)
})

Deno.test("takeAll() returns every block once, with ids in order", () => {
  const queue = new BlockQueue(7)
  for (const n of [1, 2]) queue.put(fromArray([n]), 1)
  assert.equal(queue.waiting, 2)
  assert.deepEqual(queue.takeAll().map(({ id, block }) => [id, block?.records]), [["input-7-0", [1]], ["input-7-1", [
    2,
  ]]])
  assert.deepEqual([queue.waiting, queue.takeAll()], [0, []])
})

Deno.test("take() gives at most as many records as it is asked for, and splits the last block", () => {
  const queue = new BlockQueue(7)
  queue.put(fromArray([1, 2, 3]), 30)
  queue.put(fromArray([4, 5, 6, 7]), 40)
  const take = (limit: number) => queue.take(limit).map(({ block, id, weight }) => [id, block?.records, weight])
  assert.equal(queue.countUpTo(Infinity), 7)
  assert.deepEqual(take(0), [])
  assert.deepEqual(take(5), [["input-7-0", [1, 2, 3], 30], ["input-7-1", [4, 5], 20]])
  assert.deepEqual([queue.waiting, queue.countUpTo(Infinity)], [1, 2])
  assert.deepEqual(take(1), [["input-7-2", [6], 10]])
  assert.deepEqual(take(5), [["input-7-3", [7], 10]])
  assert.equal(queue.waiting, 0)
})

Deno.test("storing waits while the batches are behind and leave twice as much as they take", () => {
  const queue = new BlockQueue(0, 1_000)
  const store = (weight: number): boolean => {
    const isAdmitted = queue.tryAdmit(weight)
    if (isAdmitted) queue.put(fromArray(Array.from({ length: weight }, (_, i) => i)), weight)
    return isAdmitted
  }
  assert.equal(store(100), true)
  queue.take(10)
  assert.equal(store(1), true, "not behind")
  queue.take(10, true)
  assert.equal(store(1), false, "81 are left, more than 20")
  queue.take(62, true)
  assert.equal(store(200), true, "19 are left, and 124 may be before this")
  assert.equal(store(1), false)
  queue.take(Infinity, true)
  assert.equal(store(500), true, "nothing is left")
})
