import assert from "node:assert/strict"
import { Effect } from "effect"
import * as fc from "fast-check"
import { joined } from "../../../lib/core/bytes.ts"
import { NotPortable } from "../../../lib/core/codec.ts"
import { atOnce } from "../../../lib/core/pace.ts"
import { SentStates } from "../../../lib/engine/threads/sent_states.ts"
import { NotHere, type StateInput, StateReplicas } from "../../../lib/engine/threads/state_replicas.ts"
import * as StateStore from "../../../lib/engine/state_store.ts"
import { Version } from "../../../lib/engine/state_version.ts"
import { entriesOf, type PendingState, type StateCoding } from "../../../lib/rdd/state.ts"

const ID = "counts"

const inputOf = (from: number | undefined, at: number): StateInput => ({
  kind: "state",
  operation: { kind: "absent" },
  index: 0,
  id: ID,
  from,
  at,
  data: { input: { kind: "concat", parts: [] }, steps: [] },
  initial: undefined,
})

const newStore = (): StateStore.StateStore => Effect.runSync(StateStore.make)

/** A worker with its replicas, and what the driver knows of these. */
const newWorker = (states: StateStore.StateStore, coding?: StateCoding) => ({
  sent: new SentStates({ states, heap: undefined, codingOf: () => coding }),
  replicas: new StateReplicas(() => coding),
})

type Worker = ReturnType<typeof newWorker>

/** Runs a step in a worker. Gives whether the driver has sent the version. */
const runThere = ({ replicas, sent }: Worker, input: StateInput, step: (state: PendingState) => void): boolean => {
  const bytes = atOnce(sent.send(input))
  const task = atOnce(replicas.begin(input, bytes))
  step(task.states.open(ID, input.index, input.from, input.at))
  atOnce(sent.apply(input, atOnce(task.end())))
  return bytes !== undefined
}

const runHere = (store: StateStore.StateStore, { at, from, index }: StateInput, step: (state: PendingState) => void) =>
  step(store.open(ID, index, from, at))

const end = (store: StateStore.StateStore, at: number, commits = true) => {
  if (commits) Effect.runSync(store.seal(ID, at))
  Effect.runSync(commits ? store.commit(at) : store.abort(at))
}

/** The entries of the newest version in order, with the times of their writes if these are recorded. */
const contents = (store: StateStore.StateStore, at: number) => {
  const version = store.find(ID, 0, at)
  assert(version instanceof Version)
  const { order, table } = version.shown()
  return atOnce(entriesOf(version)).map(([key, value]) => [key, value, order?.timeOf(table.find(key))])
}

type Op = readonly ["set" | "delete" | "rewrite" | "expire", key: number, value: number]

const op: fc.Arbitrary<Op> = fc.tuple(
  fc.constantFrom("set", "set", "delete", "rewrite", "expire"),
  fc.nat(12),
  fc.integer({ min: -1e9, max: 1e9 }),
)

const stepOf = (ops: ReadonlyArray<Op>, at: number) => (state: PendingState): void => {
  for (const [does, key, value] of ops) {
    if (does === "set") state.set(`key ${key}`, value)
    else if (does === "delete") state.delete(`key ${key}`)
    else if (does === "rewrite") {
      const keys = Array.from({ length: key }, (_, i) => `key ${i}`)
      atOnce(state.lookUp({ keys, values: keys }, (i, before, exists) => {
        if (exists) state.set(keys[i], before)
      }))
    } else for (const [idle] of atOnce(state.writtenBefore(at - key * 500))) state.delete(idle)
  }
}

const batch = fc.record({
  ops: fc.array(op, { maxLength: 12 }),
  where: fc.constantFrom("worker", "worker", "worker", "other worker", "driver"),
  does: fc.constantFrom("commit", "commit", "commit", "abort", "retry", "fail", "lose"),
  captures: fc.boolean(),
})

const boxed: StateCoding = {
  encode: (value) => ({ boxed: value }),
  decode: (value) => (value as { readonly boxed: unknown }).boxed,
}

