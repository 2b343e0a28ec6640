import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as fc from "fast-check"
import type { CorruptBlock, NotPortable } from "../../lib/core/codec.ts"
import { atOnce } from "../../lib/core/pace.ts"
import * as StateStore from "../../lib/engine/state_store.ts"
import * as Partitioner from "../../lib/rdd/partitioner.ts"
import { entriesOf, type StateFormatFailed } from "../../lib/rdd/state.ts"

const ID = "counts"

const withStore = (
  body: (store: StateStore.StateStore) => Effect.Effect<void, NotPortable | CorruptBlock | StateFormatFailed>,
) => Effect.runPromise(Effect.flatMap(StateStore.make, body))

const join = (pieces: ReadonlyArray<Uint8Array>): Uint8Array => {
  const bytes = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}

/** Writes and seals a version. */
const write = (store: StateStore.StateStore, at: number, keys: Iterable<unknown>, value: unknown = at) => {
  const version = store.open(ID, 0, store.newest(ID, at), at)
  for (const key of keys) version.set(key, value)
  return store.seal(ID, at)
}

const entries = (store: StateStore.StateStore, partition = 0) =>
  atOnce(entriesOf(store.open(ID, partition, store.version(ID), Infinity)))

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i)

Deno.test("StateStore.capture() leaves out what has not changed, and what it does not know", () =>
  withStore((store) =>
    Effect.gen(function* () {
      yield* write(store, 1, ["a", "b"])
      assert.equal((yield* store.capture(1, [{ id: ID }, { id: "other" }])).length, 1)
      yield* store.commit(1)
      yield* write(store, 2, [])
      assert.deepEqual(yield* store.capture(2, [{ id: ID }]), [])
      assert.equal(store.neededFrom(ID), 1)
      assert.equal(store.neededFrom("other"), undefined)
    })
  ))

Deno.test("StateStore.capture() fails for what is not portable, and starts over when that is gone", () =>
  withStore((store) =>
    Effect.gen(function* () {
      yield* write(store, 1, numbers(1000))
      yield* store.capture(1, [{ id: ID }])
      yield* store.commit(1)
      yield* write(store, 2, [5], () => {})
      assert.match(
        String(yield* Effect.exit(store.capture(2, [{ id: ID }]))),
        /Cannot encode the record value at \[0\]: function/,
      )
      yield* store.abort(2)
      yield* write(store, 3, [5])
      const [captured] = yield* store.capture(3, [{ id: ID }])
      const other = yield* StateStore.make
      yield* other.restore(ID, 3, [join(captured?.pieces ?? [])])
      assert.deepEqual(entries(other), numbers(1000).map((key) => [key, key === 5 ? 3 : 1]))
    })
  ))

Deno.test("StateStore.capture() writes values by their fields, and leaves them as they are", () =>
  withStore((store) =>
    Effect.gen(function* () {
      const values: Array<{ sum: number; batches: number; rest: unknown }> = []
      const fields = {
        names: ["sum", "batches", "rest"],
        columns: (given: ArrayLike<unknown>) => {
          const all = values.filter((value) => Array.from(given).includes(value))
          return [all.map(({ sum }) => sum), all.map(({ batches }) => batches), all.map(({ rest }) => rest)]
        },
      }
      const version = store.open(ID, 0, undefined, 1)
      for (const key of numbers(100)) {
        const value = { sum: key / 2, batches: key % 3, rest: key % 7 === 0 ? { base: [key] } : undefined }
        values.push(value)
        version.set(`key ${key}`, value)
      }
      yield* store.seal(ID, 1)
      const [captured] = yield* store.capture(1, [{ id: ID, fields }])
      assert(!values.some((value) => Object.isFrozen(value)))
      const other = yield* StateStore.make
      yield* other.restore(ID, 1, [join(captured?.pieces ?? [])])
      assert.deepEqual(entries(other), values.map((value, key) => [`key ${key}`, value]))
    })
  ))

Deno.test("StateStore.capture() starts over with all states if one of them fails", () =>
  withStore((store) =>
    Effect.gen(function* () {
      yield* write(store, 1, numbers(1000))
      yield* store.capture(1, [{ id: ID }])
      yield* store.commit(1)
      yield* write(store, 2, [5])
      store.open("other", 0, undefined, 2).set("a", Symbol())
      yield* store.seal("other", 2)
      assert.ok(Exit.isFailure(yield* Effect.exit(store.capture(2, [{ id: ID }, { id: "other" }]))))
      const [captured] = yield* store.capture(2, [{ id: ID }])
      assert.equal(captured?.neededFrom, 2)
    })
  ))

