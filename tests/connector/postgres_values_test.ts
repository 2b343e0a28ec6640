import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as DStream from "../../lib/dstream.ts"
import * as Postgres from "../../lib/postgres.ts"
import { Testing } from "../../lib/testing.ts"
import { type Database, databases } from "./postgres_database.ts"

const { withDatabase } = databases(import.meta.url)
const sanitizers = { sanitizeOps: true, sanitizeResources: true, sanitizeExit: true }
const once = { engines: ["local"] } as const

/** One batch, in one partition. */
const saving = (
  { url }: Pick<Database, "url">,
  rows: ReadonlyArray<DStream.SqlRow>,
  insert: DStream.SqlInsert,
  options: Partial<Postgres.PostgresOptions> = {},
) =>
  Testing.input([rows], { partitions: 1 }).pipe(
    DStream.saveToSql(Postgres.sink({ url, ...options }), { name: "out", row: (row) => row, ...insert }),
  )

const failureOf = async (
  output: DStream.Output<DStream.SqlError>,
  engine: Testing.EngineName = "local",
): Promise<DStream.SqlError | undefined> => {
  const { exit } = await Effect.runPromise(Testing.runOutputs([output], { engine }))
  if (Exit.isSuccess(exit)) return undefined
  const failure = Option.getOrUndefined(Exit.findErrorOption(exit))
  assert.ok(failure?._tag === "BatchFailed" && failure.reason instanceof DStream.SqlError, String(exit.cause))
  return failure.reason
}

const failing = async (
  output: DStream.Output<DStream.SqlError>,
  engine?: Testing.EngineName,
): Promise<DStream.SqlError> => {
  const failure = await failureOf(output, engine)
  assert.ok(failure !== undefined, "it has failed")
  return failure
}

const NOTHING =
  "SELECT (SELECT count(*)::int FROM $schema.words) AS a, (SELECT count(*)::int FROM $schema.dstream_commits) AS b"

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
  const numbers = Array.from({ length: 12_000 }, (_, i) => i)
  const columns = ["a", "b c", "d", "e", "f", "g"]
  assert.equal(await failureOf(saving(database, numbers.map(row), { table: "odd", columns }), engine), undefined)
  const found = await database.query(
    `SELECT count(*)::int c1, count(DISTINCT a)::int c2, sum("b c")::int c3, max(extract(epoch FROM d) * 1000)::int c4,
      sum(get_byte(e, 0))::int c5, max(f)::text c6, count(g)::int c7 FROM $schema.odd`,
  )
  const bytes = numbers.reduce((sum, i) => sum + i % 256, 0)
  assert.deepEqual(found, [[12_000, 12_000, 35_997_000, 11_999, bytes, "100000000000000000000", 6000]])
})

withDatabase("saveToSql() writes dates of all years, in UTC", async (database) => {
  await database.query("CREATE TABLE $schema.dates (a TIMESTAMPTZ, b TIMESTAMP, c DATE)")
  const dates = [
    "-004711-12-31T00:00:00.000Z",
    "0000-06-01T00:00:00.000Z",
    "0001-06-01T00:00:00.000Z",
    "2024-02-29T23:30:00.123Z",
    "+275760-09-13T00:00:00.000Z",
  ].map((text) => new Date(text))
  const invalid = await failing(saving(database, [[new Date(NaN)]], { table: "dates", columns: ["a"] }))
  assert.match(invalid.message, /Invalid time value/)
  const rows = dates.map((date) => [date, date, date])
  assert.equal(await failureOf(saving(database, rows, { table: "dates", columns: ["a", "b", "c"] })), undefined)
  const found = await database.query(
    "SELECT (extract(epoch FROM a) * 1000)::bigint::text time, b::text, c::text FROM $schema.dates ORDER BY a",
  )
  assert.deepEqual(found, [
    [String(Number(dates[0])), "4712-12-31 00:00:00 BC", "4712-12-31 BC"],
    [String(Number(dates[1])), "0001-06-01 00:00:00 BC", "0001-06-01 BC"],
    [String(Number(dates[2])), "0001-06-01 00:00:00", "0001-06-01"],
    [String(Number(dates[3])), "2024-02-29 23:30:00.123", "2024-02-29"],
    [String(Number(dates[4])), "275760-09-13 00:00:00", "275760-09-13"],
  ])
}, once)

