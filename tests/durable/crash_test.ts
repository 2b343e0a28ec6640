import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { CrashPoints } from "../../lib/durable/crash_points.ts"
import type { Log } from "../../lib/durable/log/log.ts"
import { type Crash, type Loss, losses, MemoryDisk } from "../../lib/durable/store/memory.ts"
import { bytesOf, entriesOf, type Options, untilCrash, withLog } from "./logs.ts"

/** What a program has given to a log, and what the log has acknowledged, life after life. */
interface Account {
  /** All entries in the order of their places. A later life goes on after what was found. */
  submitted: Array<string>
  /** How many of the first entries are acknowledged as durable. */
  acknowledged: number
  /** With which entry the log may begin: where it began when it was opened, and after each removal of segments since. */
  begins: Array<number>
}

const newAccount = (): Account => ({ submitted: [], acknowledged: 0, begins: [0] })

/** Three producers whose entries share syncs, entries without sync in between, rolls, and a removal of segments. */
const workload = (account: Account, log: Log) => {
  let next = account.submitted.length
  const segments: Array<number> = []
  const append = (needsSync: boolean) =>
    Effect.suspend(() => {
      const index = next++
      const text = `entry ${index} ${"x".repeat(index % 7 * 5)}`
      account.submitted.push(text)
      const { done, place } = log.submit([bytesOf(text)], needsSync)
      segments.push(place.segment)
      return Effect.map(done, () => {
        if (needsSync) account.acknowledged = Math.max(account.acknowledged, index + 1)
      })
    })
  const producer = (count: number) =>
    Effect.forEach(Array.from({ length: count }, (_, i) => i), (i) => append(i % 3 !== 1), { discard: true })
  const cleaning = Effect.suspend(() => {
    const first = log.end.segment
    const before = account.submitted.length - segments.length + segments.filter((segment) => segment < first).length
    account.begins.push(before)
    return log.clean(first)
  })
  return Effect.gen(function* () {
    yield* Effect.all([producer(4), producer(5), producer(4)], { concurrency: "unbounded" })
    yield* append(true)
    yield* cleaning
    yield* Effect.all([producer(3), producer(2)], { concurrency: "unbounded" })
  })
}

/** Runs a life until the `stopAt`th crash point, which it gives; undefined if the life ends before. */
const live = (disk: MemoryDisk, options: Options, account: Account, stopAt: number) =>
  untilCrash((crash) => {
    let reached = 0
    const reach = (name: string) => Effect.suspend(() => reached++ < stopAt ? Effect.void : crash(name))
    return withLog(disk.open(), options, (log) => workload(account, log)).pipe(
      Effect.provideService(CrashPoints, { reach }),
    )
  })

/** Checks what a log holds after a crash: acknowledged entries, then none, some or all of the others, in order. */
const check = (account: Account, found: ReadonlyArray<string>, where: string) => {
  const { acknowledged, begins, submitted } = account
  const first = found.length === 0 ? Math.min(acknowledged, Math.max(...begins)) : submitted.indexOf(found[0]!)
  assert.ok(found.length === 0 || begins.includes(first), `${where}: begins with ${found[0]} instead of ${begins}`)
  assert.deepEqual(found, submitted.slice(first, first + found.length), where)
  assert.ok(first + found.length >= acknowledged, `${where}: ${found.length} of ${acknowledged} from ${first}`)
}

/** The account of the next life: what it finds is durable as soon as the log is open. */
const continued = ({ submitted }: Account, found: ReadonlyArray<string>): Account => {
  if (found.length === 0) return newAccount()
  const first = submitted.indexOf(found[0]!)
  const all = [...submitted.slice(0, first), ...found]
  return { submitted: all, acknowledged: all.length, begins: [first] }
}

/** A loss by sectors: each may be kept or not, as disks do that write in any order. */
const sectors: Loss = (unsynced) => unsynced.map((byte, at) => (at >> 5) % 3 === 0 ? 0 : byte)

/** How the first life ends, and how the second. */
const crashes: Readonly<Record<string, readonly [first: Crash, second: Crash]>> = {
  "nothing kept": [{}, {}],
  "half kept": [{ loss: losses.half }, { loss: losses.half }],
  "everything kept": [{ loss: losses.none, bringsBack: true }, { loss: losses.none, bringsBack: true }],
  "zeros instead of the second half": [{ loss: losses.zeros, bringsBack: true }, { loss: losses.zeros }],
  "some sectors kept": [{ loss: sectors }, { loss: sectors }],
  "killed, then nothing kept": [{ onlyProcess: true }, {}],
  "killed, then half kept": [{ onlyProcess: true }, { loss: losses.half, bringsBack: true }],
}

