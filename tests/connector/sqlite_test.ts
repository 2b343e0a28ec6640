import assert from "node:assert/strict"
import { DatabaseSync } from "node:sqlite"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as DStream from "../../lib/dstream.ts"
import * as OutputPolicy from "../../lib/output_policy.ts"
import * as RDD from "../../lib/rdd.ts"
import * as Sqlite from "../../lib/sqlite.ts"
import { Testing } from "../../lib/testing.ts"
import { killedAfter } from "./killing.ts"
import { writing } from "./sqlite_writer.ts"

const engines: ReadonlyArray<Testing.EngineName> = ["local", "closures", "loopback"]
const sanitizers = { sanitizeOps: true, sanitizeResources: true, sanitizeExit: true }

/** A database of a test. */
interface Database {
  readonly path: string
  readonly run: (sql: string) => void
  readonly rows: (sql: string) => Array<Array<unknown>>
}

/** A test on each engine, with a database of its own. */
const withDatabase = (name: string, body: (database: Database, engine: Testing.EngineName) => Promise<void>): void => {
  for (const engine of engines) {
    Deno.test(`${name} [${engine}]`, sanitizers, async () => {
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
      const run = (sql: string) => use((database) => database.exec(sql))
      const rows = (sql: string) => use((database) => database.prepare(sql).all().map((row) => Object.values(row)))
      run("CREATE TABLE words (time INTEGER, word TEXT)")
      await body({ path, run, rows }, engine).finally(() => Deno.remove(folder, { recursive: true }))
    })
  }
}

const WORDS = "SELECT time, word FROM words ORDER BY time, word"
const COMMITS = "SELECT output, batch_time FROM dstream_commits ORDER BY batch_time"

const failureOf = <A, E>(exit: Exit.Exit<A, E>): E | undefined => Option.getOrUndefined(Exit.findErrorOption(exit))

withDatabase("saveToSql() writes the rows of a batch and its time together", async ({ path, rows }, engine) => {
  const { exit } = await Effect.runPromise(Testing.runOutputs([writing(path)], { engine }))
  assert.equal(exit._tag, "Success")
  assert.deepEqual(rows(WORDS), [[1000, "a"], [1000, "b"], [2000, "c"], [2000, "d"], [3000, "e"], [3000, "f"]])
  assert.deepEqual(rows(COMMITS), [["words", 1000], ["words", 2000], ["words", 3000]])
})

withDatabase("saveToSql() writes a batch that is run again once, under each name", async ({ path, rows }, engine) => {
  const run = (output: DStream.AnyOutput) => Effect.runPromise(Testing.runOutputs([output], { engine }) as never)
  await run(writing(path))
  await run(writing(path))
  assert.equal(rows(WORDS).length, 6)
  const other = Testing.input(["x"].map((x) => [x])).pipe(
    DStream.saveToSql(Sqlite.sink({ path }), {
      name: "other",
      statement: "INSERT INTO words (word, time) VALUES (?, ?)",
      row: (word, time) => [word, time],
    }),
  )
  await run(other)
  assert.deepEqual(rows(`${WORDS} LIMIT 3`), [[1000, "a"], [1000, "b"], [1000, "x"]])
})

withDatabase("saveToSql() rolls back what fails in the middle, and is retried", async ({ path, rows }, engine) => {
  let attempts = 0
  const output = Testing.input([["a", "b"]], { partitions: 2 }).pipe(
    DStream.mapEffect((word) => word === "b" && attempts++ < 2 ? Effect.fail("not yet") : Effect.succeed(word)),
    DStream.saveToSql(Sqlite.sink({ path }), {
      name: "words",
      table: "words",
      columns: ["word"],
      row: (word) => [word],
    }),
  )
  const once = await Effect.runPromise(Testing.runOutputs([output], { engine }))
  assert.equal(failureOf(once.exit)?.message.includes("not yet"), true)
  assert.deepEqual(rows(WORDS), [])
  const retried = DStream.onFailure(output, OutputPolicy.retry(Schedule.recurs(3)))
  const { exit } = await Effect.runPromise(Testing.runOutputs([retried], { engine }))
  assert.equal(exit._tag, "Success")
  assert.deepEqual([rows(WORDS), attempts], [[[null, "a"], [null, "b"]], 3])
})

