/** The client against a real cluster. */
import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import { connect, type ConnectOptions } from "../../../lib/engine/spark/connect/cluster.ts"
import { parseConnectionString } from "../../../lib/engine/spark/connect/connection_string.ts"
import type { Cluster, Relation, Rows } from "../../../lib/engine/spark/relations.ts"
import { checkCluster } from "../../cluster/steps.ts"
import { sparkServer } from "../../servers/spark_server.ts"
import { failureOf, run } from "./fake_server.ts"

const server = sparkServer(import.meta.url)

const open = (parameters = "", options: ConnectOptions = {}) =>
  Effect.flatMap(
    parseConnectionString(`${server.master()}/;${parameters}`),
    (endpoint) => connect(endpoint, options),
  )

const test = <E>(name: string, body: (cluster: Cluster) => Effect.Effect<void, E, Scope.Scope>): void =>
  Deno.test({ name, ignore: !server.available, fn: () => run(Effect.flatMap(open(), body)) })

/** Rows whose bytes have the row's number, for partitions in turn. */
const numbered = (count: number, partitions: number, tag: (index: number) => number = () => 0): Rows => ({
  p: Int32Array.from({ length: count }, (_, index) => index % partitions),
  t: Int32Array.from({ length: count }, (_, index) => tag(index)),
  s: new Int32Array(count).fill(7),
  c: Int32Array.from({ length: count }, (_, index) => index),
  b: Array.from({ length: count }, (_, index) => new TextEncoder().encode(`row ${index}`)),
})

const rows = (count: number, partitions = 4, tag?: (index: number) => number): Relation => ({
  kind: "rows",
  rows: numbered(count, partitions, tag),
})

/** Rows as texts, in order. */
const texts = ({ b, c, p, s, t }: Rows): ReadonlyArray<string> =>
  b.map((bytes, row) => [p[row], t[row], s[row], c[row], new TextDecoder().decode(bytes)].join(" ")).sort()

test("rows come back as they were sent", (cluster) =>
  Effect.gen(function* () {
    assert.match(cluster.version, /^4\.2\./)
    const sent = numbered(1000, 4)
    assert.deepEqual(texts(yield* cluster.collect({ kind: "rows", rows: sent })), texts(sent))
    const empty = yield* cluster.collect(rows(0))
    assert.deepEqual(empty.b, [])
  }))

test("all rows of a partition come together after a shuffle", (cluster) =>
  Effect.gen(function* () {
    const { c, p } = yield* cluster.collect({ kind: "shuffled", of: rows(100, 5), partitions: 5 })
    assert.deepEqual([...p], Array.from({ length: 100 }, (_, index) => Math.floor(index / 20)))
    assert.deepEqual([...c].sort((a, b) => a - b), Array.from({ length: 100 }, (_, index) => index))
  }))

test("unions, tags and routes", (cluster) =>
  Effect.gen(function* () {
    const union: Relation = { kind: "union", of: [rows(10, 2, (index) => index % 3), rows(4, 2, () => 9), rows(1)] }
    assert.equal((yield* cluster.collect(union)).b.length, 15)
    const tagged = yield* cluster.collect({ kind: "tagged", of: union, tags: [2, 9] })
    assert.deepEqual([...tagged.c].sort(), [0, 1, 2, 2, 3, 5, 8])
    assert.equal((yield* cluster.collect({ kind: "tagged", of: union, tags: [] })).b.length, 0)
    assert.equal((yield* cluster.collect({ kind: "union", of: [] })).b.length, 0)
    const routed: Relation = { kind: "routed", of: rows(6, 3), to: [[0, 2], [], [1]] }
    const { c, p } = yield* cluster.collect({ kind: "shuffled", of: routed, partitions: 3 })
    const found = [...p].map((partition, row) => `${partition}:${c[row]}`).sort()
    assert.deepEqual(found, ["0:0", "0:3", "1:2", "1:5", "2:0", "2:3"])
    assert.equal((yield* cluster.collect({ kind: "routed", of: rows(6, 3), to: [[], [], []] })).b.length, 0)
  }))

test("a row without a target is an error with class and SQLSTATE", (cluster) =>
  Effect.gen(function* () {
    const error = yield* failureOf(cluster.collect({ kind: "routed", of: rows(6, 3), to: [[0]] }))
    assert.ok(error._tag === "SparkFailed")
    assert.deepEqual([error.errorClass, error.sqlState], ["INVALID_ARRAY_INDEX", "22003"])
    assert.doesNotMatch(error.message, /\tat /)
  }))

