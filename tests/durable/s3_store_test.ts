import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { openLog } from "../../lib/durable/log/log.ts"
import type { LogStore } from "../../lib/durable/log_store.ts"
import { storeOf } from "../../lib/durable/store/open.ts"
import { s3Store } from "../../lib/durable/store/s3.ts"
import { listObjects } from "../../lib/remote/s3/listing.ts"
import { deleteObject, putObject, type S3Place } from "../../lib/remote/s3/objects.ts"
import { readSettings } from "../../lib/remote/s3/settings.ts"
import { s3Server, withEnv } from "../servers/s3_server.ts"
import { bytesOf, entriesOf, textOf } from "./logs.ts"
import { testStore } from "./store_contract.ts"

const moto = s3Server(import.meta.url, "moto")

for (
  const { available, bucket, kind, provide } of [
    moto,
    s3Server(import.meta.url, "s3proxy"),
  ]
) {
  testStore(
    `S3, ${kind}`,
    Effect.gen(function* () {
      const name = yield* Effect.orDie(bucket)
      const context = yield* provide(Effect.context<never>())
      return {
        open: () => s3Store(`s3://${name}/deep/down`, context),
        putForeignFile: (file: string) =>
          provide(Effect.orDie(Effect.flatMap(
            readSettings(name),
            (s3) => putObject(s3, name, `deep/down/${file}`, new Uint8Array(3)),
          ))),
      }
    }),
    { ignore: !available },
  )
}

/** Two stores in one place, as two processes have them. */
const processes = (use: (open: () => LogStore, s3: S3Place) => Effect.Effect<unknown, unknown, Scope.Scope>) => () =>
  Effect.runPromise(Effect.asVoid(Effect.scoped(moto.provide(Effect.gen(function* () {
    const bucket = yield* moto.bucket
    const context = yield* Effect.context<never>()
    yield* use(() => s3Store(`s3://${bucket}/log`, context, new Set()), { bucket, key: "log" })
  })))))

const test = (
  name: string,
  use: (open: () => LogStore, s3: S3Place) => Effect.Effect<unknown, unknown, Scope.Scope>,
): void => Deno.test({ name, ignore: !moto.available, fn: processes(use) })

const takenOver = (error: { readonly _tag: string; readonly message: string }) => {
  assert.equal(error._tag, "StoreLocked")
  assert.match(
    error.message,
    /^s3:\/\/.*\/log was taken over by another process while this one was using it\. Only one/,
  )
}

test("s3Store: a process that takes the store over makes every write of the one before fail", (open) =>
  Effect.gen(function* () {
    const [first, second] = [open(), open()]
    yield* first.lock
    const file = yield* first.create("a-0000000001")
    yield* file.append([bytesOf("one")])
    yield* file.sync
    yield* file.append([bytesOf("two")])
    yield* second.lock
    takenOver(yield* Effect.flip(file.sync))
    takenOver(yield* Effect.flip(Effect.scoped(first.create("a-0000000002"))))
    takenOver(yield* Effect.flip(first.remove("a-0000000001")))
    assert.deepEqual(yield* second.list, ["a-0000000001"])
    assert.equal(textOf(yield* second.read("a-0000000001", 0, 99)), "one")
    const other = yield* second.create("a-0000000002")
    yield* Effect.andThen(other.append([bytesOf("three")]), other.sync)
    assert.deepEqual(yield* second.list, ["a-0000000001", "a-0000000002"])
    yield* open().lock
    takenOver(yield* Effect.flip(Effect.andThen(other.append([bytesOf("four")]), other.sync)))
  }))

test("s3Store: a file that the next process removes stays sealed for the one before", (open) =>
  Effect.gen(function* () {
    const [first, second] = [open(), open()]
    yield* first.lock
    const file = yield* first.create("a-0000000001")
    yield* Effect.andThen(file.append([bytesOf("one")]), file.sync)
    yield* second.lock
    yield* second.remove("a-0000000001")
    assert.deepEqual(yield* second.list, [])
    yield* open().lock
    takenOver(yield* Effect.flip(Effect.andThen(file.append([bytesOf("two")]), file.sync)))
  }))

test("s3Store: what was synced while another process took the store over is kept, and sealed behind it", (open) =>
  Effect.gen(function* () {
    for (let round = 0; round < 10; round++) {
      const name = `a-000000001${round}`
      const [first, second] = [open(), open()]
      yield* Effect.scoped(first.lock)
      const file = yield* first.create(name)
      let synced = 0
      const writing = Effect.forever(Effect.gen(function* () {
        yield* file.append([bytesOf("x")])
        yield* file.sync
        synced++
      }))
      const [error] = yield* Effect.all([Effect.flip(writing), Effect.delay(second.lock, round * 5)], {
        concurrency: 2,
      })
      takenOver(error)
      yield* second.list
      assert.equal((yield* second.read(name, 0, 9999)).length, synced)
    }
  }))

