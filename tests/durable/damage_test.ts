import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { losses, MemoryDisk } from "../../lib/durable/store/memory.ts"
import { damages } from "./damages.ts"
import { bytesOf, entriesOf, type Options, untilCrash, withLog } from "./logs.ts"

/** A run of a program: the entries of each life, and how it ended. */
interface History {
  readonly lives: ReadonlyArray<ReadonlyArray<number>>
  readonly segmentBytes: number
  /** Whether the first segments are removed in the last life. */
  readonly cleans: boolean
  readonly isKilled: boolean
}

const histories: fc.Arbitrary<History> = fc.record({
  lives: fc.array(fc.array(fc.nat(40), { maxLength: 12 }), { minLength: 1, maxLength: 3 }),
  segmentBytes: fc.constantFrom(100, 200, 10_000),
  cleans: fc.boolean(),
  isKilled: fc.boolean(),
})

const run = <A, E>(effect: Effect.Effect<A, E>): Promise<A> => Effect.runPromise(effect)

/** Writes a log, each entry synced alone. `tag` is part of each entry. */
const diskAfter = async ({ cleans, isKilled, lives, segmentBytes }: History, tag: string): Promise<MemoryDisk> => {
  const disk = new MemoryDisk()
  for (const [life, lengths] of lives.entries()) {
    const isLast = life === lives.length - 1
    await run(untilCrash((crash) =>
      withLog(disk.open(), { segmentBytes }, (log) =>
        Effect.gen(function* () {
          for (const [i, length] of lengths.entries()) {
            yield* log.append(bytesOf(`${tag} ${life} ${i} ${"x".repeat(length)}`))
            if (isLast && cleans && i === lengths.length >> 1) yield* log.clean(log.end.segment)
          }
          if (!isLast || !isKilled) return
          yield* log.submit([bytesOf("not acknowledged")], false).done
          yield* crash("")
        }))
    ))
  }
  if (isKilled) disk.crash({ loss: losses.half })
  return disk
}

const isPrefix = (part: ReadonlyArray<string>, whole: ReadonlyArray<string>): boolean =>
  part.every((text, i) => text === whole[i])

/** Entries that can be lost without notice: damage to the segment that was open in a kill may look like a torn write. */
const losable = (kind: string, { isKilled }: History): number => {
  if (!isKilled) return 0
  return kind === "bit-flipped" ? 1 : Infinity
}

/** How many damaged logs of each kind are opened. */
const RUNS = 150

for (const [kind, damage] of Object.entries(damages)) {
  Deno.test(`Log: a file that is ${kind} gives the same entries, fewer that were not sealed, or a reason`, async () => {
    const tally = { same: 0, fewer: 0, refused: 0 }
    const seed = crypto.getRandomValues(new Int32Array(1))[0]!
    const numbers = fc.nat(10_000)
    const property = fc.asyncProperty(histories, numbers, numbers, numbers, async (history, at, a, b) => {
      const { segmentBytes } = history
      const disk = await diskAfter(history, "own")
      const identity = await run(withLog(disk.copy().open(), {}, (log) => Effect.succeed(log.identity)))
      const options: Options = { segmentBytes, identity }
      const whole = await run(entriesOf(disk.copy().open(), options))
      const names = Array.from(disk.files.keys())
      const done = damage(disk, await diskAfter(history, "foreign"), names[at % names.length]!, a, b)
      const backup = disk.copy()

      const result = await run(Effect.result(entriesOf(disk.copy().open(), options)))
      if (Result.isFailure(result)) {
        assert.ok(done !== undefined, "refused, though nothing was damaged")
        const expected = kind === "foreign" ? ["LogDamaged", "MixedLogs"] : ["LogDamaged"]
        assert.ok(expected.includes(result.failure._tag), String(result.failure))
        tally.refused++
      } else {
        const found = result.success
        assert.ok(isPrefix(found, whole), `${done}: ${found} instead of ${whole}`)
        const acknowledged = whole.filter((text) => text.startsWith("own"))
        const lost = acknowledged.length - found.length
        assert.ok(lost <= losable(kind, history), `${done}: ${lost} entries are lost: ${found} instead of ${whole}`)
        if (lost <= 0) tally.same++
        else tally.fewer++
      }

      if (Result.isFailure(result) && result.failure._tag === "MixedLogs") {
        const again = entriesOf(backup.open(), { ...options, onDamage: "rollBack" })
        assert.deepEqual(await run(Effect.flip(again)), result.failure)
        return
      }
      const rolled = await run(entriesOf(backup.open(), { ...options, onDamage: "rollBack" }))
      assert.ok(isPrefix(rolled, whole), `${done}: rolled back to ${rolled} instead of ${whole}`)
      if (Result.isSuccess(result)) assert.deepEqual(rolled, result.success)
      await run(withLog(backup.open(), options, (log) => log.append(bytesOf("after"))))
      backup.crash({ bringsBack: true })
      assert.deepEqual(await run(entriesOf(backup.open(), options)), [...rolled, "after"])
    })
    await fc.assert(property, { numRuns: RUNS, seed })
    console.log(`${kind}: seed ${seed}, ${JSON.stringify(tally)}`)
    assert.ok(kind === "foreign" ? tally.refused === RUNS : tally.same > 0)
  })
}