withDatabase(
  "saveToSql() commits a batch without records, and one without partitions",
  async ({ path, rows }, engine) => {
    const output = Testing.input<string>([[], RDD.empty(), ["a"]]).pipe(
      DStream.saveToSql(Sqlite.sink({ path }), { name: "e", table: "words", columns: ["word"], row: (word) => [word] }),
    )
    await Effect.runPromise(Testing.runOutputs([output], { engine }))
    assert.deepEqual([rows(WORDS), rows(COMMITS)], [[[null, "a"]], [["e", 1000], ["e", 2000], ["e", 3000]]])
  },
)

withDatabase("saveToSql() binds values of every kind, and never as text of the statement", async (database, engine) => {
  const { path, run, rows } = database
  run(`CREATE TABLE "odd ""name""" (a, "b c", d)`)
  const values: Array<[Sqlite.SqlValue, Sqlite.SqlValue, Sqlite.SqlValue]> = [
    ["'); DROP TABLE words; --", 1.5, null],
    [true, new Date(0), 12n],
    [new Uint8Array([1, 2]), -1, ""],
  ]
  const output = Testing.input([values], { partitions: 1 }).pipe(
    DStream.saveToSql(Sqlite.sink({ path }), {
      name: "odd",
      table: 'odd "name"',
      columns: ["a", "b c", "d"],
      row: (row) => row,
    }),
  )
  const { exit } = await Effect.runPromise(Testing.runOutputs([output], { engine }))
  assert.equal(exit._tag, "Success")
  assert.deepEqual(rows(`SELECT * FROM "odd ""name"""`), [
    ["'); DROP TABLE words; --", 1.5, null],
    [1, "1970-01-01T00:00:00.000Z", 12],
    [new Uint8Array([1, 2]), -1, ""],
  ])
  assert.deepEqual(rows(WORDS), [])
})

withDatabase(
  "saveToSql() writes whole numbers as integers, also into columns of type text or of no type",
  async (database) => {
    const { path, run, rows } = database
    run("CREATE TABLE numbers (a, b TEXT, c REAL, d INTEGER)")
    const values = [5, 1.5, Number.MAX_SAFE_INTEGER, NaN, Infinity]
    const output = Testing.input([values], { partitions: 1 }).pipe(
      DStream.saveToSql(Sqlite.sink({ path }), {
        name: "n",
        table: "numbers",
        columns: ["a", "b", "c", "d"],
        row: (value) => [value, value, value, value],
      }),
    )
    await Effect.runPromise(Testing.runOutputs([output]))
    assert.deepEqual(rows("SELECT typeof(a), b, typeof(c), typeof(d) FROM numbers"), [
      ["integer", "5", "real", "integer"],
      ["real", "1.5", "real", "real"],
      ["integer", "9007199254740991", "real", "integer"],
      ["null", null, "null", "null"],
      ["real", "Inf", "real", "real"],
    ])
  },
)

withDatabase("saveToSql() rejects a row without a value for each parameter", async (database, engine) => {
  const { path, rows } = database
  const saving = async (name: string, statement: string, values: ReadonlyArray<DStream.SqlRow>) => {
    const output = Testing.input([values], { partitions: 1 }).pipe(
      DStream.saveToSql(Sqlite.sink({ path }), { name, statement, row: (row) => row }),
    )
    return failureOf((await Effect.runPromise(Testing.runOutputs([output], { engine }))).exit)
  }
  const PAIR = "-- both\nINSERT INTO words (time, word) VALUES (?2, ?1)"
  for (const values of [[["a", 1], ["b"]], [[]], [["a", 1, 2]]]) {
    const failure = await saving("failing", PAIR, values)
    assert.match(String(failure), /but the statement has more parameters|column index out of range/)
  }
  assert.deepEqual(rows(WORDS), [])
  assert.equal(await saving("both", PAIR, [["a", 1], ["b", 2]]), undefined)
  assert.equal(await saving("none", "INSERT INTO words DEFAULT VALUES", [[]]), undefined)
  assert.deepEqual(rows(WORDS), [[null, null], [1, "a"], [2, "b"]])
})

