import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as LocalEngine from "../../../lib/engine/local/engine.ts"
import * as RDD from "../../../lib/rdd.ts"
import { type BatchWork, CurrentJob, Engine, type OpenBatch, type Root } from "../../../lib/rdd/engine.ts"
import { type AnyRDD, make } from "../../../lib/rdd/rdd.ts"
import { entriesOf } from "../../../lib/rdd/state.ts"

const run = <A, E>(body: Effect.Effect<A, E, Engine>): Promise<A> =>
  Effect.runPromise(Effect.provide(body, LocalEngine.layer({ parallelism: 2 })))

/** A test of the engine. */
const test = (name: string, body: (engine: Engine) => Effect.Effect<void, unknown, Engine>): void =>
  Deno.test(name, () => run(Effect.flatMap(Engine, body)))

/** Numbers of two partitions, and how often they were computed. */
const counting = (failing: () => boolean = () => false) => {
  const calls = { count: 0 }
  const rdd = RDD.map(RDD.parallelize([1, 2], { partitions: 2 }), (n) => {
    calls.count++
    if (failing()) throw new RangeError("not now")
    return n * 10
  })
  return { calls, rdd }
}

const open = (
  engine: Engine,
  jobs: ReadonlyArray<Root>,
  kept: ReadonlyArray<AnyRDD> = [],
): Effect.Effect<OpenBatch> => {
  const work: BatchWork = { time: 1000, jobs, kept, addressOf: () => undefined, notes: undefined }
  return Effect.orDie(engine.openBatch(work) as Effect.Effect<OpenBatch>)
}

/** Runs an action as job `outputId` of a batch. */
const within = <A, E, R>(batch: OpenBatch, action: Effect.Effect<A, E, R>, outputId = 0, attempt = 0) =>
  Effect.suspend(() => {
    batch.attempt()
    return Effect.provideService(action, CurrentJob, { batchTime: 1000, outputId, attempt, batch })
  })

const reads = (rdd: AnyRDD): Root => ({ rdd, writes: false })

test("release() drops the blocks of a persisted RDD, which is computed again then", (engine) =>
  Effect.gen(function* () {
    const { calls, rdd } = counting()
    const kept = RDD.cache(rdd)
    for (const count of [2, 2]) {
      yield* RDD.collect(kept)
      assert.equal(calls.count, count)
    }
    yield* engine.release(kept)
    assert.deepEqual(yield* RDD.collect(kept), [10, 20])
    assert.equal(calls.count, 4)
  }))

test("abandon() makes an RDD that was not computed count as empty, and leaves one that was", (engine) =>
  Effect.gen(function* () {
    const [lost, found] = [counting(), counting()]
    const [a, b] = [RDD.cache(lost.rdd), RDD.cache(found.rdd)]
    yield* RDD.count(b)
    for (const each of [a, b, lost.rdd]) yield* engine.abandon(each)
    assert.deepEqual([yield* RDD.collect(a), yield* RDD.collect(b)], [[], [10, 20]])
    assert.deepEqual([lost.calls.count, found.calls.count], [0, 2])
    assert.deepEqual(yield* RDD.collect(lost.rdd), [10, 20])
  }))

test("compute() computes an RDD that is kept, for the actions that come later", (engine) =>
  Effect.gen(function* () {
    const { calls, rdd } = counting()
    const kept = RDD.cache(rdd)
    yield* engine.compute(kept)
    assert.equal(calls.count, 2)
    assert.deepEqual(yield* RDD.collect(kept), [10, 20])
    assert.equal(calls.count, 2)
  }))

test("compute() computes a kept RDD whole, and jobs before it only the partitions that they need", (engine) =>
  Effect.gen(function* () {
    const [own, later] = [counting(), counting()]
    const [cached, kept] = [RDD.cache(own.rdd), RDD.cache(later.rdd)]
    const batch = yield* open(engine, [reads(cached), reads(cached), reads(kept)], [kept])
    assert.deepEqual(yield* within(batch, RDD.take(cached, 1)), [10])
    assert.equal(own.calls.count, 1)
    assert.deepEqual(yield* within(batch, RDD.collect(cached), 1), [10, 20])
    assert.equal(own.calls.count, 2)
    yield* within(batch, RDD.take(kept, 1), 2)
    assert.equal(later.calls.count, 2)
  }))

