import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as fc from "fast-check"
import { atOnce, Pacing, run } from "../../lib/core/pace.ts"
import * as StateStore from "../../lib/engine/state_store.ts"
import { GONE } from "../../lib/engine/state_table.ts"
import { Version } from "../../lib/engine/state_version.ts"
import * as Partitioner from "../../lib/rdd/partitioner.ts"
import type { PendingState, StateView } from "../../lib/rdd/state.ts"

const ID = "counts"

/** A store with a log of its captures. */
interface Life {
  readonly store: StateStore.StateStore
  readonly partitioner: Partitioner.Partitioner
  readonly log: Array<{ readonly at: number; readonly bytes: Uint8Array }>
}

const join = (pieces: ReadonlyArray<Uint8Array>): Uint8Array =>
  Uint8Array.from(pieces.flatMap((piece) => Array.from(piece)))

const versionOf = (view: StateView | undefined): Version => {
  if (!(view instanceof Version)) throw new Error("The version is not held.")
  return view
}

/** All entries of a partition with their numbers in the order of insertion, and the times of their writes if these are recorded. */
const contents = (version: Version, numbered: boolean) => {
  const { order, table } = version.shown()
  const entries: Array<ReadonlyArray<unknown>> = []
  for (let place = 0; place < table.cells.length; place += 2) {
    const [key, value] = [table.cells[place], table.cells[place + 1]]
    if (value !== GONE) entries.push([key, value, order?.timeOf(place), numbered ? table.numberOf(place) : 0])
  }
  assert.equal(entries.length, version.size)
  return entries
}

const partitionsOf = ({ partitioner, store }: Life, at: number) => {
  const held = store.hold(ID, at)
  const partitions = Array.from({ length: partitioner.numPartitions }, (_, i) => versionOf(store.view(ID, i, at)))
  assert.ok(held)
  return partitions
}

const restored = (life: Life, at: number): Effect.Effect<Life> =>
  Effect.gen(function* () {
    const store = yield* StateStore.make
    yield* Effect.orDie(store.restore(ID, at, life.log.map(({ bytes }) => bytes)))
    yield* store.place(ID, life.partitioner)
    assert.equal(store.neededFrom(ID), life.store.neededFrom(ID))
    return { ...life, store, log: Array.from(life.log) }
  })

/** Removes the captures that are not needed any more. */
const trim = ({ log, store }: Life): void => {
  const needed = store.neededFrom(ID) ?? -Infinity
  log.splice(0, log.findIndex(({ at }) => at >= needed))
}

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      does: fc.constantFrom("set", "set", "delete", "move"),
      key: fc.nat(500),
      many: fc.nat(40),
    }),
  },
  { weight: 8, arbitrary: fc.record({ does: fc.constantFrom("next", "end"), key: fc.nat(20), many: fc.nat(3) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constantFrom("retry", "abort", "idle", "crash", "rescale", "trim"),
      key: fc.nat(20),
      many: fc.nat(3),
    }),
  },
)

type Step = { readonly does: string; readonly key: number; readonly many: number }

/** What the steps have come to. */
class Running {
  life: Life
  time = 1000
  value = 0
  compared = 0
  /** The batches in flight, oldest first, and the partitions of the last one. */
  batches: Array<number> = []
  open: ReadonlyArray<PendingState> = []
  captured: number | undefined

  constructor(life: Life) {
    this.life = life
  }

  /** Opens the partitions of a batch, also again. */
  begin(at: number) {
    const { partitioner, store } = this.life
    return Effect.map(store.place(ID, partitioner), () => {
      const from = store.newest(ID, at)
      this.open = Array.from({ length: partitioner.numPartitions }, (_, i) => store.open(ID, i, from, at))
    })
  }

  /** Seals the last batch and opens the next one. */
  next() {
    return Effect.suspend(() => {
      const last = this.batches.at(-1)
      this.batches.push(this.time += 1000)
      const begin = this.begin(this.time)
      return last === undefined ? begin : Effect.andThen(this.life.store.seal(ID, last), begin)
    })
  }

  write({ does, key, many }: Step) {
    const { partitioner } = this.life
    for (let i = key; i <= key + many; i++) {
      const name = `key ${i * 7 % 701}`
      const version = this.open[partitioner.getPartition(name)]
      if (version === undefined) continue
      if (does !== "set") version.delete(name)
      if (does !== "delete") version.set(name, this.value++ % 3 === 0 ? `text ${i}` : this.value)
    }
  }

