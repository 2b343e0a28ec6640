/** Operations on a server that breaks off, goes away and comes back. */
import assert from "node:assert/strict"
import { Code } from "@connectrpc/connect"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import {
  anything,
  batch,
  complete,
  connectTo,
  failureOf,
  type FakeServer,
  fakeServer,
  from,
  run,
  sparkError,
} from "./fake_server.ts"

/** Calls of a server, without those that every test makes. */
const operations = (called: ReadonlyArray<string>) => called.filter((name) => /Execute|execute|interrupt/.test(name))

/** Waits until a condition holds. */
const until = (condition: () => boolean): Effect.Effect<void> =>
  Effect.suspend(() => condition() ? Effect.void : Effect.andThen(Effect.sleep(5), until(condition)))

const never = (): Promise<never> => new Promise(() => {})

Deno.test("an operation whose stream ends early is attached to again, after its last response", () =>
  run(Effect.gen(function* () {
    const attached: Array<string | undefined> = []
    const server = yield* fakeServer((server) => ({
      async *executePlan() {
        yield from(server, batch("1", 1))
        yield from(server, batch("2", 2))
      },
      async *reattachExecute({ lastResponseId }) {
        attached.push(lastResponseId)
        yield from(server, lastResponseId === "2" ? batch("3", 3) : complete)
      },
    }))
    const cluster = yield* connectTo(server)
    assert.deepEqual([...(yield* cluster.collect(anything)).c], [1, 2, 3])
    assert.deepEqual(attached, ["2", "3"])
  })))

/** Ends all connections, after the responses so far have been sent. */
const breakOff = async (server: FakeServer, how: "destroy" | "goAway"): Promise<void> => {
  await new Promise((later) => setTimeout(later, 20))
  server.end(how)
}

for (const how of ["destroy", "goAway"] as const) {
  Deno.test(`an operation survives connections that end by ${how}, again and again`, () =>
    run(Effect.gen(function* () {
      const server = yield* fakeServer((server) => ({
        async *executePlan() {
          yield from(server, batch("0", 0))
          await breakOff(server, how)
        },
        async *reattachExecute({ lastResponseId }) {
          const next = Number(lastResponseId) + 1
          if (next === 5) yield from(server, complete)
          else yield from(server, batch(String(next), next))
          await breakOff(server, how)
        },
      }))
      const cluster = yield* connectTo(server)
      for (let round = 0; round < 3; round++) {
        assert.deepEqual([...(yield* cluster.collect(anything)).c], [0, 1, 2, 3, 4])
        yield* cluster.configure({ a: "b" })
      }
    })))
}

Deno.test("an operation is started again with its own id if the request to start it was lost", () =>
  run(Effect.gen(function* () {
    const ids: Array<string | undefined> = []
    const server = yield* fakeServer((server) => ({
      async *executePlan({ operationId }) {
        ids.push(operationId)
        if (ids.length < 2) throw sparkError("overloaded", {}, Code.Unavailable)
        yield from(server, batch("1", 1))
        yield from(server, complete)
      },
      async *reattachExecute({ operationId }) {
        ids.push(operationId)
        throw sparkError("no such operation", { errorClass: "INVALID_HANDLE.OPERATION_NOT_FOUND" })
      },
    }))
    const cluster = yield* connectTo(server)
    assert.deepEqual([...(yield* cluster.collect(anything)).c], [1])
    assert.equal(ids.length, 3)
    assert.equal(new Set(ids).size, 1)
    yield* until(() => server.called.includes("releaseExecute"))
  })))

Deno.test("an operation whose answer was lost before its first response is read from its begin", () =>
  run(Effect.gen(function* () {
    const attached: Array<string | undefined> = []
    const server = yield* fakeServer((server) => ({
      async *executePlan() {
        server.end("destroy")
        await never()
      },
      async *reattachExecute({ lastResponseId }) {
        attached.push(lastResponseId)
        yield from(server, batch("1", 1))
        yield from(server, complete)
      },
    }))
    const cluster = yield* connectTo(server)
    assert.deepEqual([...(yield* cluster.collect(anything)).c], [1])
    assert.deepEqual(attached, [undefined])
  })))

Deno.test("a stream that the server has ended in favour of another one is attached to again", () =>
  run(Effect.gen(function* () {
    let attempts = 0
    const server = yield* fakeServer((server) => ({
      async *executePlan() {
        yield from(server, batch("1", 1))
        throw sparkError("disconnected", { errorClass: "INVALID_CURSOR.DISCONNECTED" })
      },
      async *reattachExecute() {
        if (attempts++ === 0) throw sparkError("disconnected", { errorClass: "INVALID_CURSOR.DISCONNECTED" })
        yield from(server, complete)
      },
    }))
    const cluster = yield* connectTo(server)
    assert.deepEqual([...(yield* cluster.collect(anything)).c], [1])
  })))

Deno.test("an operation that is lost after its first response fails", () =>
  run(Effect.gen(function* () {
    const server = yield* fakeServer((server) => ({
      async *executePlan() {
        yield from(server, batch("1", 1))
      },
      async *reattachExecute() {
        throw sparkError("no such operation", { errorClass: "INVALID_HANDLE.OPERATION_NOT_FOUND", sqlState: "HY000" })
      },
    }))
    const cluster = yield* connectTo(server)
    const error = yield* failureOf(cluster.collect(anything))
    assert.equal(error._tag, "SparkFailed")
    assert.match(error.message, /collect \(INVALID_HANDLE\.OPERATION_NOT_FOUND, SQLSTATE HY000\): no such operation/)
  })))

