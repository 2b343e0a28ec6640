import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import { makeFiles, runtimeFiles } from "../../../lib/engine/files.ts"
import type { FileEntry, Files } from "../../../lib/rdd/files/files.ts"
import { testFiles } from "../../rdd/files/files_contract.ts"
import type { HdfsServer } from "../../servers/hdfs_server.ts"
import { as, temporaryDirectory, testHdfs } from "./hdfs_places.ts"
import { openFile } from "./open_file.ts"

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** Declares the tests of files. */
export const testHdfsFiles = (server: HdfsServer): void => {
  for (const scheme of ["hdfs", "webhdfs"] as const) {
    testFiles(scheme, {
      place: Effect.gen(function* () {
        const folder = yield* temporaryDirectory(server, scheme)
        return { files: yield* as(server)(makeFiles), folder }
      }),
      // HDFS itself forbids it.
      forbiddenNames: ["a:b"],
      ignore: !server.available,
    })
  }

  testHdfs(
    server,
    "Files.list() and listNew() give a directory that HDFS lists in several parts",
    (files, folder) =>
      Effect.gen(function* () {
        const names = Array.from({ length: 25 }, (_, i) => `f${String(i).padStart(2, "0")}`)
        yield* Effect.forEach(names, (name) => files.write(`${folder}/${name}`, []), { concurrency: 4 })
        assert.deepEqual((yield* files.list(folder)).map(({ name }) => name), names)
        const found = yield* files.listNew(folder, (name) => name < "f22")
        assert.deepEqual(found.map(({ name }) => name), ["f22", "f23", "f24"])
      }),
  )

  testHdfs(
    server,
    "Files.listNew() and stat() tell which files are still being written",
    (files, folder) =>
      Effect.gen(function* () {
        yield* files.write(`${folder}/empty`, [])
        yield* files.write(`${folder}/whole`, [bytesOf("whole")])
        const open = yield* openFile(server, `${folder}/open`, "first")
        const summary = ({ isOpen, name, size }: FileEntry) => [name, size, isOpen ?? false]
        assert.deepEqual((yield* files.listNew(folder, () => false)).map(summary).toSorted(), [
          ["empty", 0, false],
          ["open", 0, true],
          ["whole", 5, false],
        ])
        const before = yield* files.stat(`${folder}/open`)
        assert.deepEqual(summary(before), ["open", 0, true])
        yield* open.close
        const after = yield* files.stat(`${folder}/open`)
        assert.deepEqual(summary(after), ["open", 5, false])
        assert.ok((after.modifiedMs ?? 0) > (before.modifiedMs ?? Infinity))
      }),
  )

  testHdfs(
    server,
    "Files.write() fails below a file and in place of a directory, and leaves nothing behind",
    (files, folder) =>
      Effect.gen(function* () {
        yield* files.write(`${folder}/a`, [bytesOf("old")])
        const taken = yield* Effect.flip(files.write(`${folder}/a/b`, [bytesOf("new")]))
        assert.equal(taken.reason, "NotFound")
        yield* files.makeDirectory(`${folder}/d/e`)
        const onDirectory = yield* Effect.flip(files.write(`${folder}/d`, [bytesOf("new")]))
        assert.equal(onDirectory.reason, "Other")
        assert.match(onDirectory.message, /^Cannot write hdfs:.*\/d: .*must both be (files|directories)/)
        assert.deepEqual((yield* files.list(folder)).map(({ name }) => name), ["a", "d"])
        assert.equal(textOf(yield* files.read(`${folder}/a`, 0, 9)), "old")
      }),
  )

  testHdfs(
    server,
    "Files do not look below the path of a URL for . and .., and take paths with empty parts",
    (files, folder) =>
      Effect.gen(function* () {
        yield* files.write(`${folder}/a`, [bytesOf("a")])
        yield* files.makeDirectory(`${folder}/d`)
        assert.equal(textOf(yield* files.read(`${folder}//d/./..///a`, 0, 9)), "a")
      }),
  )

  testFailures(server)
}

const messageOf = <A>(effect: Effect.Effect<A, { readonly message: string; readonly reason: string }>) =>
  Effect.map(Effect.flip(effect), ({ message, reason }) => `${reason}: ${message}`)

/** A port at which no server listens. */
const freePort = (): number => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 })
  return listener.addr.port
}