for (const [name, [first, second]] of Object.entries(crashes)) {
  for (const segmentBytes of [100, 300, 100_000]) {
    Deno.test(`Log: crashed at every point, ${name}, segments of ${segmentBytes} bytes`, () =>
      Effect.runPromise(Effect.gen(function* () {
        const names = new Set<string>()
        for (let stopAt = 0;; stopAt++) {
          const disk = new MemoryDisk()
          const account = newAccount()
          const point = yield* live(disk, { segmentBytes }, account, stopAt)
          if (point === undefined) break
          names.add(point)
          disk.crash(first)
          const where = `crashed at point ${stopAt}, ${point}`
          const found = yield* entriesOf(disk.copy().open(), { segmentBytes })
          check(account, found, where)
          // The next life crashes too, at each point of its start and at some of its work.
          for (let again = stopAt % 4; again < 12; again += 4) {
            const copy = disk.copy()
            const next = continued(account, found)
            yield* live(copy, { segmentBytes }, next, again)
            copy.crash(second)
            check(next, yield* entriesOf(copy.open(), { segmentBytes }), `${where}, then at ${again}`)
          }
        }
        assert.ok(names.size >= 12, Array.from(names).join())
      })))
  }
}

/** A life that ends at some point, in some way. */
const ends = fc.record({
  stopAt: fc.nat(90),
  onlyProcess: fc.boolean(),
  bringsBack: fc.boolean(),
  sectorBytes: fc.integer({ min: 1, max: 64 }),
  kept: fc.infiniteStream(fc.boolean()),
})

Deno.test("Log: crashed in life after life, it loses only unsynced entries", async () => {
  const seed = crypto.getRandomValues(new Int32Array(1))[0]!
  const property = fc.asyncProperty(
    fc.array(ends, { minLength: 2, maxLength: 7 }),
    fc.constantFrom(80, 150, 400, 100_000),
    (lives, segmentBytes) =>
      Effect.runPromise(Effect.gen(function* () {
        const disk = new MemoryDisk()
        let account = newAccount()
        for (const { bringsBack, kept, onlyProcess, sectorBytes, stopAt } of lives) {
          const point = yield* live(disk, { segmentBytes }, account, stopAt)
          const sectors = new Map<number, boolean>()
          const isKept = (at: number) => {
            const sector = Math.floor(at / sectorBytes)
            if (!sectors.has(sector)) sectors.set(sector, kept.next().value === true)
            return sectors.get(sector)
          }
          disk.crash({ bringsBack, onlyProcess, loss: (bytes) => bytes.map((byte, at) => isKept(at) ? byte : 0) })
          const found = yield* entriesOf(disk.copy().open(), { segmentBytes })
          check(account, found, `crashed at ${point}`)
          account = continued(account, found)
        }
      })),
  )
  await fc.assert(property, { numRuns: Number(Deno.env.get("DSTREAM_LIVES") ?? 100), seed })
  console.log(`seed ${seed}`)
})

Deno.test("Log: crashed at every point of rolling back, it is rolled back to the same entry", () =>
  Effect.runPromise(Effect.gen(function* () {
    const options: Options = { segmentBytes: 100 }
    const damaged = new MemoryDisk()
    yield* withLog(
      damaged.open(),
      options,
      (log) =>
        Effect.forEach(["one", "two", "three", "four", "five", "six", "seven"], (text) => log.append(bytesOf(text))),
    )
    damaged.files.get("journal-0000000002")!.bytes[60]! ^= 1
    assert.equal((yield* Effect.flip(entriesOf(damaged.copy().open(), options)))._tag, "LogDamaged")
    const rolling: Options = { ...options, onDamage: "rollBack" }
    for (const bringsBack of [false, true]) {
      for (let stopAt = 0;; stopAt++) {
        const disk = damaged.copy()
        const point = yield* live(disk, rolling, newAccount(), stopAt)
        if (point === undefined || point.includes("append")) break
        disk.crash({ bringsBack })
        assert.deepEqual(yield* entriesOf(disk.open(), rolling), ["one", "two", "three", "four"], point)
        yield* withLog(disk.open(), options, (log) => log.append(bytesOf("after")))
        assert.deepEqual(yield* entriesOf(disk.open(), options), ["one", "two", "three", "four", "after"], point)
      }
    }
  })))