test("s3Store: of two processes that take the store at the same time, one at most goes on", (open) =>
  Effect.gen(function* () {
    for (let round = 0; round < 10; round++) {
      const stores = [open(), open(), open()]
      const locked = yield* Effect.forEach(stores, ({ lock }) => Effect.result(lock), { concurrency: 3 })
      const created = yield* Effect.forEach(
        stores.filter((_, i) => locked[i]?._tag === "Success"),
        (store) => Effect.result(store.create(`a-000000000${round}`)),
        { concurrency: 3 },
      )
      assert.equal(created.filter(({ _tag }) => _tag === "Success").length, 1)
      for (const each of [...locked, ...created]) {
        if (each._tag === "Failure") assert.equal(each.failure._tag, "StoreLocked")
      }
    }
  }))

test(
  "s3Store: the remains of a file whose removal was interrupted are no part of a new one",
  (open, { bucket, key }) =>
    Effect.gen(function* () {
      const s3 = yield* readSettings(bucket)
      yield* putObject(s3, bucket, `${key}/a-0000000001/0000000001`, bytesOf("old"))
      const store = open()
      assert.deepEqual(yield* store.list, [])
      const file = yield* store.create("a-0000000001")
      yield* file.append([bytesOf("new")])
      yield* file.sync
      assert.equal(textOf(yield* open().read("a-0000000001", 0, 99)), "new")
      yield* putObject(s3, bucket, `${key}/a-0000000002/0000000003`, bytesOf("old"))
      yield* store.lock
      assert.deepEqual(
        (yield* listObjects(s3, bucket, { prefix: `${key}/a-0000000002` })).objects.map(({ key }) => key),
        [],
      )
    }),
)

test(
  "s3Store: a file with an object missing is not read as a shorter one",
  (open, { bucket, key }) =>
    Effect.gen(function* () {
      const store = open()
      const file = yield* store.create("a-0000000001")
      for (const text of ["one", "two", "three"]) yield* Effect.andThen(file.append([bytesOf(text)]), file.sync)
      yield* deleteObject(yield* readSettings(bucket), bucket, `${key}/a-0000000001/0000000002`)
      const error = yield* Effect.flip(open().read("a-0000000001", 0, 99))
      assert.equal(error._tag, "FileMissing")
      assert.match(error.message, /^Cannot read s3:\/\/.*\/log\/a-0000000001: one of its objects is missing\./)
    }),
)

test("Log: entries on S3 are found by the next process, which fences off the one before", (open) =>
  Effect.gen(function* () {
    const options = { segmentBytes: 200 }
    const [first, second] = [open(), open()]
    yield* first.lock
    const log = yield* openLog(first, { name: "journal", ...options })
    const append = (text: string) => log.append(bytesOf(text))
    const texts = Array.from({ length: 20 }, (_, i) => `entry ${i} ${"x".repeat(20)}`)
    yield* Effect.forEach(texts, append, { concurrency: 4 })
    yield* log.clean(3)
    const found = yield* entriesOf(second, options)
    assert.deepEqual(found, texts.slice(-found.length))
    assert.ok(found.length > 5 && found.length < 20)
    takenOver(yield* Effect.flip(append("late")))
    assert.deepEqual(yield* entriesOf(open(), options), found)
  }))

test("s3Store: errors name the file, and say what S3 answered", (open, { bucket }) =>
  Effect.gen(function* () {
    const context = yield* Effect.context<never>()
    const none = yield* Effect.flip(s3Store("s3://no-such-bucket/log", context).list)
    assert.equal(none._tag, "StoreFailed")
    assert.match(
      none.message,
      /^Cannot list s3:\/\/no-such-bucket\/log: 404 NoSuchBucket: .* Check the disk or the service/,
    )
    const missing = yield* Effect.flip(open().read("a-0000000001", 0, 1))
    assert.match(missing.message, new RegExp(`^Cannot read s3://${bucket}/log/a-0000000001: there is no such file\\.`))
    const without = yield* withEnv({})(Effect.flip(s3Store("s3://bucket/log").list))
    assert.match(
      without.message,
      /^Cannot list s3:\/\/bucket\/log: there are no credentials for S3\. Set AWS_ACCESS_KEY_ID and/,
    )
  }))

Deno.test("storeOf() chooses the store by the scheme of the directory", async () => {
  const location = (directory: string) =>
    Effect.runPromise(Effect.map(storeOf(directory, "checkpoint"), ({ location }) => location))
  assert.equal(await location("/data/a b"), "/data/a b")
  assert.equal(await location("file:///data/a"), "/data/a")
  assert.equal(await location("s3://bucket/a/"), "s3://bucket/a")
  assert.equal(await location("s3a://bucket"), "s3a://bucket")
  const refusal = (directory: string) =>
    Effect.runPromise(Effect.map(Effect.flip(storeOf(directory, "checkpoint")), ({ message }) => message))
  assert.match(
    await refusal("gs://bucket/a"),
    /checkpoint.*directory.*gs:\/\/bucket\/a.*a path, or a URL that begins with one of file:\/\/, .*s3:\/\/, s3a:\/\//,
  )
  for (const directory of ["", "s3:///a", "file://host/a"]) assert.match(await refusal(directory), /a path, or a URL/)
})
