import assert from "node:assert/strict"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { forever } from "../../lib/core/forever.ts"

const Name = Context.Reference<string>("test/Name", { defaultValue: () => "default" })

Deno.test("forever() runs its body until it fails, and fails with the same error", async () => {
  const rounds: Array<number> = []
  const body = Effect.suspend(() => rounds.push(rounds.length) < 200 ? Effect.yieldNow : Effect.fail("enough" as const))
  assert.equal(await Effect.runPromise(Effect.flip(forever(body))), "enough")
  assert.deepEqual(rounds, Array.from({ length: 200 }, (_, i) => i))
})

Deno.test("forever() can be interrupted in the middle of a round, and runs the finalizers of the round", async () => {
  let finalized = 0
  const body = Effect.ensuring(Effect.never, Effect.sync(() => finalized++))
  await Effect.runPromise(Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(forever(body), { startImmediately: true })
    yield* Effect.sleep(1)
    yield* Fiber.interrupt(fiber)
  }))
  assert.equal(finalized, 1)
})

Deno.test("forever() runs its body with the services and references of the caller", async () => {
  const body = Effect.flatMap(Name, (name) => Effect.fail(name))
  const run = Effect.provideService(Effect.flip(forever(body)), Name, "provided")
  assert.equal(await Effect.runPromise(run), "provided")
})

Deno.test("forever() goes on at once after a round that did not wait, however busy other fibers are", async () => {
  let rounds = 0
  let turns = 0
  const body = Effect.suspend(() => ++rounds < 1_000 ? Effect.void : Effect.fail("enough" as const))
  const other = Effect.forever(Effect.sync(() => turns++))
  await Effect.runPromise(Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(other)
    assert.equal(yield* Effect.flip(forever(body)), "enough")
    yield* Fiber.interrupt(fiber)
  }))
  assert.ok(turns < 100, `${turns} turns of another fiber`)
})

const program = (loop: string) => `
import * as Effect from "effect/Effect"
import { forever } from "./lib/core/forever.ts"
const heap = () => { gc(); return Deno.memoryUsage().heapUsed }
let n = 0
Effect.runFork(${loop}(Effect.andThen(Effect.sleep(1), Effect.sync(() => n++))))
const until = async (rounds) => { while (n < rounds) await new Promise((r) => setTimeout(r, 50)) }
await until(500)
const [from, before] = [n, heap()]
await until(from + 2000)
console.log(Math.round((heap() - before) / (n - from)))
Deno.exit(0)
`

const bytesPerRound = async (loop: string): Promise<number> => {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--v8-flags=--expose-gc", program(loop)],
    cwd: new URL("../../", import.meta.url),
  }).output()
  const text = new TextDecoder().decode(stdout)
  assert.match(text, /^-?\d+\n$/, new TextDecoder().decode(stderr))
  return Number(text)
}

Deno.test("forever() uses constant memory for any number of rounds", async () => {
  assert.ok(await bytesPerRound("forever") < 300)
})