test("openBatch(): what several jobs share is computed once for each partition that they need", (engine) =>
  Effect.gen(function* () {
    const { calls, rdd } = counting()
    const [a, b] = [RDD.map(rdd, (n) => n + 1), RDD.map(rdd, (n) => n + 2)]
    const batch = yield* open(engine, [reads(a), reads(b)])
    assert.deepEqual(yield* within(batch, RDD.take(a, 1)), [11])
    assert.equal(calls.count, 1)
    batch.finish(0)
    assert.deepEqual(yield* within(batch, RDD.collect(b), 1), [12, 22])
    assert.equal(calls.count, 2)
  }))

test("openBatch(): what several jobs read is computed once, until the last of them has ended", (engine) =>
  Effect.gen(function* () {
    const { calls, rdd } = counting()
    const single = RDD.map(rdd, (n) => n + 1)
    const batch = yield* open(engine, [reads(rdd), reads(single), reads(single)])
    const seen: Array<number> = []
    for (const [index, each] of [rdd, single, single].entries()) {
      yield* within(batch, RDD.collect(each), index)
      yield* within(batch, RDD.count(each), index)
      seen.push(calls.count)
      batch.finish(index)
    }
    assert.deepEqual(seen, [2, 2, 2])
    yield* within(batch, RDD.collect(rdd), 2)
    assert.equal(calls.count, 4)
  }))

test("openBatch(): what one job reads is computed for each of its actions, and what writes for each job", (engine) =>
  Effect.gen(function* () {
    const { calls, rdd } = counting()
    const batch = yield* open(engine, [reads(rdd)])
    yield* within(batch, RDD.collect(rdd))
    yield* within(batch, RDD.collect(rdd))
    assert.equal(calls.count, 4)
    const written = counting()
    const writes = { rdd: written.rdd, writes: true }
    const other = yield* open(engine, [writes, writes])
    for (const index of [0, 1]) yield* within(other, RDD.collect(written.rdd), index)
    assert.equal(written.calls.count, 4)
  }))

test("openBatch(): what lies below kept blocks is not counted, nor computed again", (engine) =>
  Effect.gen(function* () {
    const { calls, rdd } = counting()
    const earlier = RDD.cache(rdd)
    yield* engine.compute(earlier)
    const batch = yield* open(engine, [reads(earlier), reads(RDD.map(earlier, (n) => n))])
    yield* within(batch, RDD.collect(earlier))
    assert.equal(calls.count, 2)
    yield* within(batch, RDD.collect(rdd))
    yield* within(batch, RDD.collect(rdd))
    assert.equal(calls.count, 6)
  }))

test("dueAfter() has each kept RDD after the last job that reads it, and the others at the end", (engine) =>
  Effect.gen(function* () {
    const [a, b, c] = [counting(), counting(), counting()].map(({ rdd }) => RDD.cache(rdd))
    assert.ok(a && b && c)
    const both = RDD.union(a, b)
    const batch = yield* open(engine, [reads(both), reads(RDD.map(a, (n) => n))], [a, b, c])
    assert.deepEqual([0, 1, undefined].map((index) => batch.dueAfter(index)), [[b], [a], [c]])
  }))

test("lost has the kept RDDs that have failed in this attempt, and not those above them", (engine) =>
  Effect.gen(function* () {
    let fails = true
    const { rdd } = counting(() => fails)
    const below = RDD.cache(rdd)
    const above = RDD.cache(RDD.map(below, (n) => n))
    const batch = yield* open(engine, [reads(above)], [below, above])
    assert.ok(Exit.isFailure(yield* Effect.exit(within(batch, RDD.count(above)))))
    assert.deepEqual(Array.from(batch.lost), [below])
    fails = false
    yield* within(batch, RDD.count(above), 0, 1)
    assert.equal(batch.lost.size, 0)
  }))