Deno.test("StateStore.capture() copies the whole state after a captured batch was dropped or retried", () =>
  withStore((store) =>
    Effect.gen(function* () {
      yield* write(store, 1, numbers(1000))
      yield* store.capture(1, [{ id: ID }])
      yield* store.commit(1)
      for (const drop of [store.abort(2), Effect.void]) {
        yield* write(store, 2, [7], "dropped")
        yield* store.capture(2, [{ id: ID }])
        yield* drop
        yield* write(store, 2, [8], "kept")
        const [captured] = yield* store.capture(2, [{ id: ID }])
        assert.equal(captured?.neededFrom, 2)
        const other = yield* StateStore.make
        yield* other.restore(ID, 2, [join(captured.pieces)])
        assert.deepEqual(entries(other), numbers(1000).map((key) => [key, key === 8 ? "kept" : 1]))
        yield* store.abort(2)
      }
    })
  ))

Deno.test("StateStore.capture() copies a state that does not change when its captures are too old", () =>
  withStore((store) =>
    Effect.gen(function* () {
      let log: Array<{ readonly at: number; readonly bytes: Uint8Array }> = []
      for (let at = 1; at <= 100; at++) {
        yield* write(store, at, at === 1 ? numbers(10_000) : at === 2 ? [3] : [])
        for (const { at: time, pieces } of yield* store.capture(at, [{ id: ID }], { refresh: at - 50 })) {
          log.push({ at: time, bytes: join(pieces) })
        }
        yield* store.commit(at)
        log = log.filter(({ at }) => at >= (store.neededFrom(ID) ?? 0))
      }
      assert.ok(log[0]!.at > 2)
      const other = yield* StateStore.make
      yield* other.restore(ID, 100, log.map(({ bytes }) => bytes))
      assert.deepEqual(entries(other), numbers(10_000).map((key) => [key, key === 3 ? 2 : 1]))
    })
  ))

Deno.test("StateStore: the captures that are needed take at most five times the bytes of a copy", () =>
  withStore((store) =>
    Effect.gen(function* () {
      for (const value of [0, "text of some length", { count: 1, total: 1.5 }]) {
        yield* store.forget([ID])
        let log: Array<{ readonly at: number; readonly length: number }> = []
        let whole = 0
        let most = 0
        for (let at = 1; at <= 120; at++) {
          const keys = at === 1 ? numbers(5000) : numbers(250).map((i) => (i * 19 + at * 251) % 5000)
          yield* write(store, at, keys.map((key) => `user ${key}`), value)
          const [captured] = yield* store.capture(at, [{ id: ID }])
          yield* store.commit(at)
          log.push({ at, length: join(captured?.pieces ?? []).length })
          if (at === 1) whole = log[0]!.length
          log = log.filter(({ at }) => at >= (store.neededFrom(ID) ?? 0))
          most = Math.max(most, log.reduce((sum, { length }) => sum + length, 0))
        }
        assert.ok(most < 5 * whole, `${most} bytes for ${whole}`)
      }
    })
  ))

Deno.test("StateStore.restore() fails with CorruptBlock, or restores, whatever bytes it is given", () =>
  withStore((store) =>
    Effect.gen(function* () {
      yield* write(store, 1, numbers(300).map((i) => [i, "key"]))
      const first = yield* store.capture(1, [{ id: ID }])
      yield* store.commit(1)
      yield* write(store, 2, [[7, "key"], "new"])
      const second = yield* store.capture(2, [{ id: ID }])
      const captures = [...first, ...second].map(({ pieces }) => join(pieces))
      const attempt = (damaged: ReadonlyArray<Uint8Array>) =>
        Effect.flatMap(StateStore.make, (other) => Effect.exit(other.restore(ID, 2, damaged)))
      const refused = (damaged: ReadonlyArray<Uint8Array>) =>
        Effect.map(attempt(damaged), (exit) => assert.match(String(exit), /CorruptBlock|Corrupt block/))
      yield* refused([])
      yield* refused(captures.slice(1))
      yield* refused(captures.map((bytes) => bytes.subarray(0, -1)))
      const flips = fc.sample(fc.tuple(fc.nat(), fc.nat(7)), 300)
      for (const [position, bit] of flips) {
        const damaged = captures.map((bytes) => bytes.slice())
        const bytes = damaged[position % 2]!
        bytes[position % bytes.length]! ^= 1 << bit
        assert.doesNotMatch(String(yield* attempt(damaged)), /Die/)
      }
    })
  ))

Deno.test("StateStore.place() refuses a key of several partitions, and a partition that does not exist", () =>
  withStore((store) =>
    Effect.gen(function* () {
      yield* store.place(ID, Partitioner.hash(2))
      for (const partition of [0, 1]) store.open(ID, partition, undefined, 1).set("a", partition)
      yield* store.seal(ID, 1)
      const captures = (yield* store.capture(1, [{ id: ID }])).map(({ pieces }) => join(pieces))
      for (
        const [partitioner, message] of [
          [Partitioner.hash(1), /The restored state has a in several partitions/],
          [Partitioner.make({ name: "Odd", numPartitions: 2, getPartition: () => 2 }), /Odd put a into partition 2/],
        ] as const
      ) {
        const other = yield* StateStore.make
        yield* other.restore(ID, 1, captures)
        assert.match(String(yield* Effect.exit(other.place(ID, partitioner))), message)
      }
    })
  ))