withDatabase(
  "saveToSql() writes texts into columns of other types, and NULL into columns of all types",
  async (database) => {
    await database.query(
      `CREATE TABLE $schema.kinds (id SERIAL, t TEXT, j JSON, b JSONB, n INT, l BIGINT, r REAL, u UUID, l2 INT[], y BYTEA, f BOOL)`,
    )
    const columns = ["t", "j", "b", "n", "l", "r", "u", "l2", "y", "f"]
    const uuid = "6f1b1f0e-58d5-4f0b-8a1c-0d2f6f6d7a11"
    const bytes = new Uint8Array([1, 2, 3, 4]).subarray(1, 3)
    const rows = [
      ["é\u{1f600}'", '{"a":[1]}', '{"a":[1]}', -1, 2n ** 63n - 1n, 1.5, uuid, "{1,2}", bytes, true],
      ["", "null", "null", 0, -(2n ** 63n), NaN, null, "{}", new Uint8Array(0), false],
      columns.map(() => null),
      [5, 5, 5, 5, 5, -Infinity, null, null, null, 1],
      [true, true, true, null, null, null, null, null, null, null],
    ]
    assert.equal(await failureOf(saving(database, rows, { table: "kinds", columns })), undefined)
    const texts = columns.map((column) => column === "y" ? "encode(y, 'hex') y" : `${column}::text`).join(", ")
    assert.deepEqual(await database.query(`SELECT ${texts} FROM $schema.kinds ORDER BY id`), [
      ["é\u{1f600}'", '{"a":[1]}', '{"a": [1]}', "-1", "9223372036854775807", "1.5", uuid, "{1,2}", "0203", "true"],
      ["", "null", "null", "0", "-9223372036854775808", "NaN", null, "{}", "", "false"],
      columns.map(() => null),
      ["5", "5", "5", "5", "5", "-Infinity", null, null, null, "true"],
      ["true", "true", "true", null, null, null, null, null, null, null],
    ])
  },
  once,
)

const wrong: ReadonlyArray<readonly [type: string, value: DStream.SqlRow[number], says: RegExp]> = [
  ["INT", 1.5, /invalid input syntax for type integer: "1.5"/],
  ["INT", 2 ** 31, /out of range for type integer/],
  ["BIGINT", 2n ** 63n, /out of range for type bigint/],
  ["BIGINT", 1e21, /invalid input syntax for type bigint/],
  ["BOOL", "perhaps", /invalid input syntax for type boolean/],
  ["JSON", "{", /invalid input syntax for type json/],
  ["TIMESTAMPTZ", "soon", /invalid input syntax for type timestamp/],
  ["TEXT", "a\0b", /invalid byte sequence/],
  ["INT NOT NULL", null, /violates not-null constraint/],
  ["INT CHECK (v > 0)", -1, /violates check constraint/],
]

withDatabase("saveToSql() writes nothing of a batch in which a value does not fit its column", async (database) => {
  for (const [type, value, says] of wrong) {
    await database.query(`CREATE TABLE $schema.t (v ${type})`)
    const rows = [...Array.from({ length: 1500 }, () => [type.startsWith("INT") ? 7 : null]), [value]]
    const error = await failing(saving(database, rows, { table: "t", columns: ["v"] }))
    assert.match(error.message, says)
    assert.equal(error.statement, 'INSERT INTO "t" ("v") VALUES ($1)')
    assert.deepEqual(await database.query("SELECT count(*)::int FROM $schema.t"), [[0]], type)
    await database.query("DROP TABLE $schema.t")
  }
  assert.deepEqual(await database.query(NOTHING), [[0, 0]])
}, once)

