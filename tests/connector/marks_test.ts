/** The rule about marks, which all databases follow. */
import assert from "node:assert/strict"
import { DatabaseSync } from "node:sqlite"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as fc from "fast-check"
import { connect } from "../../lib/connector/postgres/client.ts"
import * as DStream from "../../lib/dstream.ts"
import * as Postgres from "../../lib/postgres.ts"
import * as Sqlite from "../../lib/sqlite.ts"
import { Testing } from "../../lib/testing.ts"
import { databases } from "./postgres_database.ts"

const { withDatabase } = databases(import.meta.url)

/** The database of a test, with a table `words`. */
interface Database {
  readonly sink: DStream.SqlSink
  readonly run: (sql: string) => Promise<void>
  readonly rows: (sql: string) => Promise<ReadonlyArray<ReadonlyArray<unknown>>>
}

type Body = (database: Database) => Promise<void>

const withSqlite = async (body: Body): Promise<void> => {
  const folder = await Deno.makeTempDir()
  const path = `${folder}/test.db`
  const use = <A>(f: (database: DatabaseSync) => A): A => {
    const database = new DatabaseSync(path)
    try {
      return f(database)
    } finally {
      database.close()
    }
  }
  use((database) => database.exec("CREATE TABLE words (time INTEGER, word TEXT)"))
  await body({
    sink: Sqlite.sink({ path }),
    run: (sql) => Promise.resolve(use((database) => database.exec(sql))),
    rows: (sql) =>
      Promise.resolve(use((database) => database.prepare(sql).all().map((row) => Object.values(row).map(String)))),
  }).finally(() => Deno.remove(folder, { recursive: true }))
}

const local = { engines: ["local"] } as const

/** Declares a test for each database. */
const onEach = (name: string, body: Body): void => {
  Deno.test(`${name} [sqlite]`, { sanitizeOps: true, sanitizeResources: true }, () => withSqlite(body))
  withDatabase(`${name} [postgres]`, ({ url }) => {
    // The tables are found by the search path.
    const rows = (sql: string) =>
      Effect.runPromise(Effect.scoped(Effect.gen(function* () {
        const connection = yield* connect(url, 5000)
        const { rows } = yield* connection.query(sql)
        return rows.map((row) => Object.values(row).map(String))
      })))
    return body({ sink: Postgres.sink({ url }), run: async (sql) => void await rows(sql), rows })
  }, local)
}

/** How a batch ended. */
type Outcome = "written" | "had been written" | "refused" | "aborted"

const REFUSED = /keepMarks.*may have been written before or not/

/** Writes a batch of one row. */
const batch = (
  sink: DStream.SqlSink,
  batchTime: number,
  keepMarks: number,
  { abort = false, output = "words" } = {},
): Effect.Effect<Outcome, DStream.SqlError> =>
  Effect.scoped(Effect.gen(function* () {
    const insert = { table: "words", columns: ["time", "word"] }
    const transaction = yield* sink.begin({ output, batchTime, insert, keepMarks })
    if (transaction === undefined) return "had been written"
    yield* transaction.write([[batchTime, output]])
    if (abort) return "aborted"
    yield* transaction.commit
    return "written"
  })).pipe(
    Effect.catchIf((error) => REFUSED.test(error.message), () => Effect.succeed("refused" as const)),
  )

const MARKS = "SELECT batch_time FROM dstream_commits WHERE output = 'words' ORDER BY batch_time"
const WRITTEN = "SELECT time FROM words WHERE word = 'words' ORDER BY time"
const PRUNED = "SELECT output, batch_time FROM dstream_pruned ORDER BY output"

const column = (rows: ReadonlyArray<ReadonlyArray<unknown>>) => rows.map(([value]) => Number(value))

/** Writes `count` batches of one record. */
const writing = (sink: DStream.SqlSink, count: number, keepMarks?: number, name = "words") =>
  Testing.input(Array.from({ length: count }, (_, i) => [i])).pipe(
    DStream.saveToSql(sink, {
      name,
      table: "words",
      columns: ["time", "word"],
      row: (_, time) => [time, name],
      keepMarks,
    }),
  )

onEach("saveToSql() keeps the newest keepMarks marks of each output", async ({ rows, sink }) => {
  await Effect.runPromise(
    Testing.runOutputs([writing(sink, 5, 2), writing(sink, 5, 4, "other"), writing(sink, 5, 5, "all")]),
  )
  assert.deepEqual(column(await rows(MARKS)), [4000, 5000])
  assert.deepEqual(await rows(PRUNED), [["other", "1000"], ["words", "3000"]])
  assert.deepEqual(await rows("SELECT output, count(*) AS n FROM dstream_commits GROUP BY output ORDER BY output"), [
    ["all", "5"],
    ["other", "4"],
    ["words", "2"],
  ])
})

