import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as DStream from "../../lib/dstream.ts"
import * as OutputPolicy from "../../lib/output_policy.ts"
import * as Postgres from "../../lib/postgres.ts"
import { Testing } from "../../lib/testing.ts"
import { type Database, databases } from "./postgres_database.ts"
import { tcpProxy, type Verdict } from "./tcp_proxy.ts"

const { withDatabase, query } = databases(import.meta.url)
const sanitizers = { sanitizeOps: true, sanitizeResources: true, sanitizeExit: true }

const WORDS = "SELECT time::int AS time, word FROM $schema.words ORDER BY time, word"
const COMMITS = "SELECT output, batch_time::int AS time FROM $schema.dstream_commits ORDER BY time"
const ALL = [[1000, "a"], [1000, "b"], [2000, "c"], [2000, "d"]]

/** Two batches of two partitions; `during` runs for each record before it is written. */
const writing = (url: string, during: (word: string) => Effect.Effect<void> = () => Effect.void) =>
  Testing.input([["a", "b"], ["c", "d"]], { partitions: 2 }).pipe(
    DStream.mapEffect((word) => Effect.as(during(word), word)),
    DStream.saveToSql(Postgres.sink({ url }), {
      name: "words",
      table: "words",
      columns: ["time", "word"],
      row: (word, time) => [time, word],
    }),
  )

const retried = <E, R>(output: DStream.Output<E, R>) =>
  DStream.onFailure(output, OutputPolicy.retry(Schedule.recurs(3)))

const attemptsIn = ({ batches, exit }: { batches: ReadonlyArray<unknown>; exit: Exit.Exit<unknown, unknown> }) =>
  [batches, exit._tag] as const

const COMPLETED = [["completed", "completed"], "Success"]

withDatabase("saveToSql() writes each batch once, however often it is run", async (database, engine) => {
  for (let i = 0; i < 2; i++) {
    const ran = await Effect.runPromise(Testing.runOutputs([writing(database.url)], { engine }))
    assert.deepEqual(attemptsIn(ran), COMPLETED)
  }
  assert.deepEqual(await database.query(WORDS), ALL)
  assert.deepEqual(await database.query(COMMITS), [["words", 1000], ["words", 2000]])
})

