import assert from "node:assert/strict"
import { AsyncLocalStorage } from "node:async_hooks"
import * as Effect from "effect/Effect"
import * as Scheduler from "effect/Scheduler"
import { inFixedContext } from "../../lib/core/async_context.ts"
import { growth } from "../growth.ts"

const shapes: Readonly<Record<string, string>> = {
  "Effect.forever": `Effect.forever(Effect.andThen(Effect.yieldNow, waited))`,
  "Effect.repeat": `Effect.repeat(Effect.andThen(Effect.sleep(0), waited), { until: () => false })`,
  "Effect.promise": `Effect.forever(Effect.andThen(Effect.promise(later), waited))`,
  "a Stream": `Stream.runForEach(Stream.fromEffectRepeat(Effect.yieldNow), () => waited)`,
  "a fork in each round": `Effect.forever(Effect.flatMap(Effect.forkChild(Effect.yieldNow), (fiber) =>
    Effect.andThen(Fiber.await(fiber), waited)))`,
  "two fibers that wake each other": `Effect.flatMap(Queue.bounded(1), (queue) => Effect.andThen(
    Effect.forkChild(Effect.forever(Queue.offer(queue, 1))), Effect.forever(Effect.andThen(Queue.take(queue), waited))))`,
}

const program = (shape: string) => `
  import { setImmediate } from "node:timers"
  import { Effect, Fiber, Queue, Stream } from "effect"
  import { inFixedContext } from "./lib/core/async_context.ts"
  const later = () => new Promise((resolve) => setImmediate(resolve))
  Effect.runFork(inFixedContext(${shape}))`

for (const [name, shape] of Object.entries(shapes)) {
  Deno.test(`a fiber in a fixed context suspends in constant memory: ${name}`, async () => {
    const bytes = await growth(program(shape), { warmUp: 2_000, waits: 50_000 })
    // A wait that leaks leaves 1 kB. On a busy machine the collector leaves some for later.
    assert.ok(bytes < 400, `each wait leaves ${bytes} bytes`)
  })
}

Deno.test("inFixedContext() resumes fibers in the async context of its caller", async () => {
  const storage = new AsyncLocalStorage<string>()
  const found: Array<string | undefined> = []
  const find = Effect.sync(() => void found.push(storage.getStore()))
  const child = Effect.andThen(Effect.sleep(1), find)
  const body = Effect.andThen(
    find,
    Effect.andThen(child, Effect.flatMap(Effect.forkChild(child), () => Effect.yieldNow)),
  )
  await storage.run("caller", () => Effect.runPromise(inFixedContext(Effect.andThen(body, Effect.sleep(5)))))
  assert.deepEqual(found, ["caller", "caller", "caller"])
})

Deno.test("inFixedContext() keeps the scheduler of fibers that are in a fixed context already", async () => {
  const inner = Effect.flatMap(
    Scheduler.Scheduler,
    (outer) => inFixedContext(Effect.map(Scheduler.Scheduler, (scheduler) => scheduler === outer)),
  )
  assert.equal(await Effect.runPromise(inFixedContext(inner)), true)
})
