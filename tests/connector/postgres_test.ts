import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import * as DStream from "../../lib/dstream.ts"
import * as OutputPolicy from "../../lib/output_policy.ts"
import * as RDD from "../../lib/rdd.ts"
import * as Postgres from "../../lib/postgres.ts"
import { Testing } from "../../lib/testing.ts"
import { type Database, databases } from "./postgres_database.ts"
import { killedAfter } from "./killing.ts"
import { writing } from "./postgres_writer.ts"
import { tcpProxy, type Verdict } from "./tcp_proxy.ts"

const { server, withDatabase, query } = databases(import.meta.url)

const WORDS = "SELECT time::int AS time, word FROM $schema.words ORDER BY time, word"
const COMMITS = "SELECT output, batch_time::int AS time FROM $schema.dstream_commits ORDER BY time"
/** The end of a transaction, as it is sent to the server. */
const COMMIT = "COMMIT\0"
const ALL = [[1000, "a"], [1000, "b"], [2000, "c"], [2000, "d"]]

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

withDatabase("saveToSql() writes each batch once when the process is killed, again and again", async (database) => {
  for (const word of ["a", "b", "d", "c", "d"]) {
    await killedAfter("stops", new URL("./postgres_writer.ts", import.meta.url), [database.url, word])
  }
  assert.deepEqual(await database.query(WORDS), ALL.slice(0, 2))
  const ran = await Effect.runPromise(Testing.runOutputs([writing(database.url)]))
  assert.deepEqual(attemptsIn(ran), COMPLETED)
  assert.deepEqual(await database.query(WORDS), ALL)
}, { engines: ["local"] })

/** Runs through a proxy that decides what happens to each message. */
const throughProxy = async (
  database: Pick<Database, "url">,
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
    (sent) => sent.includes(COMMIT) && ++commits === 2 ? "cut" : "pass",
  )
  assert.deepEqual([attemptsIn(ran), commits], [COMPLETED, 3])
  assert.deepEqual(await database.query(WORDS), ALL)
})

withDatabase("saveToSql() writes once when the answer to the commit is lost", async (database, engine) => {
  let commits = 0
  const ran = await throughProxy(
    database,
    engine,
    (sent) => sent.includes(COMMIT) && ++commits === 1 ? "pass, then cut when answered" : "pass",
  )
  // The retry finds that the batch is committed, and does not commit again.
  assert.deepEqual([attemptsIn(ran), commits], [COMPLETED, 2])
  assert.deepEqual(await database.query(WORDS), ALL)
})

withDatabase("saveToSql() tries again when no answer comes, after query_timeout", async (database, engine) => {
  let commits = 0
  const ran = await throughProxy(
    { url: `${database.url}&query_timeout=200` },
    engine,
    (sent) => sent.includes(COMMIT) && ++commits === 1 ? "lose" : "pass",
  )
  assert.deepEqual([attemptsIn(ran), commits], [COMPLETED, 3])
  assert.deepEqual(await database.query(WORDS), ALL)
})

withDatabase(
  "saveToSql() survives a server that crashes between batches, and in the middle of one",
  async (database, engine) => {
    for (const at of ["c", "d"]) {
      await database.query("DROP TABLE IF EXISTS $schema.dstream_commits")
      await database.query("DELETE FROM $schema.words")
      let crashes = 0
      const crash = Effect.promise(async () => {
        crashes++
        await server.restart?.()
      })
      // The first partition of a batch is computed before its transaction begins, the second during it.
      const output = writing(database.url, (word) => word === at && crashes === 0 ? crash : Effect.void)
      const ran = await Effect.runPromise(Testing.runOutputs([retried(output)], { engine }))
      assert.deepEqual([attemptsIn(ran), crashes], [COMPLETED, 1])
      assert.deepEqual(await database.query(WORDS), ALL)
    }
  },
  { ignore: server.restart === undefined },
)

const begin = (url: string, output: string, batchTime: number) =>
  Postgres.sink({ url }).begin({
    output,
    batchTime,
    insert: { table: "words", columns: ["time", "word"] },
    keepMarks: 10,
  })

for (const [end, later] of [["commits", "finds it written"], ["rolls back", "writes it"]] as const) {
  withDatabase(`A batch waits for its other transaction: when that ${end} it ${later}`, async (database) => {
    await Effect.runPromise(Effect.scoped(begin(database.url, "warm", 0)))
    const second = Effect.scoped(Effect.gen(function* () {
      const transaction = yield* begin(database.url, "words", 1000)
      if (transaction === undefined) return "finds it written"
      yield* transaction.write([[1000, "a"]])
      yield* transaction.commit
      return "writes it"
    }))
    const first = Effect.scoped(Effect.gen(function* () {
      const transaction = yield* begin(database.url, "words", 1000)
      const fiber = yield* Effect.forkDetach(second)
      yield* Effect.promise(() => database.waiting(1))
      yield* transaction?.write([[1000, "a"]]) ?? Effect.void
      if (end === "commits") yield* transaction?.commit ?? Effect.void
      return fiber
    }))
    assert.equal(await Effect.runPromise(Effect.flatMap(first, Fiber.join)), later)
    assert.deepEqual(await database.query(WORDS), [[1000, "a"]])
  }, { engines: ["local"] })
}