Deno.test("an operation fails if the server ends each stream without a response", () =>
  run(Effect.gen(function* () {
    const server = yield* fakeServer(() => ({
      async *executePlan() {},
      async *reattachExecute() {},
    }))
    const cluster = yield* connectTo(server)
    const error = yield* failureOf(cluster.collect(anything))
    assert.equal(error._tag, "SparkUnavailable")
    assert.match(error.message, /has ended early/)
    assert.ok(operations(server.called).length < 20, "attempts have waits between them")
  })))

Deno.test("an operation goes on while the server ends streams of it without a response, after some time", () =>
  run(Effect.gen(function* () {
    let streams = 0
    const server = yield* fakeServer((server) => ({
      async *executePlan() {
        await new Promise((later) => setTimeout(later, 1_010))
      },
      async *reattachExecute() {
        if (++streams === 2) yield from(server, complete)
        else await new Promise((later) => setTimeout(later, 1_010))
      },
    }))
    const cluster = yield* connectTo(server, "", { limits: { retryMs: 500 } })
    assert.equal((yield* cluster.collect(anything)).b.length, 0)
  })))

Deno.test("an operation of a silent server goes on as long as the server answers", () =>
  run(Effect.gen(function* () {
    const server = yield* fakeServer((server) => ({
      async *executePlan() {
        await new Promise((later) => setTimeout(later, 700))
        yield from(server, complete)
      },
    }))
    const cluster = yield* connectTo(server)
    assert.equal((yield* cluster.collect(anything)).b.length, 0)
    assert.ok(server.called.filter((name) => name === "analyzePlan").length >= 3)
    assert.deepEqual(operations(server.called).slice(0, 1), ["executePlan"])
    assert.ok(!server.called.includes("reattachExecute"))
  })))

Deno.test({
  name: "an operation of a server that does not answer any more fails",
  // The client's package starts a timer, which holds up nothing, when a call ends after its connection was closed.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: () =>
    run(Effect.gen(function* () {
      let versions = 0
      const server = yield* fakeServer((server) => ({
        analyzePlan: () =>
          versions++ === 0
            ? {
              serverSideSessionId: server.serverSideSessionId,
              result: { case: "sparkVersion", value: { version: "4.2.0" } },
            }
            : never(),
        executePlan: async function* () {
          await never()
        },
        reattachExecute: async function* () {
          await never()
        },
      }))
      const cluster = yield* connectTo(server)
      assert.equal((yield* failureOf(cluster.collect(anything)))._tag, "SparkUnavailable")
    })),
})

Deno.test("an interruption interrupts the operation on the server", () =>
  run(Effect.gen(function* () {
    const interrupted: Array<string | undefined> = []
    let started: string | undefined
    const server = yield* fakeServer((server) => ({
      async *executePlan({ operationId }) {
        started = operationId
        yield from(server, batch("1", 1))
        await never()
      },
      interrupt: ({ interrupt }) => {
        interrupted.push(interrupt.value)
        return { serverSideSessionId: server.serverSideSessionId, interruptedIds: [interrupt.value ?? ""] }
      },
    }))
    const cluster = yield* connectTo(server)
    const fiber = yield* Effect.forkChild(cluster.collect(anything))
    yield* until(() => started !== undefined)
    yield* Effect.sleep(20)
    yield* Fiber.interrupt(fiber)
    assert.deepEqual(interrupted, [started])
    yield* until(() => server.called.includes("releaseExecute"))
    assert.deepEqual(operations(server.called), ["executePlan", "interrupt", "releaseExecute"])
  })))

Deno.test("an interruption that overtakes the start of its operation is repeated", () =>
  run(Effect.gen(function* () {
    let attempts = 0
    const server = yield* fakeServer((server) => ({
      executePlan: async function* () {
        await never()
      },
      interrupt: ({ interrupt }) => ({
        serverSideSessionId: server.serverSideSessionId,
        interruptedIds: attempts++ === 0 ? [] : [interrupt.value ?? ""],
      }),
    }))
    const cluster = yield* connectTo(server)
    const fiber = yield* Effect.forkChild(cluster.collect(anything))
    yield* until(() => server.called.includes("executePlan"))
    yield* Fiber.interrupt(fiber)
    assert.equal(attempts, 2)
  })))

Deno.test("operations run side by side", () =>
  run(Effect.gen(function* () {
    let running = 0
    const server = yield* fakeServer((server) => ({
      async *executePlan() {
        running++
        while (running < 5) await new Promise((later) => setTimeout(later, 5))
        yield from(server, batch("1", running))
        yield from(server, complete)
      },
    }))
    const cluster = yield* connectTo(server)
    const found = yield* Effect.all(Array.from({ length: 5 }, () => cluster.collect(anything)), {
      concurrency: "unbounded",
    })
    assert.deepEqual(found.map(({ c }) => [...c]), [[5], [5], [5], [5], [5]])
  })))
