import assert from "node:assert/strict"
import { Effect } from "effect"
import { runtimeFiles } from "../../../lib/engine/files.ts"

const BLOCK = 1 << 20
const opened = { blockSize: BLOCK, length: 0, modificationTime: 1000, pathSuffix: "slow", type: "FILE" }
const closed = { ...opened, length: 7, modificationTime: 2000 }

/** A NameNode on which a file is closed after its first status was answered. */
const closing = (): Deno.HttpServer<Deno.NetAddr> => {
  let asked = 0
  const answers = (operation: string | null): object => {
    if (operation === "GET_BLOCK_LOCATIONS") return { LocatedBlocks: { isUnderConstruction: false } }
    const status = asked++ === 0 ? opened : closed
    return operation === "GETFILESTATUS"
      ? { FileStatus: { ...status, pathSuffix: "" } }
      : { DirectoryListing: { partialListing: { FileStatuses: { FileStatus: [status] } }, remainingEntries: 0 } }
  }
  return Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) => Response.json(answers(new URL(request.url).searchParams.get("op"))),
  )
}

const whileClosing = async (use: (folder: string) => Effect.Effect<unknown, unknown>): Promise<void> => {
  const server = closing()
  const folder = `webhdfs://127.0.0.1:${server.addr.port}/in`
  await Effect.runPromise(Effect.asVoid(use(folder))).finally(() => server.shutdown())
}

Deno.test("listNew() and stat() give the size and time that a file has once it is closed", async () => {
  await whileClosing((folder) =>
    Effect.map(
      runtimeFiles.stat(`${folder}/slow`),
      ({ isOpen, modifiedMs, size }) => assert.deepEqual([isOpen, modifiedMs, size], [undefined, 2000, 7]),
    )
  )
  await whileClosing((folder) =>
    Effect.map(
      runtimeFiles.listNew(folder, () => false),
      (entries) =>
        assert.deepEqual(entries.map(({ isOpen, modifiedMs, size }) => [isOpen, modifiedMs, size]), [[
          undefined,
          2000,
          7,
        ]]),
    )
  )
})
