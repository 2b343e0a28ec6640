import assert from "node:assert/strict"
import fc from "fast-check"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { HandOver, weigh } from "../../lib/receiver/block_queue.ts"
import { fromArray } from "../../lib/rdd/block.ts"

/** Stores one block of this weight when admitted, and says so. */
const storing = (handOver: HandOver, weight: number, log: Array<number>, name: number) =>
  handOver.admit(weight, () => {
    log.push(name)
    handOver.put(fromArray([name]), weight)
  })

Deno.test("admit() never holds more than the capacity or one thing, and admits in order of arrival", () =>
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
        const handOver = new HandOver(0, capacity)
        const log: Array<number> = []
        const weights: Array<number> = []
        const fibers: Array<Fiber.Fiber<void>> = []
        const gone = new Set<number>()
        let taken: Array<ReturnType<HandOver["take"]>> = []
        for (const command of commands) {
          if (command === "take") taken.push(handOver.take())
          else if (command === "release") {
            for (const blocks of taken) handOver.release(blocks)
            for (const blocks of taken) handOver.release(blocks)
            taken = []
          } else if ("store" in command) {
            const name = weights.push(command.store) - 1
            const store = storing(handOver, command.store, log, name)
            fibers.push(yield* Effect.forkDetach(store, { startImmediately: true }))
          } else {
            const fiber = fibers[command.interrupt]
            if (fiber === undefined) continue
            yield* Fiber.interrupt(fiber)
            if (!log.includes(command.interrupt)) gone.add(command.interrupt)
          }
          assert(handOver.held <= Math.max(capacity, ...log.map((name) => weights[name] ?? 0)))
          assert.deepEqual(log, weights.map((_, i) => i).filter((i) => !gone.has(i)).slice(0, log.length))
        }
        handOver.open()
        assert.equal(log.length + gone.size, weights.length)
        for (const blocks of [...taken, handOver.take()]) handOver.release(blocks)
        assert.equal(handOver.held, 0)
      })),
  )))

Deno.test("admit() lets something heavier than the capacity in when nothing else is held", () => {
  const handOver = new HandOver(0, 10)
  assert.equal(handOver.tryAdmit(100), true)
  assert.equal(handOver.tryAdmit(0), false)
  handOver.put(fromArray([1]), 100)
  handOver.release(handOver.take())
  assert.equal(handOver.tryAdmit(0), true)
})

Deno.test("take() hands over every block once, with ids in order", () => {
  const handOver = new HandOver(7)
  for (const n of [1, 2]) handOver.put(fromArray([n]), 1)
  assert.equal(handOver.waiting, 2)
  assert.deepEqual(handOver.take().map(({ id, block }) => [id, block.records]), [["input-7-0", [1]], ["input-7-1", [
    2,
  ]]])
  assert.deepEqual([handOver.waiting, handOver.take()], [0, []])
})

Deno.test("weigh() estimates strings and bytes by their length, and 64 bytes for the rest", () => {
  assert.deepEqual(["abc", new Uint8Array(10), 1, { a: 1 }, null].map(weigh), [38, 74, 64, 64, 64])
})
