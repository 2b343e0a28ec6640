import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
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
  /** Entries of segments before the first that is left, which were given up. */
  cleaned: number
}

const newAccount = (): Account => ({ submitted: [], acknowledged: 0, cleaned: 0 })

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
    account.cleaned = Math.max(account.cleaned, before)
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
  const { acknowledged, cleaned, submitted } = account
  // A crash may come before or after the removal of the first entries.
  const from = found.length === 0 ? submitted.length : submitted.indexOf(found[0]!)
  const first = found.length === 0 ? Math.min(cleaned, acknowledged) : from
  assert.ok(first === 0 || first === cleaned, `${where}: begins with ${found[0]}, but ${cleaned} were cleaned`)
  assert.deepEqual(found, submitted.slice(first, first + found.length), where)
  assert.ok(first + found.length >= acknowledged, `${where}: ${found.length} of ${acknowledged} from ${first}`)
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
            const next = {
              submitted: [...account.submitted.slice(0, account.submitted.indexOf(found[0] ?? "")), ...found],
              acknowledged: 0,
              cleaned: account.cleaned,
            }
            if (found.length === 0) next.submitted = []
            if (found.length === 0) next.cleaned = 0
            next.acknowledged = next.submitted.length
            yield* live(copy, { segmentBytes }, next, again)
            copy.crash(second)
            check(next, yield* entriesOf(copy.open(), { segmentBytes }), `${where}, then at ${again}`)
          }
        }
        assert.ok(names.size >= 12, Array.from(names).join())
      })))
  }
}

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
