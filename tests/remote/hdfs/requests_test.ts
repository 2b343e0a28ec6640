import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import { appendOnce } from "../../../lib/durable/store/hdfs_append.ts"
import { runtimeFiles } from "../../../lib/engine/files.ts"
import { type Hdfs, makeHdfs } from "../../../lib/remote/hdfs/client.ts"
import type { HdfsError } from "../../../lib/remote/hdfs/errors.ts"

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

type Answer = (request: Request, url: URL) => Response | Promise<Response>

const failure = (exception: string, message: string, status = 403) =>
  Response.json({ RemoteException: { exception, javaClassName: `org.example.${exception}`, message } }, { status })

/** Runs a body against a server that answers as told. `asked` has the operations of requests, in order. */
const against = async (
  answers: Answer,
  body: (hdfs: Hdfs, asked: ReadonlyArray<string>) => Effect.Effect<unknown, unknown>,
): Promise<void> => {
  const asked: Array<string> = []
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {}, onError: () => new Response() },
    (request) => {
      const url = new URL(request.url)
      asked.push(`${url.searchParams.get("op")}${url.pathname.startsWith("/data") ? " data" : ""}`)
      return answers(request, url)
    },
  )
  const hdfs = makeHdfs(`http://127.0.0.1:${server.addr.port}/webhdfs/v1`, "me")
  await Effect.runPromise(Effect.asVoid(body(hdfs, asked))).finally(() => server.shutdown())
}

/** What the NameNode answers to be asked for a DataNode. */
const toDataNode = ({ host, search }: URL, node = host) => Response.json({ Location: `http://${node}/data${search}` })

/** A port at which no server listens. */
const closedPort = (): number => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 })
  return listener.addr.port
}

Deno.test("requests name the user, and go to the DataNode that the NameNode names", async () => {
  await against((_, url) => {
    assert.equal(url.searchParams.get("user.name"), "me")
    return url.pathname === "/data" ? new Response("content") : toDataNode(url)
  }, (hdfs, asked) =>
    Effect.gen(function* () {
      assert.deepEqual(yield* hdfs.read("/a", 0, 9), bytesOf("content"))
      assert.deepEqual(asked, ["OPEN", "OPEN data"])
    }))
})

Deno.test("requests follow a NameNode that redirects, as old versions do, with their body", async () => {
  let body = ""
  await against(async (request, url) => {
    if (url.pathname !== "/data") {
      return new Response(null, { status: 307, headers: { location: `http://${url.host}/data${url.search}` } })
    }
    body = await request.text()
    return new Response(null, { status: 201 })
  }, (hdfs) => hdfs.create("/a", bytesOf("content"), { overwrite: false }))
  assert.equal(body, "content")
})

Deno.test("a DataNode that cannot be reached is left out, and the request goes to another one", async () => {
  const port = closedPort()
  await against((_, url) => {
    if (url.pathname === "/data") return new Response("content")
    return toDataNode(url, url.searchParams.get("excludedatanodes") === "127.0.0.1" ? url.host : `127.0.0.1:${port}`)
  }, (hdfs, asked) =>
    Effect.gen(function* () {
      assert.deepEqual(yield* hdfs.read("/a", 0, 9), bytesOf("content"))
      assert.deepEqual(asked, ["OPEN", "OPEN", "OPEN data"])
    }))
})

Deno.test("the error names the DataNode if the NameNode knows no other", async () => {
  const port = closedPort()
  await against(
    (_, url) =>
      url.searchParams.has("excludedatanodes")
        ? failure("IOException", "Failed to find datanode, suggest to check cluster health.")
        : toDataNode(url, `127.0.0.1:${port}`),
    (hdfs) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(hdfs.create("/a", bytesOf("x"), { overwrite: false }))
        assert.match(error.message, new RegExp(`^no answer from http://127\\.0\\.0\\.1:${port}: .*refused`, "i"))
      }),
  )
})

