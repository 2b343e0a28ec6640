import assert from "node:assert/strict"
import fc from "fast-check"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import type { ReceiverStopped } from "../../lib/dstream/inputs/receiver_stopped.ts"
import { type Block, fromArray } from "../../lib/rdd/block.ts"
import { fromText } from "../../lib/rdd/text_block.ts"
import { BlockGenerator } from "../../lib/receiver/block_generator.ts"
import { BlockQueue } from "../../lib/receiver/block_queue.ts"
import { RateLimiter } from "../../lib/receiver/rate_limiter.ts"
import { weigh } from "../../lib/core/weight.ts"

const setup = (options: { capacity?: number; maxRate?: number } = {}) =>
  Effect.map(Clock.Clock, (clock) => {
    const queue = new BlockQueue(0, options.capacity)
    const limiter = new RateLimiter(clock, options.maxRate)
    return { queue, limiter, generator: new BlockGenerator(queue, limiter, "Test stream [0]") }
  })

const run = <A, E>(effect: Effect.Effect<A, E>) => Effect.runPromise(Effect.provide(effect, TestClock.layer()))

const records = fc.array(fc.nat(9), { maxLength: 4 })
const command = fc.oneof(
  fc.record({ kind: fc.constant("one" as const), record: fc.nat(9) }),
  fc.record({ kind: fc.constantFrom("all" as const, "append" as const, "block" as const), records }),
  fc.record({ kind: fc.constantFrom("cut" as const, "take" as const, "release" as const) }),
)

Deno.test("BlockGenerator keeps all records in order, for any interleaving and any capacity", () =>
  fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 40 }), fc.constantFrom(1, 200, 1e9), (commands, capacity) =>
      run(Effect.gen(function* () {
        const { generator, queue } = yield* setup({ capacity })
        const stored: Array<unknown> = []
        const found: Array<unknown> = []
        let taken: Array<ReturnType<BlockQueue["takeAll"]>> = []
        const take = () => {
          const blocks = queue.takeAll()
          taken.push(blocks)
          for (const { block } of blocks) {
            assert(block !== undefined)
            assert.equal(block.length, block.records.length)
            assert(block.length > 0)
            found.push(...block.records)
          }
        }
        const store = (given: ReadonlyArray<unknown>, effect: Effect.Effect<void, ReceiverStopped>) => {
          stored.push(...given)
          return Effect.forkDetach(effect, { startImmediately: true })
        }
        for (const command of commands) {
          if (command.kind === "one") {
            yield* store([command.record], generator.one(command.record))
          } else if (command.kind === "all") {
            yield* store(command.records, generator.all(command.records))
          } else if (command.kind === "block") {
            yield* store(command.records, generator.block(command.records))
          } else if (command.kind === "append") {
            yield* store(command.records, generator.append(fromArray(command.records)))
          } else if (command.kind === "cut") {
            generator.cut()
          } else if (command.kind === "take") {
            take()
          } else {
            for (const blocks of taken) {
              queue.release(blocks)
            }
            taken = []
          }
          assert.deepEqual(found, stored.slice(0, found.length))
        }
        yield* generator.drain()
        generator.close()
        take()
        assert.deepEqual(found, stored)
      }))),
  ))

Deno.test("cut() makes one block of the buffered records, and block() stores a block of its own after it", () =>
  run(Effect.gen(function* () {
    const { generator, queue } = yield* setup()
    yield* generator.one(1)
    yield* generator.all([2, 3])
    yield* generator.block([4, 5])
    yield* generator.one(6)
    generator.cut()
    generator.cut()
    assert.deepEqual(queue.takeAll().map(({ block }) => block?.records), [[1, 2, 3], [4, 5], [6]])
  })))

Deno.test("append() does not read blocks before the joined block is read", () =>
  run(Effect.gen(function* () {
    const { generator, queue } = yield* setup()
    let reads = 0
    const lazy = (text: string): Block<string> => {
      const block = fromText(new TextEncoder().encode(text))
      return {
        get length() {
          return block.length
        },
        get records() {
          reads++
          return block.records
        },
      }
    }
    yield* generator.append(lazy("a\nb\n"), 4)
    yield* generator.one("c")
    yield* generator.append(lazy("d\n"), 2)
    generator.cut()
    const [stored] = queue.takeAll()
    assert.equal(reads, 0)
    assert.equal(stored?.weight, 4 + weigh("c") + 2)
    assert.deepEqual([stored?.block?.length, stored?.block?.records], [4, ["a", "b", "c", "d"]])
    assert.deepEqual(stored?.block?.records, ["a", "b", "c", "d"])
  })))

Deno.test("append() joins more blocks than a function call can take arguments", () =>
  run(Effect.gen(function* () {
    const { generator, queue } = yield* setup()
    for (let i = 0; i < 300_000; i++) yield* generator.append(fromArray([i]), 1)
    generator.cut()
    assert.equal(queue.takeAll()[0]?.block?.records.length, 300_000)
  })))

Deno.test("all() and block() copy the array, so that the caller can reuse it", () =>
  run(Effect.gen(function* () {
    const { generator, queue } = yield* setup()
    const array = [1, 2]
    yield* generator.all(array)
    yield* generator.block(array)
    array[0] = 9
    generator.cut()
    assert.deepEqual(queue.takeAll().map(({ block }) => block?.records), [[1, 2], [1, 2]])
  })))

Deno.test("block() ignores the rate limit; one(), all() and append() wait for it", () =>
  run(Effect.gen(function* () {
    const { generator, queue } = yield* setup({ maxRate: 1 })
    yield* generator.one(0)
    const waiting = yield* Effect.forkDetach(generator.all([1]), { startImmediately: true })
    yield* generator.block([2, 3, 4])
    assert.equal(waiting.pollUnsafe(), undefined)
    yield* TestClock.adjust("1 second")
    yield* Fiber.join(waiting)
    const appended = yield* Effect.forkDetach(generator.append(fromArray([5]), 1), { startImmediately: true })
    assert.equal(appended.pollUnsafe(), undefined)
    yield* TestClock.adjust("1 second")
    yield* Fiber.join(appended)
    generator.cut()
    assert.deepEqual(queue.takeAll().map(({ block }) => block?.records), [[0], [2, 3, 4], [1, 5]])
  })))

Deno.test("drain() stores what waits for the rate limit or for room, and storing after close() fails with ReceiverStopped", () =>
  run(Effect.gen(function* () {
    const { generator, queue } = yield* setup({ maxRate: 1, capacity: 1 })
    yield* generator.one(0)
    for (const n of [1, 2, 3]) yield* Effect.forkDetach(generator.one(n), { startImmediately: true })
    yield* Effect.forkDetach(generator.block([4]), { startImmediately: true })
    yield* generator.drain()
    generator.close()
    assert.deepEqual(queue.takeAll().flatMap(({ block }) => block?.records ?? []).toSorted(), [0, 1, 2, 3, 4])
    const storing = [
      generator.one(9),
      generator.all([9]),
      generator.all([]),
      generator.append(fromArray([9]), 1),
      generator.append(fromArray([])),
      generator.block([9]),
      generator.block([]),
    ]
    for (const late of storing) {
      const error = yield* Effect.flip(late)
      assert.deepEqual([error._tag, error.streamName], ["ReceiverStopped", "Test stream [0]"])
    }
    assert.equal(queue.takeAll().length, 0)
  })))
