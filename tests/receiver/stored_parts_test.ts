import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as fc from "fast-check"
import { run } from "../../lib/core/pace.ts"
import { type Block, concat, fromArray, gather } from "../../lib/rdd/block.ts"
import { Flow } from "../../lib/rdd/flow.ts"
import { fromText } from "../../lib/rdd/text_block.ts"
import { BlockQueue, type StoredBlock } from "../../lib/receiver/block_queue.ts"
import { StoredParts } from "../../lib/receiver/stored_parts.ts"
import { filesIn, folder, storeIn } from "../engine/storage/stores.ts"

const test = (name: string, body: Effect.Effect<unknown, unknown, Scope.Scope>) =>
  Deno.test(name, () => Effect.runPromise(Effect.asVoid(Effect.scoped(body))))

const read = (stored: StoredBlock): Effect.Effect<ReadonlyArray<unknown>, unknown> =>
  Effect.scoped(Effect.gen(function* () {
    const opened = stored.open()
    assert(!Effect.isEffect(opened))
    if (!(opened instanceof Flow)) return yield* run(() => gather(opened))
    const pull = yield* opened.open
    const blocks: Array<Block<unknown>> = []
    for (let block = yield* pull; block !== undefined; block = yield* pull) blocks.push(block)
    return yield* run(() => gather(concat(blocks)))
  })) as Effect.Effect<ReadonlyArray<unknown>, unknown>

/** What is done to a queue: a block of so many records is put, or up to so many records are taken. */
const commands = fc.array(
  fc.oneof(
    fc.record({
      put: fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 1, maxLength: 3 }),
      text: fc.boolean(),
    }),
    fc.record({ take: fc.integer({ min: 1, max: 4_000 }) }),
    fc.constant({ settle: true }),
  ),
  { maxLength: 15 },
)

Deno.test("records leave a queue in the order in which they came, wherever their blocks are and however they are cut", () =>
  Effect.runPromise(Effect.scoped(Effect.gen(function* () {
    const path = yield* folder
    const property = fc.asyncProperty(
      commands,
      fc.constantFrom(0, 20_000, 1e9),
      (commands, limit) =>
        Effect.runPromise(Effect.scoped(Effect.gen(function* () {
          const store = yield* storeIn(path, limit)
          const queue = new BlockQueue(0, Infinity, undefined, new StoredParts(store))
          let next = 0
          const expected: Array<string> = []
          const found: Array<unknown> = []
          const take = Effect.fnUntraced(function* (limit: number) {
            const blocks = queue.take(limit)
            let records = 0
            for (const block of blocks) {
              const all = yield* read(block)
              assert.equal(block.records, all.length)
              records += all.length
              found.push(...all)
            }
            assert(records <= limit)
            queue.release(blocks)
          })
          for (const command of commands) {
            if ("put" in command) {
              queue.putParts(command.put.map((count) => {
                const records = Array.from({ length: count }, () => String(next++))
                expected.push(...records)
                const text = new TextEncoder().encode(records.map((record) => `${record}\n`).join(""))
                return { block: command.text ? fromText(text) : fromArray(records), weight: text.length }
              }))
            } else if ("take" in command) yield* take(command.take)
            else yield* Effect.sleep(5)
          }
          assert.equal(queue.countUpTo(Infinity), expected.length - found.length)
          yield* take(Infinity)
          assert.deepEqual(found, expected)
          assert.equal(queue.held <= 0, true)
          assert.equal(store.measures().memory, 0)
        }))),
    )
    yield* Effect.promise(() => fc.assert(property, { numRuns: 30 }))
  }))))

const records = (n: number) => fromArray(Array.from({ length: n }, (_, i) => i))

test(
  "records that have no room in memory wait until blocks have moved to files",
  Effect.gen(function* () {
    const path = yield* folder
    const store = yield* storeIn(path, 1_000)
    const queue = new BlockQueue(0, 10_000, undefined, new StoredParts(store))
    const unwatch = queue.watchRoom()
    assert.equal(queue.tryAdmit(900), true)
    queue.put(records(9), 900)
    assert.equal(queue.tryAdmit(900), false)
    yield* Effect.timeout(queue.admit(900, () => queue.put(records(9), 900)), "5 seconds")
    assert.equal(filesIn(path).length, 1)
    assert.equal(queue.held, 1_800)
    const [first, second] = queue.takeAll()
    assert(first !== undefined && second !== undefined)
    assert.deepEqual(yield* read(first), records(9).records)
    queue.release([first, second])
    assert.equal(store.measures().memory, 0)
    unwatch()
  }),
)

test(
  "MEMORY_ONLY makes records wait until batches have ended",
  Effect.gen(function* () {
    const path = yield* folder
    const store = yield* storeIn(path, 1_000)
    const queue = new BlockQueue(0, 10_000, undefined, new StoredParts(store, "MEMORY_ONLY"))
    queue.watchRoom()
    assert.equal(queue.tryAdmit(900), true)
    queue.put(records(9), 900)
    let isAdmitted = false
    yield* Effect.forkScoped(queue.admit(900, () => isAdmitted = true), { startImmediately: true })
    yield* Effect.sleep(20)
    assert.equal(isAdmitted, false)
    const taken = queue.takeAll()
    assert.equal(isAdmitted, false)
    queue.release(taken)
    assert.equal(isAdmitted, true)
    assert.deepEqual(filesIn(path), [])
  }),
)

test(
  "blocks that later batches may read count until they are no longer referenced",
  Effect.gen(function* () {
    const store = yield* storeIn(yield* folder, 10_000)
    const queue = new BlockQueue(0, 10_000, undefined, new StoredParts(store))
    assert.equal(queue.tryAdmit(900), true)
    queue.put(records(9), 900)
    const taken = queue.takeAll()
    queue.release(taken, true)
    assert.deepEqual([queue.held, store.measures().memory], [0, 900])
    assert.deepEqual(yield* read(taken[0]!), records(9).records)
  }),
)