withDatabase("saveToSql() rolls back if a reader blocks the commit", async ({ path, rows }, engine) => {
  const output = Testing.input(["a"].map((a) => [a])).pipe(
    DStream.saveToSql(Sqlite.sink({ path, busyTimeout: 1 }), {
      name: "words",
      table: "words",
      columns: ["word"],
      row: (word) => [word],
    }),
  )
  const reader = new DatabaseSync(path)
  reader.exec("BEGIN")
  reader.prepare("SELECT count(*) FROM words").all()
  const { exit } = await Effect.runPromise(Testing.runOutputs([output], { engine }))
  assert.match(String(failureOf(exit)), /database is locked \(COMMIT\)/)
  reader.close()
  assert.deepEqual(rows(WORDS), [])
  for (let i = 0; i < 2; i++) await Effect.runPromise(Testing.runOutputs([output], { engine }))
  assert.deepEqual(rows(WORDS), [[null, "a"]])
})

withDatabase("saveToSql() fails with SqlError, which names output, batch and statement", async (database, engine) => {
  const { path, rows } = database
  const run = async (sink: DStream.SqlSink, table: string, row: DStream.SqlRow) => {
    const output = Testing.input(["a"].map((a) => [a])).pipe(
      DStream.saveToSql(sink, { name: "out", table, columns: ["word"], row: () => row }),
    )
    const { exit } = await Effect.runPromise(Testing.runOutputs([output], { engine }))
    const failure = failureOf(exit)
    assert.ok(failure?._tag === "BatchFailed" && failure.reason instanceof DStream.SqlError)
    assert.deepEqual([failure.reason.output, failure.reason.batchTime], ["out", 1000])
    return failure.reason
  }
  const sink = Sqlite.sink({ path })
  const missing = await run(sink, "nowhere", ["a"])
  assert.match(missing.message, /Output "out" of batch 1000 ms: no such table: nowhere \(INSERT INTO "nowhere"/)
  assert.match((await run(sink, "words", ["a", "b"])).message, /A row has 2 values, but there are 1 columns/)
  const unreachable = await run(Sqlite.sink({ path: `${path}/no/where` }), "words", ["a"])
  assert.equal(unreachable.statement, "connect")
  const busy = new DatabaseSync(path)
  busy.exec("BEGIN IMMEDIATE")
  const locked = await run(Sqlite.sink({ path, busyTimeout: 1 }), "words", ["a"])
  busy.close()
  assert.match(locked.message, /database is locked \(BEGIN IMMEDIATE\)/)
  assert.deepEqual(rows(WORDS), [])
})

withDatabase("saveToSql() writes everything once when the process is killed in a batch", async (database, engine) => {
  const { path, rows } = database
  await killedAfter("half", new URL("./sqlite_writer.ts", import.meta.url), [path])
  assert.deepEqual(rows(WORDS), [[1000, "a"], [1000, "b"]])
  assert.deepEqual(rows(COMMITS), [["words", 1000]])
  const { exit } = await Effect.runPromise(Testing.runOutputs([writing(path)], { engine }))
  assert.equal(exit._tag, "Success")
  assert.deepEqual(rows(WORDS), [[1000, "a"], [1000, "b"], [2000, "c"], [2000, "d"], [3000, "e"], [3000, "f"]])
})

Deno.test("saveToSql() tells outputs apart by name and statement, and has its name in the graph", () => {
  const output = (name: string, columns: ReadonlyArray<string>) =>
    DStream.saveToSql(Testing.input(["a"].map((a) => [a])), Sqlite.sink({ path: "" }), {
      name,
      table: "t",
      columns,
      row: (a) => [a],
    })
  assert.equal(output("x", ["a"]).name, "x")
  assert.equal(
    new Set([output("x", ["a"]), output("y", ["a"]), output("x", ["b"])].map(({ detail }) => detail)).size,
    3,
  )
})
