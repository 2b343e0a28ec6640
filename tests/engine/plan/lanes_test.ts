import assert from "node:assert/strict"
import { Deferred, Effect, Exit, Fiber } from "effect"
import type { Executor } from "../../../lib/engine/plan/executor.ts"
import { runInLanes } from "../../../lib/engine/plan/lanes.ts"
import type { Task } from "../../../lib/engine/plan/task.ts"
import * as Block from "../../../lib/rdd/block.ts"

const lane = (): Executor => ({ run: () => Effect.die("not called here") })
const tasks = (n: number): ReadonlyArray<Task> =>
  Array.from({ length: n }, () => ({
    partition: { input: { kind: "block", block: Block.empty }, steps: [] },
    write: { kind: "block" },
    layers: [],
  }))
const run = <A>(self: Effect.Effect<A, unknown, unknown>): Promise<A> => Effect.runPromise(self as Effect.Effect<A>)

Deno.test("runInLanes() gives results in the order of the tasks, whichever ends first", () =>
  run(Effect.gen(function* () {
    const last = yield* Deferred.make<void>()
    const results = yield* runInLanes(
      [lane(), lane()],
      tasks(3),
      (_, __, index) =>
        index === 0
          ? Effect.as(Deferred.await(last), index)
          : Effect.as(index === 2 ? Deferred.succeed(last, undefined) : Effect.void, index),
    )
    assert.deepEqual(results, [0, 1, 2])
  })))

Deno.test("runInLanes() gives each lane one task at a time, and the next one as soon as it has ended", () =>
  run(Effect.gen(function* () {
    const lanes = [lane(), lane()]
    const open = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
    const begun: Array<readonly [lane: number, task: number]> = []
    const fiber = yield* Effect.forkChild(runInLanes(lanes, tasks(4), (own, _, index) => {
      begun.push([lanes.indexOf(own), index])
      const wait = open[index]
      return wait === undefined ? Effect.void : Deferred.await(wait)
    }))
    yield* Effect.yieldNow
    assert.deepEqual(begun, [[0, 0], [1, 1]])
    yield* Deferred.succeed(open[1]!, undefined)
    yield* Effect.yieldNow
    assert.deepEqual(begun, [[0, 0], [1, 1], [1, 2], [1, 3]])
    yield* Deferred.succeed(open[0]!, undefined)
    yield* Fiber.join(fiber)
  })))

Deno.test("runInLanes() fails as the first task does that fails, and begins no further one", () =>
  run(Effect.gen(function* () {
    const second = yield* Deferred.make<void>()
    const begun: Array<number> = []
    const exit = yield* Effect.exit(runInLanes([lane(), lane()], tasks(4), (_, __, index) => {
      begun.push(index)
      return index === 0
        ? Effect.andThen(Deferred.await(second), Effect.die("first"))
        : Effect.andThen(Deferred.succeed(second, undefined), Effect.die("second"))
    }))
    assert.deepEqual(exit, Exit.die("first"))
    assert.deepEqual(begun, [0, 1])
  })))

Deno.test("runInLanes() interrupts the tasks that run if it is interrupted", () =>
  run(Effect.gen(function* () {
    const interrupted: Array<number> = []
    const fiber = yield* Effect.forkChild(runInLanes([lane(), lane()], tasks(3), (_, __, index) =>
      Effect.onInterrupt(Effect.never, () =>
        Effect.sync(() =>
          void interrupted.push(index)
        ))))
    yield* Effect.yieldNow
    yield* Fiber.interrupt(fiber)
    assert.deepEqual(interrupted.toSorted(), [0, 1])
  })))

Deno.test("runInLanes() runs each task in its lane, if tasks have lanes", () =>
  run(Effect.gen(function* () {
    const lanes = [lane(), lane()]
    const ran: Array<readonly [lane: number, task: number]> = []
    const results = yield* runInLanes(
      lanes,
      tasks(5),
      (own, _, index) => Effect.sync(() => (ran.push([lanes.indexOf(own), index]), index)),
      (index) => lanes[index < 3 ? 1 : 0]!,
    )
    assert.deepEqual(results, [0, 1, 2, 3, 4])
    assert.deepEqual(ran.toSorted(([, a], [, b]) => a - b), [[1, 0], [1, 1], [1, 2], [0, 3], [0, 4]])
  })))

Deno.test("runInLanes() fails as the first task does that fails, also if its lane comes to it later", () =>
  run(Effect.gen(function* () {
    const lanes = [lane(), lane()]
    const begun: Array<number> = []
    const later = yield* Deferred.make<void>()
    const exit = yield* Effect.exit(runInLanes(
      lanes,
      tasks(5),
      (_, __, index) => {
        begun.push(index)
        if (index === 0) return Deferred.await(later)
        if (index === 1) return Effect.void
        return Effect.andThen(Deferred.succeed(later, undefined), Effect.die(`task ${index}`))
      },
      (index) => lanes[index % 2 === 0 ? 0 : 1]!,
    ))
    assert.deepEqual([exit, begun], [Exit.die("task 2"), [0, 1, 3, 2]])
  })))
