import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as Scope from "effect/Scope"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import type { LogStore } from "../../../lib/durable/log_store.ts"
import { storeOf } from "../../../lib/durable/store/open.ts"
import { hdfsStore } from "../../../lib/durable/store/hdfs.ts"
import { makeFiles } from "../../../lib/engine/files.ts"
import { linesOf } from "../../child_process.ts"
import { bytesOf, entriesOf, textOf, withLog } from "../../durable/logs.ts"
import { testStore } from "../../durable/store_contract.ts"
import type { HdfsServer } from "../../servers/hdfs_server.ts"
import { as, configuration, temporaryDirectory, testHdfs } from "./hdfs_places.ts"
import { openFile } from "./open_file.ts"

const PROGRAM = new URL("./kill_program.ts", import.meta.url)
const ROUNDS = 3
const MOST_MS = 600

/** A store whose operations are done as a user. */
const storeAs = (server: HdfsServer, url: string, user?: string): LogStore =>
  hdfsStore(url, configuration(server, user))

/** Connections of requests without end, such as the one that a lock is held with, which a test can break. */
const breakable = () => {
  const controllers: Array<AbortController> = []
  const fetching: typeof globalThis.fetch = (input, init) => {
    if (!(init?.body instanceof ReadableStream)) return fetch(input, init)
    const controller = new AbortController()
    controllers.push(controller)
    return fetch(input, {
      ...init,
      signal: AbortSignal.any([controller.signal, ...(init.signal ? [init.signal] : [])]),
    })
  }
  return {
    around: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.provideService(effect, FetchHttpClient.Fetch, fetching),
    breakAll: () => controllers.forEach((controller) => controller.abort()),
  }
}

/** Declares the tests of the store of logs. */
export const testHdfsStore = (server: HdfsServer): void => {
  testStore(
    "hdfs",
    Effect.map(temporaryDirectory(server), (directory) => ({
      open: () => storeAs(server, `${directory}/deep/down`),
      putForeignFile: (name) =>
        Effect.orDie(
          as(server)(Effect.gen(function* () {
            const files = yield* makeFiles
            yield* files.makeDirectory(`${directory}/deep/down`)
            yield* files.write(`${directory}/deep/down/${name}`, [])
          })),
        ),
    })),
    { ignore: !server.available },
  )

  testHdfs(
    server,
    "LogStore: a process that has lost its lock to another one cannot change or read anything",
    (_, folder) =>
      Effect.gen(function* () {
        const { around, breakAll } = breakable()
        const [first, second] = [storeAs(server, folder), storeAs(server, folder)]
        const warnings: Array<string> = []
        const logger = Logger.make(({ message }) => void warnings.push(String(message)))
        yield* Effect.provide(around(first.lock), Logger.layer([logger]))
        const old = yield* first.create("a-0000000001")
        yield* old.append([bytesOf("kept")])
        yield* old.sync
        breakAll()
        yield* second.lock
        assert.equal(warnings.length, 1)
        assert.match(
          warnings[0] ?? "",
          /^The connection that reserves hdfs:.* has ended: no answer from http:.*aborted/,
        )
        assert.equal(textOf(yield* second.read("a-0000000001", 0, 99)), "kept")
        yield* old.append([bytesOf("lost")])
        const late = [
          old.sync,
          first.list,
          first.read("a-0000000001", 0, 9),
          Effect.scoped(first.create("a-0000000002")),
        ]
        for (const effect of late) {
          const error = yield* Effect.flip(Effect.asVoid(effect))
          assert.equal(error._tag, "StoreLocked")
          assert.ok(
            error.message.startsWith(`${folder} was taken over by another process while this one was using it. `),
          )
        }
        yield* first.remove("a-0000000001")
        assert.deepEqual(yield* second.list, ["a-0000000001"])
        assert.equal(textOf(yield* second.read("a-0000000001", 0, 99)), "kept")
      }),
  )

  testHdfs(server, "LogStore: a lock that is removed by hand can be taken", (files, folder) =>
    Effect.gen(function* () {
      const [first, second] = [storeAs(server, folder), storeAs(server, folder)]
      yield* first.lock
      const [lock] = (yield* files.list(folder)).filter(({ name }) => name.startsWith("lock-"))
      yield* files.remove(lock?.path ?? "")
      yield* second.lock
      assert.equal((yield* Effect.flip(Effect.scoped(first.create("a-0000000001"))))._tag, "StoreLocked")
      yield* Effect.scoped(second.create("a-0000000001"))
    }))

  testHdfs(
    server,
    "LogStore: a lock waits for an append that another process has begun, and finds its bytes",
    (files, folder) =>
      Effect.gen(function* () {
        yield* Effect.scoped(withFile(storeAs(server, folder), "begun,"))
        const [logs] = (yield* files.list(folder)).filter(({ isDirectory }) => isDirectory)
        const open = yield* openFile(server, `${logs?.path}/a-0000000001`, "late", "append")
        const store = storeAs(server, folder)
        const locking = yield* Effect.forkScoped(store.lock)
        yield* Effect.sleep("700 millis")
        assert.equal(locking.pollUnsafe(), undefined)
        yield* open.abort
        yield* Fiber.join(locking)
        assert.equal(textOf(yield* store.read("a-0000000001", 0, 99)), "begun,late")
      }),
  )

  testHdfs(
    server,
    "LogStore: of processes that lock at the same time, one succeeds",
    (_, folder) =>
      Effect.gen(function* () {
        const attempt = Effect.gen(function* () {
          const scope = yield* Scope.make()
          return { scope, exit: yield* Effect.exit(Scope.provide(storeAs(server, folder).lock, scope)) }
        })
        for (let round = 0; round < 3; round++) {
          const all = yield* Effect.all(Array.from({ length: 4 }, () => attempt), { concurrency: "unbounded" })
          assert.equal(all.filter(({ exit }) => Exit.isSuccess(exit)).length, 1)
          for (const { exit } of all) {
            if (Exit.isFailure(exit)) assert.match(String(exit), /is in use by another process/)
          }
          yield* Effect.forEach(all, ({ scope }) => Scope.close(scope, Exit.void))
        }
        const left = yield* as(server)(Effect.flatMap(makeFiles, (files) => files.list(folder)))
        assert.deepEqual(left.map(({ name }) => name.replace(/\d+$/, "")), ["logs-"])
      }),
  )

  testHdfs(server, "LogStore: a user without permission gets PermissionLost", (_, folder) =>
    Effect.gen(function* () {
      yield* Effect.scoped(withFile(storeAs(server, folder), "kept"))
      const stranger = storeAs(server, folder, "stranger")
      for (const effect of [Effect.scoped(stranger.lock), stranger.remove("a-0000000001")]) {
        const error = yield* Effect.flip(effect)
        assert.equal(error._tag, "PermissionLost")
        assert.match(
          error.message,
          /^Cannot (lock|remove) hdfs:.*: Permission denied: user=stranger, .*Give the process/,
        )
      }
      assert.equal(textOf(yield* stranger.read("a-0000000001", 0, 9)), "kept")
    }))

  testHdfs(
    server,
    "storeOf() opens the store of an HDFS URL, with the configuration of its caller",
    (files, folder) =>
      Effect.gen(function* () {
        const store = yield* as(server)(storeOf(`${folder}/checkpoints/`, "checkpoint"))
        assert.equal(store.location, `${folder}/checkpoints`)
        yield* Effect.scoped(withFile(store, "kept"))
        const found = yield* files.list(`${folder}/checkpoints/logs-0000000001`)
        assert.deepEqual(found.map(({ name, size }) => [name, size]), [["a-0000000001", 4]])
      }),
  )

  testKills(server)
}