onEach("saveToSql() refuses a batch whose mark was deleted, and writes nothing twice", async ({ rows, sink }) => {
  await Effect.runPromise(Testing.runOutputs([writing(sink, 5, 2)]))
  const { batches, exit } = await Effect.runPromise(Testing.runOutputs([writing(sink, 5, 2)]))
  assert.deepEqual(batches, ["failed"])
  assert.match(Exit.isFailure(exit) ? String(exit.cause) : "", REFUSED)
  const later = await Effect.runPromise(Testing.runOutputs([writing(sink, 4, 2)], { clockStart: 3000 }))
  assert.deepEqual([later.batches.length, later.exit._tag], [4, "Success"])
  assert.deepEqual(column(await rows(WRITTEN)), [1000, 2000, 3000, 4000, 5000, 6000, 7000])
})

onEach("saveToSql() keeps 10,000 marks by default, and all of them for Infinity", async (database) => {
  const { rows, run, sink } = database
  await Effect.runPromise(batch(sink, -1_000_000, Infinity))
  await run("DROP TABLE dstream_pruned") // As in a database of a version that did not delete marks.
  await run(
    "INSERT INTO dstream_commits (output, batch_time) WITH RECURSIVE times (time) AS " +
      "(SELECT -11000 UNION ALL SELECT time + 1 FROM times WHERE time < 0) SELECT 'words', time FROM times",
  )
  await Effect.runPromise(Testing.runOutputs([writing(sink, 1, Infinity)]))
  const COUNT = "SELECT count(*) AS n, min(batch_time) AS first, max(batch_time) AS last FROM dstream_commits"
  assert.deepEqual(await rows(COUNT), [["11003", "-1000000", "1000"]])
  await Effect.runPromise(Testing.runOutputs([writing(sink, 2)]))
  assert.deepEqual(await rows(COUNT), [["10000", "-9997", "2000"]])
  assert.deepEqual(await rows(PRUNED), [["words", "-9998"]])
})

onEach("Deleted marks stay deleted when keepMarks is raised", async ({ rows, sink }) => {
  const run = (time: number, keepMarks: number) => Effect.runPromise(batch(sink, time, keepMarks))
  for (let time = 1; time <= 6; time++) await run(time, 2)
  assert.deepEqual(await Promise.all([4, 5].map((time) => run(time, 100))), ["refused", "had been written"])
  assert.equal(await run(7, 3), "written")
  assert.deepEqual(column(await rows(MARKS)), [5, 6, 7])
  assert.equal(await run(8, 1), "written")
  assert.deepEqual(column(await rows(MARKS)), [8])
  assert.deepEqual(column(await rows(WRITTEN)), [1, 2, 3, 4, 5, 6, 7, 8])
})

onEach(
  "A batch that comes after later ones is written if no later mark was deleted",
  async (database) => {
    const { rows, sink } = database
    const run = (time: number) => Effect.runPromise(batch(sink, time, 2))
    for (const time of [10, 30, 40]) await run(time)
    assert.equal(await run(20), "written") // 10 has been deleted: that it was not 20 is known.
    assert.deepEqual(column(await rows(MARKS)), [30, 40])
    assert.equal(await run(20), "refused")
    assert.deepEqual(column(await rows(WRITTEN)), [10, 20, 30, 40])
  },
)

onEach("Marks are deleted in the transaction of the batch", async ({ rows, run, sink }) => {
  const columns = "id INTEGER PRIMARY KEY, other INTEGER REFERENCES words_owed (id) DEFERRABLE INITIALLY DEFERRED"
  await run(`CREATE TABLE words_owed (${columns})`)
  for (const time of [1, 2]) await Effect.runPromise(batch(sink, time, 2))
  const failing = Effect.scoped(Effect.gen(function* () {
    const insert = { table: "words_owed", columns: ["id", "other"] }
    const transaction = yield* sink.begin({ output: "words", batchTime: 3, insert, keepMarks: 1 })
    yield* transaction?.write([[1, 99]]) ?? Effect.void
    yield* transaction?.commit ?? Effect.void
  }))
  const error = await Effect.runPromise(Effect.flip(failing))
  assert.deepEqual([error.statement, error.batchTime], ["COMMIT", 3])
  assert.deepEqual([column(await rows(MARKS)), await rows(PRUNED)], [[1, 2], []])
})