const testFailures = (server: HdfsServer): void => {
  testHdfs(
    server,
    "Files that are missing, or below a file, fail with NotFound",
    (files, folder) =>
      Effect.gen(function* () {
        assert.match(
          yield* messageOf(files.read(`${folder}/none`, 0, 1)),
          /^NotFound: Cannot read hdfs:.*\/none: File \/tests\/[^ ]*\/none not found \(FileNotFoundException\)$/,
        )
        yield* files.write(`${folder}/a`, [])
        assert.match(yield* messageOf(files.stat(`${folder}/a/b`)), /^NotFound: Cannot find .*: File does not exist: /)
        assert.match(
          yield* messageOf(files.makeDirectory(`${folder}/a`)),
          /^AlreadyExists: Cannot make directory .*\/a: Path is not a directory: .*\(FileAlreadyExistsException\)$/,
        )
        assert.match(yield* messageOf(files.append(`${folder}/x/y`, [])), /^NotFound: .*Parent directory doesn't exist/)
      }),
  )

  testHdfs(
    server,
    "A user without permission gets PermissionDenied, with the user and what to do",
    (_, folder) =>
      Effect.gen(function* () {
        const files = yield* as(server, "stranger")(makeFiles)
        const write = yield* messageOf(files.write(`${folder}/a`, []))
        assert.match(
          write,
          /^PermissionDenied: Cannot write hdfs:.*\/a: Permission denied: user=stranger, access=WRITE/,
        )
        assert.match(write, /\. Set HADOOP_USER_NAME to a user that may do this, or change the permissions \(Acc/)
        assert.match(yield* messageOf(files.remove(folder)), /^PermissionDenied: Cannot remove hdfs:/)
        assert.deepEqual(yield* files.list(folder), [])
      }),
  )

  const safeMode = (mode: "enter" | "leave") => Effect.promise(async () => await server.safeMode?.(mode))
  testHdfs(
    server,
    "In safe mode changes fail, and say so, and files can be read",
    (files, folder) =>
      Effect.gen(function* () {
        yield* files.write(`${folder}/a`, [bytesOf("a")])
        yield* safeMode("enter")
        const write = yield* messageOf(files.write(`${folder}/b`, []))
        const read = yield* Effect.exit(files.read(`${folder}/a`, 0, 9))
        yield* safeMode("leave")
        assert.match(write, /^Other: Cannot write hdfs:.*\/b: .*Name node is in safe mode\..* \(SafeModeException\)$/)
        assert.equal(read._tag, "Success")
        yield* files.write(`${folder}/b`, [])
      }),
    server.safeMode === undefined,
  )

  testHdfs(
    server,
    "An address without a server, with another one, or without a host fails and says what to check",
    () =>
      Effect.gen(function* () {
        const { exists } = runtimeFiles
        assert.match(
          yield* messageOf(exists(`webhdfs://127.0.0.1:${freePort()}/a`)),
          /^Other: Cannot find webhdfs:.*\/a: no answer from http:\/\/127\.0\.0\.1:\d+: .*refused.*\. Check that HDFS runs/i,
        )
        assert.match(
          yield* messageOf(exists("hdfs:///a")),
          /^Other: Cannot find hdfs:\/\/\/a: the URL must name the NameNode, as in hdfs:\/\/host\/path and webhdfs:\/\/host:9870\/path$/,
        )
        const plain = Deno.serve(
          { port: 0, hostname: "127.0.0.1", onListen: () => {} },
          () => new Response("hello", { status: 404 }),
        )
        assert.match(
          yield* messageOf(exists(`webhdfs://127.0.0.1:${plain.addr.port}/a`)),
          /^Other: .*answers with HTTP status 404, but not as WebHDFS does\. Check that this is the HTTP address of a NameNode$/,
        )
        yield* Effect.promise(() => plain.shutdown())
      }),
  )

  testHdfs(server, "Files are not renamed into another HDFS", (files: Files, folder) =>
    Effect.gen(function* () {
      yield* files.write(`${folder}/a`, [])
      const target = `webhdfs://localhost:${server.http().split(":")[1]}/b`
      const source = folder.replace(/^hdfs:\/\/[^/]*/, `webhdfs://${server.http()}`)
      assert.match(
        yield* messageOf(files.rename(`${source}/a`, target)),
        /^Other: Cannot rename webhdfs:.*\/a: webhdfs:\/\/localhost:\d+\/b is in another HDFS\. Read the file/,
      )
    }))
}
