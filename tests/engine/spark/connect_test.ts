/** Connecting to a server, and its errors. */
import assert from "node:assert/strict"
import { Code } from "@connectrpc/connect"
import * as Effect from "effect/Effect"
import { connect } from "../../../lib/engine/spark/connect/cluster.ts"
import { parseConnectionString } from "../../../lib/engine/spark/connect/connection_string.ts"
import { type ClusterError, SparkFailed } from "../../../lib/engine/spark/errors.ts"
import { CA, CERT, KEY } from "../../connector/certificate.ts"
import { anything, complete, connectTo, failureOf, fakeServer, from, run, sparkError } from "./fake_server.ts"

const TLS = { key: KEY, cert: CERT }

const own = (serverSideSessionId = "first") => ({ serverSideSessionId })
const announcing = (version: string) => () => ({
  ...own(),
  result: { case: "sparkVersion" as const, value: { version } },
})

for (const version of ["4.2.0", "4.2.1", "4.2.1-SNAPSHOT", "4.2.0-vendor-1"]) {
  Deno.test(`Spark ${version} is supported`, () =>
    run(Effect.gen(function* () {
      const server = yield* fakeServer(() => ({ analyzePlan: announcing(version) }))
      assert.equal((yield* connectTo(server)).version, version)
    })))
}

for (const version of ["4.1.1", "4.3.0", "4.20.0", "4.2", "3.5.6", "5.0.0", ""]) {
  Deno.test(`Spark ${JSON.stringify(version)} is refused`, () =>
    run(Effect.gen(function* () {
      const server = yield* fakeServer(() => ({ analyzePlan: announcing(version) }))
      const error = yield* failureOf(connectTo(server))
      assert.equal(error._tag, "SparkVersionUnsupported")
      assert.ok(error.message.includes(`runs Spark ${version}, but Spark 4.2 is needed`), error.message)
    })))
}

Deno.test("a port at which nothing listens is named, with what to do", () =>
  run(Effect.gen(function* () {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 })
    const { port } = listener.addr
    listener.close()
    const error = yield* failureOf(Effect.flatMap(parseConnectionString(`sc://127.0.0.1:${port}`), (at) => connect(at)))
    assert.equal(error._tag, "SparkUnavailable")
    assert.match(
      error.message,
      new RegExp(`no Spark Connect server answers at 127\\.0\\.0\\.1:${port} \\(.*ECONNREFUSED`),
    )
    assert.match(error.message, /Check that it runs/)
  })))

Deno.test("a host that does not exist is named", () =>
  run(Effect.gen(function* () {
    const error = yield* failureOf(Effect.flatMap(parseConnectionString("sc://nosuch.invalid"), (at) => connect(at)))
    assert.equal(error._tag, "SparkUnavailable")
    assert.match(error.message, /at nosuch\.invalid:15002/)
  })))

Deno.test("a server that accepts connections and says nothing is given up", () =>
  run(Effect.gen(function* () {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 })
    const accepted: Array<Deno.Conn> = []
    const accepting = (async () => {
      for await (const connection of listener) accepted.push(connection)
    })()
    yield* Effect.addFinalizer(() =>
      Effect.promise(async () => {
        listener.close()
        for (const connection of accepted) connection.close()
        await accepting
      })
    )
    const { port } = listener.addr
    const error = yield* failureOf(
      Effect.flatMap(parseConnectionString(`sc://127.0.0.1:${port}`), (at) => connect(at, { limits: { callMs: 300 } })),
    )
    assert.equal(error._tag, "SparkUnavailable")
  })))

Deno.test("the end of the scope releases the session", () =>
  run(Effect.gen(function* () {
    const server = yield* fakeServer(() => ({}))
    yield* Effect.scoped(connectTo(server))
    assert.deepEqual(server.called, ["analyzePlan", "config", "releaseSession"])
  })))

Deno.test("each request carries the token, the user and other parameters, and no error names the token", () =>
  run(Effect.gen(function* () {
    let user: string | undefined
    const server = yield* fakeServer(() => ({
      config: ({ userContext, operation }) => {
        user = userContext?.userId
        const pairs = operation?.opType.case === "set" ? operation.opType.value.pairs : []
        if (pairs.some(({ key }) => key === "refuse")) throw sparkError("token expired", {}, Code.Unauthenticated)
        return own()
      },
    }), TLS)
    const cluster = yield* connectTo(server, "token=s3cr%20et;user_id=ann;x-team=blue", { certificates: CA })
    assert.equal(server.headers().get("authorization"), "Bearer s3cr et")
    assert.equal(server.headers().get("x-team"), "blue")
    assert.equal(user, "ann")
    const error = yield* failureOf(cluster.configure({ refuse: "1" }))
    assert.equal(error._tag, "SparkAccessDenied")
    assert.match(error.message, /denies access \(token expired\)/)
    assert.doesNotMatch(Deno.inspect(error, { depth: 9 }) + JSON.stringify(error), /s3cr/)
  })))

Deno.test("a certificate that is not trusted is reported", () =>
  run(Effect.gen(function* () {
    const server = yield* fakeServer(() => ({}), TLS)
    const error = yield* failureOf(connectTo(server, "use_ssl=true"))
    assert.equal(error._tag, "SparkUnavailable")
    assert.match(error.message, /certificate|UnknownIssuer/i)
  })))

for (const isSecure of [true, false]) {
  Deno.test(`a server ${isSecure ? "with" : "without"} TLS is not reached ${isSecure ? "without" : "with"} it`, () =>
    run(Effect.gen(function* () {
      const server = yield* fakeServer(() => ({}), isSecure ? TLS : undefined)
      const error = yield* failureOf(connectTo(server, `use_ssl=${!isSecure}`))
      assert.equal(error._tag, "SparkUnavailable")
      assert.match(error.message, /use_ssl is as the server expects it/)
    })))
}

