/** Files in HDFS that are open for some time, as a slow writer has them. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { HdfsServer } from "../../servers/hdfs_server.ts"

/** A file that is being written. */
export interface OpenFile {
  /** Ends the file, and waits until HDFS has closed it. */
  readonly close: Effect.Effect<void>
  /** Breaks the connection. HDFS closes the file with what it has received. */
  readonly abort: Effect.Effect<void>
}

const begin = async (server: HdfsServer, path: string, method: "PUT" | "POST", op: string, text: string) => {
  const url = `http://${server.http()}/webhdfs/v1${path}?op=${op}&user.name=${server.superuser}&noredirect=true`
  const { Location: location } = await (await fetch(url, { method })).json()
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const controller = new AbortController()
  const answer = fetch(location, { method, body: readable, signal: controller.signal })
    .then(async (response) => {
      await response.body?.cancel()
      if (!response.ok) throw new Error(`${op}: status ${response.status}`)
    })
  const writer = writable.getWriter()
  await writer.write(new TextEncoder().encode(text))
  const block =
    `http://${server.http()}/webhdfs/v1${path}?op=GET_BLOCK_LOCATIONS&offset=0&length=1&user.name=${server.superuser}`
  while (!/"isUnderConstruction":true/.test(await (await fetch(block)).text()));
  return {
    close: async () => {
      await writer.close()
      await answer
    },
    abort: async () => {
      controller.abort()
      await answer.catch(() => {})
      await writer.abort().catch(() => {})
    },
  }
}

/** Creates a file, or opens one to append, and writes a text. It is open until it is closed, or the scope ends. */
export const openFile = (
  server: HdfsServer,
  url: string,
  text: string,
  how: "create" | "append" = "create",
): Effect.Effect<OpenFile, never, Scope.Scope> =>
  Effect.gen(function* () {
    const path = url.replace(/^\w+:\/\/[^/]*/, "")
    const open = yield* Effect.promise(() =>
      how === "create" ? begin(server, path, "PUT", "CREATE", text) : begin(server, path, "POST", "APPEND", text)
    )
    let isEnded = false
    const once = (end: () => Promise<void>) =>
      Effect.suspend(() => {
        if (isEnded) return Effect.void
        isEnded = true
        return Effect.promise(end)
      })
    yield* Effect.addFinalizer(() => once(open.abort))
    return { close: once(open.close), abort: once(open.abort) }
  })