  /** Reads and writes later batches, and reads earlier ones. */
  *disturb(at: number, later: ReadonlyArray<PendingState>, { key, many }: Step) {
    const { life } = this
    const partitionOf = (i: number) => later[life.partitioner.getPartition(`key ${i}`)]
    for (let i = 0; i < 30; i++) {
      if (many > 1) partitionOf(key + i)?.set(`key ${key + i}`, this.value++)
      if (many > 2) partitionOf(2 * key + i)?.delete(`key ${2 * key + i}`)
      yield
      if (many > 0) partitionsOf(life, life.store.version(ID) ?? at).forEach((version) => version.get("key 1"))
      yield
    }
  }

  /** Captures the oldest batch that is sealed, while the batches after it are read and written. */
  end(step: Step) {
    return Effect.gen({ self: this }, function* () {
      const { life } = this
      const { store } = life
      if (this.batches.length < 2) yield* this.next()
      const at = this.batches.shift()!
      const later = this.open
      const others = yield* Effect.forkChild(run(() => this.disturb(at, later, step)))
      const captured = yield* Effect.orDie(
        store.capture(at, [{ id: ID }], { refresh: step.key > 15 ? at - 5000 : undefined }),
      )
      yield* Fiber.await(others)
      for (const { at, pieces } of captured) life.log.push({ at, bytes: join(pieces) })
      const again = yield* restored(life, at)
      const expected = partitionsOf(life, at).map((version) => contents(version, true))
      assert.deepEqual(partitionsOf(again, at).map((version) => contents(version, true)), expected)
      this.compared++
      this.captured = at
      yield* store.commit(at)
    })
  }

  crash(partitioner = this.life.partitioner) {
    return Effect.gen({ self: this }, function* () {
      const { captured, life } = this
      if (captured === undefined) return
      const byKey = (versions: ReadonlyArray<Version>) =>
        versions.flatMap((version) => contents(version, false)).sort((a, b) => String(a) < String(b) ? -1 : 1)
      const expected = byKey(partitionsOf(yield* restored(life, captured), captured))
      this.life = yield* restored({ ...life, partitioner }, captured).pipe(
        Effect.flatMap((again) => partitioner === life.partitioner ? Effect.succeed(again) : placed(again)),
      )
      this.batches = []
      this.open = []
      assert.deepEqual(byKey(partitionsOf(this.life, captured)), expected)
      yield* this.next()
    })
  }

  run(step: Step) {
    return Effect.gen({ self: this }, function* () {
      const { does, key, many } = step
      const { life } = this
      if (does === "next") return this.batches.length < 4 ? yield* this.next() : undefined
      if (does === "end") return yield* this.end(step)
      if (does === "crash") return yield* this.crash()
      if (does === "rescale") return yield* this.crash(Partitioner.hash(1 + key % 4))
      if (does === "trim") return trim(life)
      if (does === "idle") return void this.open.forEach((version) => atOnce(version.writtenBefore(key)))
      if (does === "retry") yield* this.begin(this.batches.at(-1) ?? 0)
      else if (does === "abort") {
        const at = this.batches[many % this.batches.length]!
        yield* life.store.abort(at)
        this.batches = this.batches.filter((time) => time < at)
        yield* this.next()
      } else this.write(step)
    })
  }
}

const placed = (life: Life) => Effect.as(life.store.place(ID, life.partitioner), life)

Deno.test("StateStore.restore() numbers new entries after deleted ones", async () => {
  await Effect.gen(function* () {
    const life = { store: yield* StateStore.make, partitioner: Partitioner.hash(1), log: [] }
    const running = new Running(life)
    yield* running.next()
    running.write({ does: "set", key: 0, many: 600 })
    for (const does of ["move", "next", "delete", "end", "end", "crash", "set", "end"]) {
      yield* running.run({ does, key: 0, many: 0 })
    }
    assert.equal(running.compared, 3)
  }).pipe(Effect.runPromise)
})

Deno.test("StateStore.restore() gives what was captured: entries, order, times of writes", async () => {
  let compared = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 120, size: "max" }),
      fc.integer({ min: 1, max: 3 }),
      fc.constantFrom(1, 3, 4096),
      (steps, partitions, records) =>
        Effect.gen(function* () {
          const life = { store: yield* StateStore.make, partitioner: Partitioner.hash(partitions), log: [] }
          const running = new Running(life)
          yield* running.next()
          running.write({ does: "set", key: 0, many: 600 })
          for (const step of steps) yield* running.run(step)
          yield* running.end({ does: "end", key: 0, many: 0 })
          compared += running.compared
        }).pipe(
          Effect.provideService(Pacing, { now: () => 0, turn: 0, records, bytes: 1, turnedAt: 0 }),
          Effect.runPromise,
        ),
    ),
    { numRuns: Number(Deno.env.get("RUNS") ?? 30) },
  )
  assert.ok(compared > 0)
})
