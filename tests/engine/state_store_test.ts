import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as StateStore from "../../lib/engine/state_store.ts"
import { atOnce } from "../../lib/core/pace.ts"
import { entriesOf, type StateView } from "../../lib/rdd/state.ts"

const withStore = (body: (store: StateStore.StateStore) => Effect.Effect<void>): Promise<void> =>
  Effect.runPromise(Effect.flatMap(StateStore.make, body))

Deno.test("StateStore.open() reads the version it is opened on, and its own writes", () =>
  withStore((store) =>
    Effect.gen(function* () {
      const first = store.open("s", 0, undefined, 1)
      first.set("a", 1)
      first.set("b", 2)
      yield* store.seal("s", 1)
      yield* store.commit(1)
      const second = store.open("s", 0, 1, 2)
      second.set("a", 10)
      assert.equal(second.delete("b"), true)
      assert.equal(second.delete("b"), false)
      assert.deepEqual(atOnce(entriesOf(second)), [["a", 10]])
      assert.equal(second.size, 1)
    })
  ))

Deno.test("StateStore.commit() takes sealed versions only, and abort() leaves nothing", () =>
  withStore((store) =>
    Effect.gen(function* () {
      const half = store.open("s", 0, undefined, 1)
      half.set("a", 1)
      yield* store.commit(1)
      assert.equal(store.version("s"), undefined)
      const dropped = store.open("s", 0, undefined, 2)
      dropped.set("a", 1)
      yield* store.seal("s", 2)
      yield* store.abort(2)
      yield* store.commit(2)
      assert.equal(store.version("s"), undefined)
      assert.equal(store.open("s", 0, 2, 3).size, 0)
    })
  ))

Deno.test("StateStore.open() again starts over from the version it reads", () =>
  withStore((store) =>
    Effect.sync(() => {
      const failed = store.open("s", 0, undefined, 1)
      failed.set("a", 1)
      const retried = store.open("s", 0, undefined, 1)
      assert.equal(retried.has("a"), false)
    })
  ))

Deno.test("StateStore.open() builds on a version of the same batch that is still pending", () =>
  withStore((store) =>
    Effect.gen(function* () {
      const one = store.open("s", 0, undefined, 1)
      one.set("a", 1)
      yield* store.seal("s", 1)
      const two = store.open("s", 0, 1, 2)
      assert.equal(two.get("a"), 1)
      two.set("b", 2)
      yield* store.seal("s", 2)
      yield* store.commit(2)
      assert.equal(store.version("s"), 2)
      assert.deepEqual(atOnce(entriesOf(store.open("s", 0, 2, 3))), [["a", 1], ["b", 2]])
    })
  ))

Deno.test("StateStore keeps older versions as they were, for those who still hold them", () =>
  withStore((store) =>
    Effect.gen(function* () {
      const versions: Array<StateView> = []
      const expected: Array<ReadonlyArray<readonly [unknown, unknown]>> = []
      const changes = [
        { a: 1, b: 1, c: 1 },
        { a: 2, b: undefined },
        { d: 1 },
        {},
        { a: undefined, b: 3, d: 2 },
        { b: 4, c: undefined },
      ]
      const model = new Map<string, number>()
      for (const [at, change] of changes.entries()) {
        const version = store.open("s", 0, store.version("s"), at)
        for (const [key, value] of Object.entries(change)) {
          if (value === undefined) version.delete(key)
          else version.set(key, value)
          if (value === undefined) model.delete(key)
          else model.set(key, value)
        }
        versions.push(version)
        expected.push(sorted(model))
        yield* store.seal("s", at)
        yield* store.commit(at)
      }
      assert.deepEqual(versions.map((version) => sorted(atOnce(entriesOf(version)))), expected)
      assert.deepEqual(versions.map(({ size }) => size), expected.map(({ length }) => length))
      assert.deepEqual(versions.map((version) => version.get("b")), [1, undefined, undefined, undefined, 3, 4])
    })
  ))

Deno.test("StateStore.writtenBefore() gives what was last written before a version, written longest ago first", () =>
  withStore((store) =>
    Effect.gen(function* () {
      for (const [at, keys] of [["a", "b", "c"], ["d"], ["b", "e"]].entries()) {
        const version = store.open("s", 0, store.version("s"), at)
        for (const key of keys) version.set(key, at)
        atOnce(version.writtenBefore(at))
        yield* store.seal("s", at)
        yield* store.commit(at)
      }
      const version = store.open("s", 0, 2, 3)
      version.set("c", 3)
      const before = (at: number) => atOnce(version.writtenBefore(at)).map(([key]) => key)
      assert.deepEqual([0, 1, 2, 3, 4].map(before), [
        [],
        ["a"],
        ["a", "d"],
        ["a", "d", "b", "e"],
        ["a", "d", "b", "e", "c"],
      ])
    })
  ))