Deno.test("a state that workers compute is the same as one that the driver computes, in order and with times of writes", () => {
  fc.assert(
    fc.property(fc.array(batch, { maxLength: 15 }), fc.constantFrom(undefined, boxed), (batches, coding) => {
      const expected = newStore()
      const driver = newStore()
      let workers = [newWorker(driver, coding), newWorker(driver, coding)]
      const log: Array<Uint8Array> = []
      for (const [i, { captures, does, ops, where }] of batches.entries()) {
        const at = 1000 * (i + 1)
        const input = inputOf(driver.newest(ID, at), at)
        const step = stepOf(ops, at)
        runHere(expected, input, step)
        const worker = workers[where === "other worker" ? 1 : 0]!
        if (does === "fail") {
          const fails = (state: PendingState) => (step(state), assert.fail("the function"))
          assert.throws(() => runThere(worker, input, fails), /the function/)
        }
        if (does === "lose") workers = [newWorker(driver, coding), newWorker(driver, coding)]
        const run = () => where === "driver" ? runHere(driver, input, step) : void runThere(worker, input, step)
        run()
        if (does === "retry") run()
        for (const store of [expected, driver]) end(store, at, does !== "abort")
        if (does === "abort") continue
        assert.deepEqual(contents(driver, at), contents(expected, at))
        if (!captures) continue
        const [captured] = Effect.runSync(driver.capture(at, [{ id: ID }]))
        if (captured !== undefined) log.push(joined(captured.pieces))
        const restored = newStore()
        if (log.length > 0) Effect.runSync(restored.restore(ID, at, log))
        if (log.length > 0) assert.deepEqual(contents(restored, at), contents(expected, at))
      }
    }),
    { numRuns: 500 },
  )
})

Deno.test("a version is sent once, and again after it has been written elsewhere or a task has failed", () => {
  const driver = newStore()
  const [one, other] = [newWorker(driver), newWorker(driver)]
  const set = (state: PendingState) => state.set("a", 1)
  const sent: Array<boolean> = []
  const batch = (at: number, run: (input: StateInput) => void) => {
    run(inputOf(driver.newest(ID, at), at))
    end(driver, at)
  }
  const on = (worker: Worker) => (input: StateInput) => void sent.push(runThere(worker, input, set))
  batch(1000, on(one))
  batch(2000, on(one))
  assert.deepEqual(sent, [false, false])
  batch(3000, (input) => runHere(driver, input, set))
  batch(4000, on(one))
  batch(5000, on(other))
  batch(6000, on(other))
  assert.deepEqual(sent, [false, false, true, true, false])
  batch(7000, (input) => {
    assert.throws(() => runThere(other, input, () => assert.fail("the function")), /the function/)
    on(other)(input)
    // The attempt before was dropped with what it had written.
    on(other)(input)
  })
  assert.deepEqual(sent.slice(5), [true, true])
})

Deno.test("only what has changed comes back, and the records and times of the operation", () => {
  const driver = newStore()
  const worker = newWorker(driver)
  runThere(worker, inputOf(undefined, 1000), (state) => {
    for (let i = 0; i < 100_000; i++) state.set(i, i)
  })
  end(driver, 1000)
  const input = inputOf(1000, 2000)
  assert.equal(atOnce(worker.sent.send(input)), undefined)
  const task = atOnce(worker.replicas.begin(input, undefined))
  task.states.open(ID, 0, 1000, 2000).set(5, -5)
  task.states.worked(ID, 7, 3)
  const changes = atOnce(task.end())
  assert(changes.keys.length + changes.values.length + changes.deleted.length < 100)
  atOnce(worker.sent.apply(input, changes))
  end(driver, 2000)
  const { keys, millis, records } = driver.measures(ID) ?? {}
  assert.deepEqual([keys, records, millis, driver.find(ID, 0, 2000)?.size], [100_000, 7, 3, 100_000])
})

Deno.test("values that come and go are frozen, as in a checkpoint", () => {
  const driver = newStore()
  const worker = newWorker(driver)
  const value = { n: 1 }
  runThere(worker, inputOf(undefined, 1000), (state) => state.set("a", value))
  end(driver, 1000)
  assert(Object.isFrozen(value))
  runThere(worker, inputOf(1000, 2000), (state) => {
    assert.equal(state.get("a"), value)
    assert.throws(() => void (value.n = 2), TypeError)
  })
  const version = driver.find(ID, 0, 2000)
  assert(version instanceof Version)
  assert.notEqual(version.get("a"), value)
  assert(Object.isFrozen(version.get("a")))
})

Deno.test("a version that cannot travel is not sent, and one that a worker does not have is missed", () => {
  const driver = newStore()
  const worker = newWorker(driver)
  runHere(driver, inputOf(undefined, 1000), (state) => state.set("a", () => 1))
  end(driver, 1000)
  assert.throws(() => atOnce(worker.sent.send(inputOf(1000, 2000))), NotPortable)
  assert.throws(() => atOnce(worker.replicas.begin(inputOf(1000, 2000), undefined)), NotHere)
})