Deno.test("a server that is busy is asked again, and errors leave out the stack traces of DataNodes", async () => {
  let left = 2
  const busy = () => failure("RetriableException", "org.apache.hadoop.ipc.RetriableException: not yet", 500)
  await against((_, url) => {
    if (left-- > 0) return busy()
    return url.pathname === "/data"
      ? failure(
        "AccessControlException",
        "Permission denied: user=me\n\tat org.example.A(A.java:1)\n\tat B(B.java:2)\n",
      )
      : toDataNode(url)
  }, (hdfs, asked) =>
    Effect.gen(function* () {
      const { message, reason } = yield* Effect.flip(hdfs.append("/a", bytesOf("x")))
      assert.equal(reason, "refused")
      assert.equal(
        message,
        "Permission denied: user=me. Set HADOOP_USER_NAME to a user that may do this, or change the permissions " +
          "(AccessControlException)",
      )
      assert.deepEqual(asked, ["APPEND", "APPEND", "APPEND", "APPEND data"])
    }))
})

Deno.test("a server that asks for a login is refused, and says what is supported", async () => {
  await against(
    () => new Response("<html>", { status: 401, headers: { "www-authenticate": "Negotiate" } }),
    (hdfs) =>
      Effect.gen(function* () {
        const { message, reason } = yield* Effect.flip(hdfs.status("/a"))
        assert.equal(reason, "refused")
        assert.match(message, /asks for a login \(HTTP status 401\), and only the authentication "simple" is supported/)
      }),
  )
})

/** A file of a DataNode that may break the connection after or before it has appended. */
const appending = (appends: boolean, text: string) => {
  let content = text
  const answers: Answer = async (request, url) => {
    const op = url.searchParams.get("op")
    if (op === "GET_BLOCK_LOCATIONS") return Response.json({ LocatedBlocks: { isUnderConstruction: false } })
    if (op === "GETFILESTATUS") return Response.json({ FileStatus: { type: "FILE", length: content.length } })
    if (url.pathname !== "/data") return toDataNode(url)
    if (appends) content += await request.text()
    return new Response(
      new ReadableStream({ pull: (controller) => controller.error(new Error("the connection breaks")) }),
    )
  }
  return { answers, content: () => content }
}

Deno.test("appendOnce() succeeds if the answer is lost and the file has the bytes", async () => {
  const file = appending(true, "abc")
  await against(file.answers, (hdfs) => appendOnce(hdfs, "/a", 3, bytesOf("def")))
  assert.equal(file.content(), "abcdef")
})

Deno.test("appendOnce() fails, and does not try again, if the answer is lost and the file has not the bytes", async () => {
  const file = appending(false, "abc")
  await against(file.answers, (hdfs, asked) =>
    Effect.gen(function* () {
      const { reason }: HdfsError = yield* Effect.flip(appendOnce(hdfs, "/a", 3, bytesOf("def")))
      assert.equal(reason, "lost")
      assert.equal(asked.filter((each) => each === "APPEND data").length, 1)
    }))
  assert.equal(file.content(), "abc")
})

Deno.test("appendOnce() waits for a writer that has the file open, and appends then", async () => {
  let opened = 3
  let content = "abc"
  await against(async (request, url) => {
    const op = url.searchParams.get("op")
    if (op === "GET_BLOCK_LOCATIONS") return Response.json({ LocatedBlocks: { isUnderConstruction: opened > 0 } })
    if (url.pathname !== "/data") return toDataNode(url)
    if (opened-- > 0) return failure("AlreadyBeingCreatedException", "Failed to APPEND_FILE /a")
    content += await request.text()
    return new Response()
  }, (hdfs) => appendOnce(hdfs, "/a", 3, bytesOf("def")))
  assert.equal(content, "abcdef")
})

Deno.test(
  "without permission for the network, requests are refused at once",
  { permissions: { net: false } },
  async () => {
    const hdfs = makeHdfs("http://127.0.0.1:9870/webhdfs/v1", undefined)
    const { message, reason } = await Effect.runPromise(Effect.flip(hdfs.status("/a")))
    assert.equal(reason, "refused")
    assert.match(message, /^no answer from http:\/\/127\.0\.0\.1:9870: Requires net access to .* --allow-net/)
  },
)

Deno.test("without permission for a setting, files fail with PermissionDenied and its name", {
  permissions: { env: false },
}, async () => {
  const { message, reason } = await Effect.runPromise(Effect.flip(runtimeFiles.exists("webhdfs://127.0.0.1/a")))
  assert.equal(reason, "PermissionDenied")
  assert.match(message, /^Cannot find webhdfs:.*: cannot read the setting HADOOP_USER_NAME: .*--allow-env/)
})