withDatabase("saveToSql() fails with SqlError, which names output, batch and statement", async (database, engine) => {
  const missing = await failing(saving(database, [["a"]], { table: "nowhere", columns: ["word"] }), engine)
  assert.deepEqual([missing.output, missing.batchTime], ["out", 1000])
  assert.match(
    missing.message,
    /Output "out" of batch 1000 ms: relation "nowhere" does not exist \(INSERT INTO "nowhere"/,
  )
  const column = await failing(saving(database, [["a"]], { table: "words", columns: ["no"] }), engine)
  assert.match(column.message, /column "no" of relation "words" does not exist/)
  const width = await failing(saving(database, [["a", 1]], { table: "words", columns: ["word"] }), engine)
  assert.match(width.message, /A row has 2 values, but there are 1 columns/)
  for (const row of [["a"], [1, "a", 2]]) {
    const error = await failing(saving(database, [row], { statement: "INSERT INTO words VALUES ($1, $2)" }), engine)
    assert.match(error.message, /bind message supplies \d parameters, but prepared statement "one" requires 2/)
  }
  assert.deepEqual(await database.query(NOTHING), [[0, 0]])
})

withDatabase("saveToSql() writes nothing if a deferred constraint fails the commit", async (database) => {
  await database.query("CREATE TABLE $schema.t (v INT UNIQUE DEFERRABLE INITIALLY DEFERRED)")
  const error = await failing(saving(database, [[1], [1]], { table: "t", columns: ["v"] }))
  assert.match(error.message, /duplicate key value .* \(COMMIT\)/)
  assert.deepEqual(await database.query("SELECT count(*)::int FROM $schema.t"), [[0]])
  assert.deepEqual(await database.query(NOTHING), [[0, 0]])
}, once)

withDatabase(
  "saveToSql() writes 100,000 rows in a batch, and more parameters than a statement may have",
  async (database) => {
    const rows = Array.from({ length: 100_000 }, (_, i) => [i, `word ${i}`])
    assert.equal(await failureOf(saving(database, rows, { table: "words", columns: ["time", "word"] })), undefined)
    const count = "SELECT count(*)::int c, count(DISTINCT time)::int d, count(DISTINCT word)::int e FROM $schema.words"
    assert.deepEqual(await database.query(count), [[100_000, 100_000, 100_000]])

    const columns = Array.from({ length: 700 }, (_, i) => `c${i}`)
    await database.query(`CREATE TABLE $schema.wide (${columns.map((name) => `${name} INT`).join(", ")})`)
    await database.query("DROP TABLE $schema.dstream_commits")
    const wide = Array.from({ length: 200 }, (_, i) => columns.map((_, j) => i * j))
    assert.equal(await failureOf(saving(database, wide, { table: "wide", columns })), undefined)
    const sums = await database.query("SELECT count(*)::int c, sum(c0)::int s, sum(c699)::int t FROM $schema.wide")
    assert.deepEqual(sums, [[200, 0, 699 * (199 * 200 / 2)]])
  },
  once,
)

withDatabase("saveToSql() runs statements of the user", async (database, engine) => {
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

withDatabase(
  "saveToSql() runs a statement of the user for each row, in order, and fails with the first error",
  async (database) => {
    await database.query("CREATE TABLE $schema.last (k INT PRIMARY KEY, v INT CHECK (v <> 9999))")
    const insert = { statement: "INSERT INTO last VALUES ($1, $2) ON CONFLICT (k) DO UPDATE SET v = excluded.v" }
    const rows = Array.from({ length: 9999 }, (_, i) => [i % 10, i])
    const error = await failing(saving(database, [...rows, [0, 9999], ...rows, ["x", 0]], insert))
    assert.match(error.message, /violates check constraint/)
    assert.deepEqual(await database.query("SELECT * FROM $schema.last"), [])
    assert.equal(await failureOf(saving(database, rows, insert)), undefined)
    const last = await database.query("SELECT k, v FROM $schema.last ORDER BY k")
    assert.deepEqual(last, Array.from({ length: 10 }, (_, k) => [k, k === 9 ? 9989 : 9990 + k]))
  },
  once,
)

withDatabase(
  "saveToSql() sets the server's keepalive, so that it soon notices a client that is gone",
  async (database) => {
    const statement = "INSERT INTO words SELECT current_setting('tcp_keepalives_' || $1)::int, $1"
    assert.equal(await failureOf(saving(database, [["idle"], ["interval"], ["count"]], { statement })), undefined)
    const found = await database.query("SELECT word, time::int FROM $schema.words ORDER BY word")
    assert.deepEqual(found, [["count", 4], ["idle", 10], ["interval", 5]])
  },
  once,
)

Deno.test("saveToSql() fails with SqlError, without the password, if no server answers", sanitizers, async () => {
  const connecting = (url: string) =>
    failing(saving({ url }, [["a"]], { table: "words", columns: ["word"] }, { connectTimeout: 100 }))
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 })
  const { port } = listener.addr as Deno.NetAddr
  const accepted = listener.accept()
  const silent = await connecting(`postgres://user:hidden@127.0.0.1:${port}/none`)
  const connection = await accepted
  connection.close()
  listener.close()
  const refused = await connecting(`postgres://user:hidden@127.0.0.1:${port}/none`)
  const says = [[silent, /timeout expired/], [refused, /ECONNREFUSED/]] as const
  for (const [error, text] of says) {
    assert.equal(error.statement, "connect")
    assert.match(error.message, text)
    assert.doesNotMatch(Deno.inspect(error), /hidden/)
  }
})

Deno.test("start refuses a sink whose URL is none, without the password", sanitizers, async () => {
  const odd = saving({ url: "postgres://user:hidden@127.0.0.1:99999/none" }, [["a"]], {
    table: "words",
    columns: ["word"],
  })
  const exit = await Effect.runPromiseExit(Testing.runOutputs([odd]))
  assert.match(String(exit), /url is not the URL of a PostgreSQL server/)
  assert.doesNotMatch(Deno.inspect(exit), /hidden/)
})