test("kept relations can be read until they are released", (cluster) =>
  Effect.gen(function* () {
    const { id } = yield* cluster.keep({ kind: "shuffled", of: rows(50), partitions: 3 }, { copies: 2 })
    for (let round = 0; round < 3; round++) {
      assert.deepEqual(texts(yield* cluster.collect({ kind: "kept", id })), texts(numbered(50, 4)))
    }
    yield* cluster.forget([id, crypto.randomUUID()])
    const error = yield* failureOf(cluster.collect({ kind: "kept", id }))
    assert.match(error.message, /DATAFRAME_NOT_FOUND/)
  }))

/** The numbers of the relations that the cluster keeps, as its web page lists them. */
const kept = Effect.promise(async (): Promise<ReadonlyArray<number>> => {
  const json = async (path: string) => await (await fetch(`${server.ui()}/api/v1/${path}`)).json()
  const [{ id }] = await json("applications")
  const list: ReadonlyArray<{ readonly id: number }> = await json(`applications/${id}/storage/rdd`)
  return list.map(({ id }) => id)
})

/** Waits until a condition holds, for a minute at most. */
const eventually = (condition: Effect.Effect<boolean>, what: string): Effect.Effect<void> =>
  Effect.gen(function* () {
    for (let attempt = 0; !(yield* condition); attempt++) {
      assert.ok(attempt < 600, what)
      yield* Effect.sleep(100)
    }
  })

Deno.test({
  name: "the end of a session leaves nothing on the cluster",
  ignore: !server.available,
  fn: () =>
    run(Effect.gen(function* () {
      const before = yield* kept
      const own = yield* Effect.scoped(Effect.gen(function* () {
        const cluster = yield* open()
        yield* cluster.upload("files/left.txt", Uint8Array.of(1))
        yield* cluster.keep(rows(10), { copies: 2 })
        return (yield* kept).filter((id) => !before.includes(id))
      }))
      assert.ok(own.length > 0)
      // Spark removes what a session has kept when the server collects garbage, for which the cluster has an interval.
      const isGone = Effect.map(kept, (ids) => !ids.some((id) => own.includes(id)))
      yield* eventually(isGone, "the relation is still kept")
    })),
})

test("a file can be uploaded twice, and not be changed", (cluster) =>
  Effect.gen(function* () {
    const bytes = new Uint8Array(1_000_000).map((_, index) => index)
    yield* cluster.upload("files/same.bin", bytes)
    yield* cluster.upload("files/same.bin", bytes)
    yield* cluster.upload("files/empty.bin", new Uint8Array())
    const error = yield* failureOf(cluster.upload("files/same.bin", bytes.slice(1)))
    assert.match(error.message, /upload files\/same\.bin \(ARTIFACT_ALREADY_EXISTS, SQLSTATE 42713\)/)
  }))

test("an option of the cluster cannot be set by a session", (cluster) =>
  Effect.gen(function* () {
    yield* cluster.configure({ "spark.sql.shuffle.partitions": "3" })
    const error = yield* failureOf(cluster.configure({ "spark.executor.memory": "1g" }))
    assert.match(error.message, /CANNOT_MODIFY_CONFIG/)
  }))

const zeros = (count: number): ReadonlyArray<number> => Array.from({ length: count }, () => 0)

/** Runs for minutes on both executors, and gives no rows: each row is copied again and again, and then dropped. */
const slow: Relation = [zeros(3000), zeros(3000), zeros(3000), []].reduce(
  (of: Relation, targets): Relation => ({ kind: "routed", of, to: [targets] }),
  rows(2, 1),
)

test("an interruption ends the operation on the cluster", (cluster) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(cluster.collect(slow))
    yield* Effect.sleep("2 seconds")
    assert.equal(fiber.pollUnsafe(), undefined)
    yield* Fiber.interrupt(fiber)
    const isIdle = Effect.promise(async () => {
      const [{ id }] = await (await fetch(`${server.ui()}/api/v1/applications`)).json()
      const ask = async (path: string) => await (await fetch(`${server.ui()}/api/v1/applications/${id}/${path}`)).json()
      const executors: ReadonlyArray<{ readonly activeTasks: number }> = await ask("executors")
      return (await ask("jobs?status=running")).length === 0 && executors.every(({ activeTasks }) => activeTasks === 0)
    })
    yield* eventually(isIdle, "the job or its tasks still run")
    assert.equal((yield* cluster.collect(rows(3))).b.length, 3)
  }))