withDatabase("saveToSql() survives a backend that is terminated in mid-transaction", async (database, engine) => {
  let terminated = 0
  const terminate = Effect.promise(async () => {
    const found = await query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '${database.application}'`,
    )
    terminated += found.length
  })
  const output = writing(database.url, (word) => word === "d" && terminated === 0 ? terminate : Effect.void)
  const ran = await Effect.runPromise(Testing.runOutputs([retried(output)], { engine }))
  assert.deepEqual(attemptsIn(ran), COMPLETED)
  assert.equal(terminated, 1)
  assert.deepEqual(await database.query(WORDS), ALL)
})

/** Runs through a proxy that judges what is sent. */
const throughProxy = async (
  database: Database,
  engine: Testing.EngineName,
  judge: (sent: string) => Verdict,
  during?: (word: string, cut: () => void) => void,
) => {
  const url = new URL(database.url)
  await using proxy = tcpProxy({ hostname: url.hostname, port: Number(url.port) }, judge)
  url.port = String(proxy.port)
  const output = writing(
    url.href.replaceAll("+", "%20"),
    (word) => Effect.sync(() => during?.(word, proxy.cut)),
  )
  return await Effect.runPromise(Testing.runOutputs([retried(output)], { engine }))
}

withDatabase("saveToSql() survives a connection that is cut in mid-transaction", async (database, engine) => {
  let cuts = 0
  const ran = await throughProxy(database, engine, () => "pass", (word, cut) => {
    if (word !== "d" || cuts++ > 0) return
    cut()
  })
  assert.deepEqual(attemptsIn(ran), COMPLETED)
  assert.ok(cuts > 1, "the batch has been run again")
  assert.deepEqual(await database.query(WORDS), ALL)
})

withDatabase("saveToSql() survives a connection that is cut before the commit arrives", async (database, engine) => {
  let commits = 0
  const ran = await throughProxy(
    database,
    engine,
    (sent) => sent.includes("COMMIT") && ++commits === 2 ? "cut" : "pass",
  )
  assert.deepEqual([attemptsIn(ran), commits], [COMPLETED, 3])
  assert.deepEqual(await database.query(WORDS), ALL)
})

withDatabase("saveToSql() writes once when the answer to the commit is lost", async (database, engine) => {
  let commits = 0
  const ran = await throughProxy(
    database,
    engine,
    (sent) => sent.includes("COMMIT") && ++commits === 1 ? "pass, then cut when answered" : "pass",
  )
  // The retry finds that the batch has been committed, and sends no second commit for it.
  assert.deepEqual([attemptsIn(ran), commits], [COMPLETED, 2])
  assert.deepEqual(await database.query(WORDS), ALL)
})

withDatabase("saveToSql() waits for another transaction of the same batch", async (database, engine) => {
  await Effect.runPromise(Testing.runOutputs([writing(database.url)], { engine, batches: 1 }))
  const [first, second] = await Effect.runPromise(Effect.all([
    Testing.runOutputs([writing(database.url)], { engine }),
    Testing.runOutputs([writing(database.url)], { engine }),
  ], { concurrency: 2 }))
  assert.deepEqual([attemptsIn(first), attemptsIn(second)], [COMPLETED, COMPLETED])
  assert.deepEqual(await database.query(WORDS), ALL)
})

withDatabase("saveToSql() binds values of every kind, many rows at once", async (database, engine) => {
  await database.query(
    'CREATE TABLE $schema.odd (a TEXT, "b c" DOUBLE PRECISION, d TIMESTAMPTZ, e BYTEA, f NUMERIC, g BOOL)',
  )
  const row = (i: number): DStream.SqlRow => [
    `'); DROP TABLE words; -- ${i}`,
    i / 2,
    new Date(i),
    new Uint8Array([i % 256]),
    10n ** 20n,
    i % 2 === 0 ? null : true,
  ]
  const rows = Array.from({ length: 12_000 }, (_, i) => i)
  const output = Testing.input([rows], { partitions: 1 }).pipe(
    DStream.saveToSql(Postgres.sink({ url: database.url }), {
      name: "odd",
      table: "odd",
      columns: ["a", "b c", "d", "e", "f", "g"],
      row,
    }),
  )
  const { exit } = await Effect.runPromise(Testing.runOutputs([output], { engine }))
  assert.equal(exit._tag, "Success")
  const found = await database.query(
    `SELECT count(*)::int c1, count(DISTINCT a)::int c2, sum("b c")::int c3, max(extract(epoch FROM d) * 1000)::int c4,
      sum(get_byte(e, 0))::int c5, max(f)::text c6, count(g)::int c7 FROM $schema.odd`,
  )
  const bytes = rows.reduce((sum, i) => sum + i % 256, 0)
  assert.deepEqual(found, [[12_000, 12_000, 35_997_000, 11_999, bytes, "100000000000000000000", 6000]])
})

withDatabase("saveToSql() takes statements of yours", async (database, engine) => {
  await database.query("CREATE TABLE $schema.totals (word TEXT PRIMARY KEY, n INT)")
  const output = Testing.input<[string, number]>([[["a", 1], ["b", 5]], [["a", 2]]]).pipe(
    DStream.saveToSql(Postgres.sink({ url: database.url }), {
      name: "totals",
      statement: "INSERT INTO totals VALUES ($1, $2) ON CONFLICT (word) DO UPDATE SET n = totals.n + excluded.n",
      row: ([word, n]) => [word, n],
    }),
  )
  await Effect.runPromise(Testing.runOutputs([output], { engine }))
  assert.deepEqual(await database.query("SELECT word, n FROM $schema.totals ORDER BY word"), [["a", 3], ["b", 5]])
})

const failing = async (output: DStream.AnyOutput, engine: Testing.EngineName): Promise<DStream.SqlError> => {
  const { exit } = await Effect.runPromise(Testing.runOutputs([output as DStream.Output<DStream.SqlError>], { engine }))
  const failure = Exit.isFailure(exit) ? Option.getOrUndefined(Exit.findErrorOption(exit)) : undefined
  assert.ok(failure?._tag === "BatchFailed" && failure.reason instanceof DStream.SqlError)
  return failure.reason
}

withDatabase("saveToSql() fails with SqlError, which names output, batch and statement", async (database, engine) => {
  const { url } = database
  const to = (table: string) =>
    DStream.saveToSql(Testing.input(["a"].map((a) => [a])), Postgres.sink({ url }), {
      name: "out",
      table,
      columns: ["word"],
      row: (word) => [word],
    })
  const missing = await failing(to("nowhere"), engine)
  assert.deepEqual([missing.output, missing.batchTime], ["out", 1000])
  assert.match(
    missing.message,
    /Output "out" of batch 1000 ms: relation "nowhere" does not exist \(INSERT INTO "nowhere"/,
  )
  assert.deepEqual(await database.query("SELECT count(*)::int FROM $schema.words"), [[0]])
})

Deno.test("saveToSql() fails with SqlError where no server answers, without the password", sanitizers, async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 })
  const { port } = listener.addr as Deno.NetAddr
  listener.close()
  const error = await failing(writing(`postgres://user:hidden@127.0.0.1:${port}/none`), "local")
  assert.equal(error.statement, "connect")
  assert.match(error.message, /ECONNREFUSED/)
  assert.doesNotMatch(error.message, /hidden/)
})