/** Locks a store and writes a file. */
const withFile = (store: LogStore, text: string) =>
  Effect.gen(function* () {
    yield* store.lock
    const file = yield* store.create("a-0000000001")
    yield* file.append([bytesOf(text)])
    yield* file.sync
  })

const numbersIn = (lines: ReadonlyArray<string>, word: string) =>
  lines.filter((line) => line.startsWith(`${word} `)).map((line) => Number(line.slice(word.length + 1)))

const testKills = (server: HdfsServer): void => {
  const started = (url: string) =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--quiet", PROGRAM.href, url],
      env: { HADOOP_USER_NAME: server.superuser, HDFS_NAMENODE_HTTP_ADDRESS: server.http() },
      stdout: "piped",
    }).spawn()

  testHdfs(
    server,
    `LogStore: ${ROUNDS} processes that are killed lose no durable entry, and the next one goes on at once`,
    (_, folder) =>
      Effect.gen(function* () {
        let last = -1
        for (let round = 0; round < ROUNDS; round++) {
          const process = started(folder)
          const printed: Array<string> = []
          yield* Effect.promise(async () => {
            for await (const line of linesOf(process)) {
              if (printed.push(line) === 1) setTimeout(() => process.kill("SIGKILL"), Math.random() * MOST_MS)
            }
            await process.status
          })
          const [found = NaN] = numbersIn(printed, "found")
          assert.ok(found > last, `round ${round}: found ${found} entries, but ${last} was durable`)
          last = Math.max(last, ...numbersIn(printed, "done"))
        }
        const numbers = (yield* entriesOf(storeAs(server, folder))).map(Number)
        assert.deepEqual(numbers, numbers.map((_, i) => i))
        assert.ok(numbers.length > last && last > 0)
      }),
  )

  testHdfs(
    server,
    "LogStore: a second process is refused while the first one lives, and not after it was killed",
    (_, folder) =>
      Effect.gen(function* () {
        const process = started(folder)
        const lines = linesOf(process)
        yield* Effect.promise(() => lines.next())
        const use = withLog(storeAs(server, folder), {}, (log) => log.append(bytesOf("9999")))
        const error = yield* Effect.flip(use)
        assert.equal(error._tag, "StoreLocked")
        process.kill("SIGKILL")
        yield* Effect.promise(() => process.status)
        yield* Effect.promise(() => lines.return())
        yield* use
      }),
  )
}