/** Writes a version of one partition that has one entry, and seals it. */
const write = (store: StateStore.StateStore, at: number, key: string) =>
  Effect.gen(function* () {
    const version = store.open("s", 0, store.newest("s", at), at)
    version.set(key, at)
    yield* store.seal("s", at)
    return version
  })

Deno.test("StateStore.commit() leaves the versions of later batches, and abort() those of earlier ones", () =>
  withStore((store) =>
    Effect.gen(function* () {
      yield* write(store, 1, "a")
      yield* write(store, 2, "b")
      yield* write(store, 3, "c")
      yield* store.commit(1)
      assert.deepEqual([store.version("s"), store.newest("s", 4)], [1, 3])
      yield* store.abort(3)
      assert.deepEqual([store.version("s"), store.newest("s", 4)], [1, 2])
      yield* write(store, 4, "d")
      yield* store.commit(2)
      yield* store.commit(4)
      assert.equal(store.version("s"), 4)
      assert.deepEqual(atOnce(entriesOf(store.open("s", 0, 4, 5))), [["a", 1], ["b", 2], ["d", 4]])
    })
  ))

Deno.test("StateStore.commit() of a version that is not the newest keeps what later versions have deleted", () =>
  withStore((store) =>
    Effect.gen(function* () {
      yield* write(store, 1, "a")
      const second = yield* write(store, 2, "b")
      const third = store.open("s", 0, 2, 3)
      third.delete("a")
      yield* store.seal("s", 3)
      yield* store.commit(2)
      assert.deepEqual(atOnce(entriesOf(second)), [["a", 1], ["b", 2]])
      assert.deepEqual(atOnce(entriesOf(third)), [["b", 2]])
      yield* store.commit(3)
      assert.deepEqual([atOnce(entriesOf(second)), atOnce(entriesOf(third))], [[["a", 1], ["b", 2]], [["b", 2]]])
    })
  ))

Deno.test("StateStore.forget() drops whole states", () =>
  withStore((store) =>
    Effect.gen(function* () {
      yield* write(store, 1, "a")
      yield* store.commit(1)
      yield* store.forget(["s", "another"])
      assert.deepEqual([store.version("s"), store.newest("s", 2)], [undefined, undefined])
    })
  ))

Deno.test("StateStore finds a key that is undefined, as any other", () =>
  withStore((store) =>
    Effect.gen(function* () {
      const first = store.open("s", 0, undefined, 1)
      first.set(undefined, 1)
      yield* store.seal("s", 1)
      yield* store.commit(1)
      const second = store.open("s", 0, 1, 2)
      second.set(undefined, 2)
      assert.deepEqual([second.size, atOnce(entriesOf(second))], [1, [[undefined, 2]]])
    })
  ))

const sorted = (entries: Iterable<readonly [unknown, unknown]>) =>
  Array.from(entries).toSorted(([a], [b]) => String(a) < String(b) ? -1 : 1)

type Step = { readonly key: string | number | readonly [string, number]; readonly value: number | undefined }
const key = fc.oneof(
  fc.constantFrom("a", "b", "\u0000a", "1"),
  fc.constantFrom(1, 2, NaN),
  fc.tuple(fc.constantFrom("a", "b"), fc.nat(2)),
)
const step: fc.Arbitrary<Step> = fc.record({ key, value: fc.option(fc.nat(), { nil: undefined }) })

Deno.test("StateStore holds what a list of entries holds, whatever fails in between", () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ steps: fc.array(step), ends: fc.constantFrom("commit", "abort", "unsealed") }), {
        maxLength: 12,
      }),
      (batches) =>
        withStore((store) =>
          Effect.gen(function* () {
            let model: ReadonlyArray<readonly [string, unknown, number]> = []
            for (const [at, { steps, ends }] of batches.entries()) {
              const version = store.open("s", 0, store.version("s"), at)
              let next = model
              for (const { key, value } of steps) {
                const name = JSON.stringify([typeof key, String(key)])
                if (value === undefined) {
                  assert.equal(version.delete(key), next.some(([other]) => other === name))
                  next = next.filter(([other]) => other !== name)
                } else {
                  version.set(key, value)
                  next = [...next.filter(([other]) => other !== name), [name, key, value]]
                }
              }
              const byName = (entries: Iterable<readonly [unknown, unknown]>) =>
                Array.from(entries, (entry) => JSON.stringify([typeof entry[0], ...entry])).toSorted()
              assert.deepEqual(byName(atOnce(entriesOf(version))), byName(next.map(([, key, value]) => [key, value])))
              assert.equal(version.size, next.length)
              if (ends !== "unsealed") yield* store.seal("s", at)
              yield* ends === "abort" ? store.abort(at) : store.commit(at)
              if (ends === "commit") model = next
            }
          })
        ),
    ),
  ))
