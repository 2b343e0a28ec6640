import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as DStream from "../../lib/dstream.ts"
import { HEAD } from "../../lib/durable/log/format.ts"
import { Testing } from "../../lib/testing.ts"
import { live, newPlace, type Place, subjectOf } from "../../lib/testing/crash_life.ts"
import { differences } from "../../lib/testing/crash_report.ts"
import { damages } from "../durable/damages.ts"
import { numbered, received } from "./recovery.ts"

const words = [["a", "b", "a"], ["b"], null, ["c", "a"], [], ["b"]]

/** A receiver with positions, a state, and both kinds of window. */
const program = ({ record }: Testing.World) => {
  const pairs = Testing.input<string>(words).pipe(
    DStream.named("words"),
    DStream.map((word): [string, number] => [word, 1]),
  )
  const add = (a: number, b: number) => a + b
  return [
    numbered(received((store, n) => store.block([n, n + 0.5], n))).pipe(record("numbered", { inAnyBatch: true })),
    pairs.pipe(
      DStream.reduceByKeyAndWindow(add, "3 seconds", { inverse: (a: number, b: number) => a - b }),
      DStream.named("inverse"),
      record("differences"),
    ),
    pairs.pipe(DStream.reduceByKeyAndWindow(add, "2 seconds"), DStream.named("plain"), record("sums")),
  ] as const
}

const subjectWith = (segmentBytes: number, onDamage?: "rollBack") =>
  subjectOf(program, {
    batches: 8,
    crash: { onlyProcess: true },
    checkpoint: { segmentBytes, onDamage },
  })

/** A killed life, and how its world goes on. */
const killedAt = (point: number, segmentBytes: number): Effect.Effect<Place> =>
  Effect.gen(function* () {
    const subject = subjectWith(segmentBytes)
    const place = newPlace(subject)
    yield* live(subject, place, point)
    return place
  })

Deno.test("a journal whose newest file is missing is not taken for that of a new program", async () => {
  const whole = newPlace(subjectWith(300))
  await Effect.runPromise(live(subjectWith(300), whole, Infinity))
  let refused = 0
  for (let point = 40; point < 160; point += 2) {
    await Effect.runPromise(Effect.gen(function* () {
      const place = yield* killedAt(point, 300)
      const names = Array.from(place.disk.files.keys()).toSorted()
      const files = names.filter((name) => /^journal-\d/.test(name))
      if (files.length < 3) return
      // Without the other log, nothing tells how far this one was durable. What was received may be lost with it.
      for (const name of names) if (name === files.at(-1) || name.startsWith("received-")) place.disk.files.delete(name)
      const { exit } = yield* live(subjectWith(300), place, Infinity)
      if (exit._tag === "Success") {
        const found = differences(`${point}`, whole.world, place.world, 8_000, true)
        return assert.deepEqual(found.filter(({ output }) => output !== "numbered"), [])
      }
      const [failure] = exit.cause.reasons
      assert.match(failure?._tag === "Fail" ? String(failure.error) : "", /memory\/(journal|received)-/, `${point}`)
      refused++
    }))
  }
  assert(refused > 20, `${refused}`)
})

Deno.test("a journal that was cleaned, and whose only file is empty, is not taken for that of a new program", async () => {
  let refused = 0
  for (let point = 40; point < 160; point += 10) {
    const place = await Effect.runPromise(killedAt(point, 300))
    const names = Array.from(place.disk.files.keys()).toSorted()
    const isWhole = (name: string) => place.disk.files.get(name)?.bytes.length === HEAD
    const cleaned = names.findLast((name) => name.startsWith("journal-cleaned-") && isWhole(name))
    if (cleaned === undefined) continue
    const oldest = cleaned.replace("cleaned-", "")
    for (const name of names) if (![cleaned, oldest, "lock"].includes(name)) place.disk.files.delete(name)
    damages.truncated?.(place.disk, place.disk, oldest, HEAD, 0)
    const { exit } = await Effect.runPromise(live(subjectWith(300), place, Infinity))
    assert(exit._tag === "Failure", `${point}`)
    const [failure] = exit.cause.reasons
    assert.match(failure?._tag === "Fail" ? String(failure.error) : "", new RegExp(`memory/${oldest} is damaged`))
    refused++
  }
  assert(refused > 3, `${refused}`)
})

/** How many checkpoints of each kind are damaged. `DSTREAM_DAMAGES` sets another number. */
const RUNS = Number(Deno.env.get("DSTREAM_DAMAGES") ?? 8)

// Zeros behind the last entry are what a crash can leave, and no reason to refuse a log.
const { "extended with zeros": _, ...harmful } = damages

for (const [kind, damage] of Object.entries(harmful)) {
  Deno.test(`A checkpoint with a file that is ${kind} gives the same records, or a reason that names a file`, async () => {
    const whole = newPlace(subjectWith(600))
    const { passed } = await Effect.runPromise(live(subjectWith(600), whole, Infinity))
    const seed = Number(Deno.env.get("DSTREAM_SEED") ?? crypto.getRandomValues(new Int32Array(1))[0]!)
    const tally = { same: 0, refused: 0 }
    const numbers = fc.nat(10_000)
    const property = fc.asyncProperty(
      fc.integer({ min: 8, max: passed.length }),
      fc.constantFrom(300, 600, 1_000_000),
      numbers,
      numbers,
      numbers,
      (point, segmentBytes, at, a, b) =>
        Effect.runPromise(Effect.gen(function* () {
          const place = yield* killedAt(point, segmentBytes)
          const foreign = yield* killedAt(point, segmentBytes)
          const names = Array.from(place.disk.files.keys())
          const done = damage(place.disk, foreign.disk, names[at % names.length] ?? "", a, b)
          const { exit } = yield* live(subjectWith(segmentBytes), place, Infinity)
          if (exit._tag === "Failure") {
            const [failure] = exit.cause.reasons
            const error = failure?._tag === "Fail" ? failure.error : undefined
            assert.ok(error instanceof Error, String(exit.cause))
            assert.match(error.message, /memory\/(journal|received)-/, error.message)
            assert.ok(done !== undefined, `nothing was damaged, but: ${error.message}`)
            tally.refused++
          } else {
            const found = differences(`${point}, ${done}`, whole.world, place.world, 8_000, true)
            assert.deepEqual(found, [])
            tally.same++
          }
        })),
    )
    await fc.assert(property, { numRuns: RUNS, seed })
    console.log(`${kind}: seed ${seed}, ${JSON.stringify(tally)}`)
    assert.ok(tally.refused > 0)
  })
}