Deno.test({
  name: "the check of a cluster finds nothing wrong",
  ignore: !server.available,
  fn: () =>
    run(Effect.gen(function* () {
      const lines: Array<string> = []
      yield* checkCluster(server.master(), {}, (line) => lines.push(line))
      assert.deepEqual(lines.filter((line) => !line.startsWith("ok ")), [])
      assert.match(lines.join("\n"), /start workers: \d+ workers with Deno \S+ on 2 executors/)
    })),
})

Deno.test({
  name: "the check of a cluster tells what is wrong with its executors",
  ignore: !server.available,
  fn: () =>
    run(Effect.gen(function* () {
      const lines: Array<string> = []
      yield* failureOf(checkCluster(server.master(), { deno: "/nosuch/deno" }, (line) => lines.push(line)))
      const [failed = ""] = lines.slice(-1)
      assert.match(failed, /^FAILED {2}start workers[^]*no Deno on this executor \(\/nosuch\/deno[^]*--ship-deno/)
    })),
})

if (server.command !== undefined || !server.available) {
  const command = (text: string) => Effect.promise(() => server.command?.(text) ?? Promise.resolve())

  test("two copies of a kept relation survive the loss of an executor", (cluster) =>
    Effect.gen(function* () {
      const { id } = yield* cluster.keep({ kind: "shuffled", of: rows(50), partitions: 4 }, { copies: 2 })
      yield* command("kill executor 1")
      assert.deepEqual(texts(yield* cluster.collect({ kind: "kept", id })), texts(numbered(50, 4)))
      yield* command("ready")
    }))

  test("an operation survives a pause of the server", (cluster) =>
    Effect.gen(function* () {
      yield* command("suspend connect")
      const fiber = yield* Effect.forkChild(cluster.collect(rows(5)))
      yield* Effect.sleep("3 seconds")
      yield* command("resume connect")
      assert.equal((yield* Fiber.join(fiber)).b.length, 5)
    }))

  Deno.test({
    name: "a server that hangs is given up, in an operation as well as in a call",
    ignore: !server.available,
    fn: () =>
      run(Effect.gen(function* () {
        const cluster = yield* open("", { limits: { callMs: 1_000, retryMs: 1_000, silenceMs: 500 } })
        yield* Effect.acquireRelease(command("suspend connect"), () => command("resume connect"))
        const calls = [cluster.collect(rows(5)), cluster.configure({ "spark.sql.shuffle.partitions": "3" })]
        for (const error of yield* Effect.all(calls.map((self) => Effect.flip(Effect.asVoid(self))))) {
          assert.equal(error._tag, "SparkUnavailable")
        }
      })),
  })

  Deno.test({
    name: "a restart of the server is noticed in the middle of an operation, and afterwards",
    ignore: !server.available,
    fn: () =>
      run(Effect.gen(function* () {
        const cluster = yield* open("", { limits: { retryMs: 240_000 } })
        const fiber = yield* Effect.forkChild(Effect.flip(cluster.collect(slow)))
        yield* Effect.sleep("1 second")
        yield* command("kill connect")
        const away = yield* failureOf(Effect.scoped(open()))
        assert.equal(away._tag, "SparkUnavailable")
        assert.match(away.message, /ECONNREFUSED/)
        yield* command("start connect")
        assert.equal((yield* Fiber.join(fiber))._tag, "SparkSessionLost")
        assert.equal((yield* failureOf(cluster.configure({ a: "b" })))._tag, "SparkSessionLost")
        assert.equal((yield* failureOf(cluster.collect(rows(1))))._tag, "SparkSessionLost")
        assert.equal((yield* Effect.scoped(Effect.flatMap(open(), (again) => again.collect(rows(3))))).b.length, 3)
      })),
  })

  // The last test: afterwards, the server asks for the token.
  Deno.test({
    name: "a server that asks for a token is used with it only",
    ignore: !server.available,
    fn: () =>
      run(Effect.gen(function* () {
        const cluster = yield* open()
        yield* command("kill connect")
        yield* command("start connect s3cret")
        assert.equal((yield* failureOf(cluster.collect(rows(5))))._tag, "SparkAccessDenied")
        assert.equal((yield* failureOf(Effect.scoped(open("token=wrong;use_ssl=false"))))._tag, "SparkAccessDenied")
        const opened = open("token=s3cret;use_ssl=false")
        assert.equal((yield* Effect.scoped(Effect.flatMap(opened, (again) => again.collect(rows(1))))).b.length, 1)
      })),
  })
}