Deno.test("calls are made again while the server is overloaded", () =>
  run(Effect.gen(function* () {
    let attempts = 0
    const server = yield* fakeServer(() => ({
      config: () => {
        if (++attempts % 4 !== 0) throw sparkError("overloaded", {}, Code.Unavailable)
        return own()
      },
    }))
    const cluster = yield* connectTo(server)
    yield* cluster.configure({ a: "b" })
    assert.equal(attempts, 8)
  })))

Deno.test("calls fail after a time without the server", () =>
  run(Effect.gen(function* () {
    let isThere = true
    const server = yield* fakeServer(() => ({
      config: () => {
        if (!isThere) throw sparkError("overloaded", {}, Code.Unavailable)
        return own()
      },
    }))
    const cluster = yield* connectTo(server)
    isThere = false
    const error = yield* failureOf(cluster.configure({ a: "b" }))
    assert.equal(error._tag, "SparkUnavailable")
    assert.match(error.message, /overloaded/)
    assert.ok(server.called.length > 4)
  })))

Deno.test("a server that was restarted is noticed in the next answer", () =>
  run(Effect.gen(function* () {
    const server = yield* fakeServer((server) => ({
      async *executePlan() {
        yield from(server, complete)
      },
      config: () => own(server.serverSideSessionId),
    }))
    const cluster = yield* connectTo(server)
    yield* cluster.collect(anything)
    server.serverSideSessionId = "second"
    for (
      const self of [cluster.collect(anything), cluster.configure({ a: "b" }), cluster.keep(anything, { copies: 2 })]
    ) {
      const error = yield* failureOf(Effect.asVoid<unknown, ClusterError, never>(self))
      assert.equal(error._tag, "SparkSessionLost")
      assert.match(error.message, /the server has been restarted.*start again from the checkpoint/)
    }
  })))

for (const problem of ["NOT_FOUND", "CLOSED", "CHANGED"]) {
  Deno.test(`a session of which the server says ${problem} is lost`, () =>
    run(Effect.gen(function* () {
      const server = yield* fakeServer(() => ({
        executePlan: async function* () {
          throw sparkError("gone", { errorClass: `INVALID_HANDLE.SESSION_${problem}` })
        },
      }))
      const cluster = yield* connectTo(server)
      assert.equal((yield* failureOf(cluster.collect(anything)))._tag, "SparkSessionLost")
      assert.ok(!server.called.includes("reattachExecute"))
    })))
}

Deno.test("requests name the session that the server knows", () =>
  run(Effect.gen(function* () {
    const observed: Array<string | undefined> = []
    const server = yield* fakeServer((server) => ({
      async *executePlan({ clientObservedServerSideSessionId }) {
        observed.push(clientObservedServerSideSessionId)
        yield from(server, complete)
      },
    }))
    const cluster = yield* connectTo(server)
    yield* cluster.collect(anything)
    assert.deepEqual(observed, ["first"])
  })))

Deno.test("errors of the server have its class, its SQLSTATE, the whole text and the causes", () =>
  run(Effect.gen(function* () {
    const server = yield* fakeServer(() => ({
      executePlan: async function* () {
        throw sparkError("cut o…", { errorId: "17" })
      },
      fetchErrorDetails: ({ errorId }) => ({
        ...own(),
        rootErrorIdx: 0,
        errors: [
          {
            message: `cut off ${errorId}\n\tat java.lang.Thread.run(Thread.java:1)\n\nDriver stacktrace:`,
            causeIdx: 1,
          },
          {
            message: "task failed",
            causeIdx: 2,
            sparkThrowable: { errorClass: "PYTHON_EXCEPTION", sqlState: "38000" },
          },
          { message: "boom\n    at user (file.ts:1:2)" },
        ],
      }),
    }))
    const cluster = yield* connectTo(server)
    const error = yield* failureOf(cluster.collect(anything))
    assert.ok(error instanceof SparkFailed)
    assert.deepEqual([error.errorClass, error.sqlState, error.text], ["PYTHON_EXCEPTION", "38000", "cut off 17"])
    assert.deepEqual(error.causes, ["task failed", "boom\n    at user (file.ts:1:2)"])
  })))

Deno.test("an error stays as it is if the server does not tell its details", () =>
  run(Effect.gen(function* () {
    const server = yield* fakeServer(() => ({
      executePlan: async function* () {
        throw sparkError("no such table", { errorClass: "TABLE", sqlState: "42P01", errorId: "17" })
      },
      fetchErrorDetails: () => {
        throw sparkError("I have forgotten it")
      },
    }))
    const error = yield* failureOf((yield* connectTo(server)).collect(anything))
    assert.match(error.message, /failed to collect \(TABLE, SQLSTATE 42P01\): no such table$/)
  })))

Deno.test("rows that do not arrive are reported", () =>
  run(Effect.gen(function* () {
    const value = { data: Uint8Array.of(1, 2, 3), rowCount: 2n }
    const server = yield* fakeServer((server) => ({
      async *executePlan() {
        yield from(server, { responseId: "1", responseType: { case: "arrowBatch", value } })
        yield from(server, complete)
      },
    }))
    const error = yield* failureOf((yield* connectTo(server)).collect(anything))
    assert.equal(error._tag, "SparkFailed")
    assert.match(error.message, /2 rows were sent, but 0 have arrived/)
  })))