/** A model of the rule, in memory. */
class Model {
  marks: ReadonlyArray<number> = []
  pruned = -Infinity
  readonly written: Array<number> = []

  batch(time: number, keepMarks: number, abort: boolean): Outcome {
    if (this.marks.includes(time)) return "had been written"
    if (time <= this.pruned) return "refused"
    if (abort) return "aborted"
    this.written.push(time)
    const marks = [...this.marks, time].sort((a, b) => a - b)
    this.marks = marks.slice(-keepMarks)
    this.pruned = marks.at(-keepMarks - 1) ?? this.pruned
    return "written"
  }
}

onEach(
  "No batch is written twice, in whatever order batches come, fail, and keep marks",
  async ({ rows, run, sink }) => {
    const operation = fc.record({ time: fc.nat(12), keepMarks: fc.integer({ min: 1, max: 5 }), abort: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 25 }), async (operations) => {
        const model = new Model()
        for (const { time, keepMarks, abort } of operations) {
          const outcome = await Effect.runPromise(batch(sink, time, keepMarks, { abort }))
          assert.equal(outcome, model.batch(time, keepMarks, abort))
        }
        assert.equal(new Set(model.written).size, model.written.length)
        assert.deepEqual(column(await rows(WRITTEN)), model.written.sort((a, b) => a - b))
        if (model.written.length > 0) assert.deepEqual(column(await rows(MARKS)), model.marks)
        await run("DELETE FROM words")
        await run("DROP TABLE IF EXISTS dstream_commits")
        await run("DROP TABLE IF EXISTS dstream_pruned")
      }),
      { numRuns: 12 },
    )
  },
)

withDatabase("Batches that run concurrently delete marks, and none is written twice", async (database) => {
  const sink = Postgres.sink({ url: database.url })
  const times = Array.from({ length: 24 }, (_, i) => i)
  const all = Effect.forEach(times, (time) => batch(sink, time, 2), { concurrency: 8 })
  const first = await Effect.runPromise(all)
  const again = await Effect.runPromise(all)
  for (const time of times) {
    const both = [first[time], again[time]]
    const written = both.filter((outcome) => outcome === "written").length
    assert.ok(written === 1 || both.every((outcome) => outcome === "refused"), `${time}: ${both}`)
  }
  const found = await database.query("SELECT time::int FROM $schema.words ORDER BY time")
  assert.deepEqual(column(found), times.filter((time) => [first[time], again[time]].includes("written")))
}, local)

for (const isolation of ["read committed", "repeatable read", "serializable"]) {
  withDatabase(
    `A batch is refused if it is run again while its mark is being deleted [${isolation}]`,
    async (database) => {
      const set = ` -c default_transaction_isolation=${isolation.replace(" ", "\\ ")}`
      const url = new URL(database.url)
      url.searchParams.set("options", (url.searchParams.get("options") ?? "") + set)
      const sink = Postgres.sink({ url: url.href.replaceAll("+", "%20") })
      await Effect.runPromise(batch(sink, 1, 10))
      const statement = "WITH gone AS (DELETE FROM dstream_commits WHERE batch_time = 1 RETURNING output) " +
        "INSERT INTO dstream_pruned SELECT output, $1 FROM gone"
      const outcome = Effect.scoped(Effect.gen(function* () {
        // The mark is deleted, but other transactions do not see it yet: a commit is in progress.
        const deleting = yield* sink.begin({ output: "other", batchTime: 2, insert: { statement }, keepMarks: 10 })
        yield* deleting?.write([[1]]) ?? Effect.void
        const again = yield* Effect.forkDetach(batch(sink, 1, 10))
        yield* Effect.promise(() => database.waiting(1))
        yield* deleting?.commit ?? Effect.void
        return yield* Fiber.join(again)
      }))
      assert.equal(await Effect.runPromise(outcome), "refused")
      assert.deepEqual(await database.query("SELECT time::int FROM $schema.words"), [[1]])
    },
    local,
  )
}

Deno.test("saveToSql() rejects invalid values of keepMarks", async () => {
  for (const keepMarks of [0, -1, 1.5, NaN]) {
    const error = await Effect.runPromise(
      Effect.flip(Testing.runOutputs([writing(Sqlite.sink({ path: "" }), 1, keepMarks)])),
    )
    assert.match(
      String(error),
      /saveToSql at .*: keepMarks is .*, but must be a whole number of at least 1, or Infinity/,
    )
  }
})
