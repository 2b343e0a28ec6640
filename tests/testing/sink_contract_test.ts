/** The check of sinks passes sinks that keep the contract, and finds each way to break it. */
import assert from "node:assert/strict"
import { DatabaseSync } from "node:sqlite"
import type { DStream } from "@dstream/dstream"
import * as Sqlite from "@dstream/dstream/sqlite"
import { Testing } from "@dstream/dstream/testing"
import * as Effect from "effect/Effect"

type Sink = DStream.Sink<number, string>

/** A store in memory, by key. `change` breaks a part of it. */
const inMemory = (
  change: (key: (batch: DStream.SinkBatch) => string, store: Map<string, ReadonlyArray<number>>) => Sink,
) => {
  const store = new Map<string, ReadonlyArray<number>>()
  return {
    open: Effect.succeed(change(({ output, time }) => `${output} ${time}`, store)),
    read: Effect.sync(() => Array.from(store.values()).flat()),
    record: (n: number) => n,
  }
}

const whole = (keyOf: (batch: DStream.SinkBatch) => string, store: Map<string, ReadonlyArray<number>>): Sink => ({
  begin: (batch) =>
    Effect.sync(() => {
      const key = keyOf(batch)
      if (store.has(key)) return undefined
      const written: Array<number> = []
      return {
        write: (records) => Effect.sync(() => void written.push(...records)),
        commit: Effect.sync(() => void store.set(key, written)),
      }
    }),
})

Deno.test("checkSink() passes a sink that keeps the contract", () =>
  Effect.runPromise(Testing.checkSink(inMemory(whole))))

const broken: Readonly<Record<string, readonly [rule: RegExp, sink: typeof whole]>> = {
  "writes at once": [/leaves nothing \(nothing instead of commit\)/, (keyOf, store) => ({
    begin: (batch) =>
      Effect.sync(() => {
        const key = keyOf(batch)
        if (store.has(key) && batch.attempt > 0) return undefined
        return {
          write: (records) => Effect.sync(() => void store.set(key, [...store.get(key) ?? [], ...records])),
          commit: Effect.void,
        }
      }),
  })],
  "knows batches by their time only": [
    /outputs with different names/,
    (_, store) => whole(({ time }) => String(time), store),
  ],
  "forgets empty batches": [/without records is committed too/, (keyOf, store) => ({
    begin: (batch) =>
      Effect.map(whole(keyOf, store).begin(batch), (transaction) =>
        transaction && {
          ...transaction,
          commit: Effect.andThen(
            transaction.commit,
            Effect.sync(() => {
              if (store.get(keyOf(batch))?.length === 0) store.delete(keyOf(batch))
            }),
          ),
        }),
  })],
  "marks a batch when it begins": [/can run again/, (keyOf, store) => ({
    begin: (batch) =>
      Effect.tap(whole(keyOf, store).begin(batch), () =>
        Effect.sync(() => {
          if (!store.has(keyOf(batch))) store.set(keyOf(batch), [])
        })),
  })],
}

for (const [name, [rule, sink]] of Object.entries(broken)) {
  Deno.test(`checkSink() finds a sink that ${name}`, async () => {
    const error = await Effect.runPromise(Effect.flip(Testing.checkSink(inMemory(sink))))
    assert.ok(error instanceof Testing.SinkBroken, String(error))
    assert.match(error.message, rule)
  })
}

Deno.test("checkSink() passes the SQLite sink of saveToSql", () =>
  Effect.runPromise(Effect.gen(function* () {
    const directory = yield* Effect.promise(() => Deno.makeTempDir())
    const path = `${directory}/records.db`
    const setUp = new DatabaseSync(path)
    setUp.exec("CREATE TABLE records (n INTEGER)")
    setUp.close()
    const sql = Sqlite.sink({ path })
    const insert = { table: "records", columns: ["n"] }
    const sink: DStream.Sink<number, DStream.SqlError> = {
      begin: ({ output, time }) =>
        Effect.map(sql.begin({ output, batchTime: time, insert, keepMarks: Infinity }), (transaction) =>
          transaction && {
            write: (records) => transaction.write(records.map((n) => [n])),
            commit: transaction.commit,
          }),
    }
    const read = Effect.sync(() => {
      const database = new DatabaseSync(path)
      const rows = database.prepare("SELECT n FROM records").all().map(({ n }) => Number(n))
      database.close()
      return rows
    })
    yield* Testing.checkSink({ open: Effect.succeed(sink), read, record: (n) => n })
    yield* Effect.promise(() => Deno.remove(directory, { recursive: true }))
  })))