withDatabase(
  "Outputs that begin concurrently create the tables once, and have separate marks",
  async (database) => {
    const names = Array.from({ length: 8 }, (_, i) => `output ${i}`)
    const write = (name: string) =>
      Effect.scoped(Effect.gen(function* () {
        const transaction = yield* begin(database.url, name, 1000)
        yield* transaction?.write([[1000, name]]) ?? Effect.void
        yield* transaction?.commit ?? Effect.void
        return transaction !== undefined
      }))
    const all = Effect.forEach(names, write, { concurrency: "unbounded" })
    for (let i = 0; i < 4; i++) {
      assert.deepEqual(await Effect.runPromise(all), names.map(() => true))
      assert.deepEqual(await Effect.runPromise(all), names.map(() => false))
      assert.deepEqual(await database.query(WORDS), names.map((name) => [1000, name]))
      for (const table of ["dstream_commits", "dstream_pruned"]) await database.query(`DROP TABLE $schema.${table}`)
      await database.query("DELETE FROM $schema.words")
    }
  },
  { engines: ["local"] },
)

withDatabase("saveToSql() writes two outputs to one table, each batch of each once", async (database, engine) => {
  let failures = 0
  const to = (name: string) =>
    Testing.input([["a"], ["b"]]).pipe(
      DStream.mapEffect((word) =>
        name === "two" && word === "b" && failures++ === 0 ? Effect.fail("no") : Effect.succeed(word)
      ),
      DStream.saveToSql(Postgres.sink({ url: database.url }), {
        name,
        table: "words",
        columns: ["time", "word"],
        row: (word, time) => [time, `${word} of ${name}`],
      }),
      retried,
    )
  for (let i = 0; i < 2; i++) await Effect.runPromise(Testing.runOutputs([to("one"), to("two")], { engine }))
  assert.deepEqual(await database.query(WORDS), [
    [1000, "a of one"],
    [1000, "a of two"],
    [2000, "b of one"],
    [2000, "b of two"],
  ])
  assert.deepEqual(await database.query(`${COMMITS}, output`), [["one", 1000], ["two", 1000], ["one", 2000], [
    "two",
    2000,
  ]])
})

withDatabase("saveToSql() commits a batch without records, and one without partitions", async (database, engine) => {
  const output = Testing.input<string>([[], RDD.empty(), null, ["a"]]).pipe(
    DStream.saveToSql(Postgres.sink({ url: database.url }), {
      name: "e",
      table: "words",
      columns: ["time", "word"],
      row: (word, time) => [time, word],
    }),
  )
  await Effect.runPromise(Testing.runOutputs([output], { engine }))
  assert.deepEqual(await database.query(WORDS), [[4000, "a"]])
  assert.deepEqual(await database.query(COMMITS), [["e", 1000], ["e", 2000], ["e", 4000]])
})

withDatabase("A transaction that is interrupted in the middle of a statement is rolled back", async (database) => {
  const sleeping = Effect.scoped(Effect.gen(function* () {
    const insert = { statement: "INSERT INTO words SELECT 1, $1 FROM pg_sleep(0.3)" }
    const batch = { output: "words", batchTime: 1000, insert, keepMarks: 10 }
    const transaction = yield* Postgres.sink({ url: database.url }).begin(batch)
    yield* transaction?.write([["a"]]) ?? Effect.void
    yield* transaction?.commit ?? Effect.void
  }))
  assert.equal((await Effect.runPromise(Effect.timeoutOption(sleeping, 150)))._tag, "None")
  // This run waits for the transaction above to be rolled back, and then commits.
  await Effect.runPromise(Testing.runOutputs([writing(database.url)]))
  assert.deepEqual(await database.query(WORDS), ALL)
}, { engines: ["local"] })

// Needs the right to create roles.
withDatabase("saveToSql() needs no right to create tables if they exist", async (database, engine) => {
  await Effect.runPromise(Effect.scoped(begin(database.url, "makes the tables", 0)))
  const role = `${database.application}_writer`
  await database.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`)
  await database.query(`GRANT USAGE ON SCHEMA $schema TO ${role}`)
  await database.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA $schema TO ${role}`)
  const url = new URL(database.url)
  url.username = role
  url.password = "secret"
  const ran = await Effect.runPromise(Testing.runOutputs([writing(url.href)], { engine })).finally(async () => {
    await database.query(`DROP OWNED BY ${role}`)
    await database.query(`DROP ROLE ${role}`)
  })
  assert.deepEqual(attemptsIn(ran), COMPLETED)
  assert.deepEqual(await database.query(WORDS), ALL)
}, { engines: ["local"], ignore: server.restart === undefined })