/** The state of a batch: counts of the numbers seen so far. */
const counts = (at: number, numbers: ReadonlyArray<number>): RDD.RDD<[number, number]> =>
  make("counts", [RDD.map(RDD.parallelize(numbers), (n): [number, null] => [n, null])], {
    kind: "state",
    by: "default",
    step: {
      id: "counts",
      at,
      expects: undefined,
      whole: undefined,
      f: function* (state, { keys }) {
        for (const key of keys) state.set(key, (Number(state.get(key) ?? 0)) + 1)
        return yield* entriesOf(state)
      },
    },
  })

const snapshot = (state: AnyRDD): RDD.RDD<[number, number]> => make("snapshot", [state], { kind: "view", f: entriesOf })
const sorted = (pairs: ReadonlyArray<readonly [number, number]>) => pairs.toSorted(([a], [b]) => a - b)

test("endBatch() commits the state of a batch, or drops it with those after it", (engine) =>
  Effect.gen(function* () {
    const one = counts(1000, [1, 2])
    yield* engine.compute(one)
    assert.equal(engine.stateVersion("counts"), undefined)
    yield* engine.endBatch(1000, "commit")
    assert.equal(engine.stateVersion("counts"), 1000)
    yield* engine.compute(counts(2000, [1]))
    yield* engine.compute(counts(3000, [1]))
    yield* engine.endBatch(2000, "abort")
    assert.equal(engine.stateVersion("counts"), 1000)
    assert.deepEqual(sorted(yield* RDD.collect(counts(4000, [2]))), [[1, 1], [2, 2]])
  }))

test("the snapshot of a state can be read after later batches have replaced it, and after it was forgotten", (engine) =>
  Effect.gen(function* () {
    const [one, two] = [counts(1000, [1, 2]), counts(2000, [2])]
    for (const [at, state] of [[1000, one], [2000, two]] as const) {
      yield* engine.compute(state)
      yield* engine.endBatch(at, "commit")
    }
    for (let i = 0; i < 2; i++) {
      assert.deepEqual(sorted(yield* RDD.collect(snapshot(one))), [[1, 1], [2, 1]])
      assert.deepEqual(sorted(yield* RDD.collect(snapshot(two))), [[1, 1], [2, 2]])
      yield* engine.forgetStates(["counts"])
    }
  }))

test("forgetStates() drops the states that it is given: the next batch starts from nothing", (engine) =>
  Effect.gen(function* () {
    yield* engine.compute(counts(1000, [1]))
    yield* engine.endBatch(1000, "commit")
    yield* engine.forgetStates(["another"])
    assert.equal(engine.stateVersion("counts"), 1000)
    yield* engine.forgetStates(["counts"])
    assert.equal(engine.stateVersion("counts"), undefined)
    assert.deepEqual(yield* RDD.collect(counts(2000, [1])), [[1, 1]])
  }))

test("abandon() makes the state of a batch count as empty: later batches go on from the version before", (engine) =>
  Effect.gen(function* () {
    yield* engine.compute(counts(1000, [1]))
    yield* engine.endBatch(1000, "commit")
    const lost = counts(2000, [1])
    yield* engine.abandon(lost)
    assert.deepEqual([yield* RDD.collect(lost), yield* RDD.collect(snapshot(lost))], [[], []])
    yield* engine.endBatch(2000, "commit")
    assert.equal(engine.stateVersion("counts"), 1000)
    assert.deepEqual(yield* RDD.collect(counts(3000, [1])), [[1, 2]])
  }))

test("release() does not drop the results of a state", (engine) =>
  Effect.gen(function* () {
    const state = counts(1000, [1])
    yield* engine.compute(state)
    yield* engine.release(state)
    assert.deepEqual(yield* RDD.collect(state), [[1, 1]])
  }))
