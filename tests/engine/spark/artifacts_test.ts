/** Files that are uploaded to a server. */
import assert from "node:assert/strict"
import { crc32 } from "node:zlib"
import * as Effect from "effect/Effect"
import type { AddArtifactsRequest } from "../../../lib/engine/spark/connect/proto/artifacts_pb.ts"
import { connectTo, failureOf, type FakeServer, fakeServer, run } from "./fake_server.ts"

interface Uploaded {
  readonly name: string
  readonly bytes: Uint8Array
  readonly chunks: number
}

/** Receives files as Spark's server does: checks the sums and sizes that the client names. */
const receiving = (uploaded: Array<Uploaded>, isCrcSuccessful = true) => (server: FakeServer) => ({
  addArtifacts: async (requests: AsyncIterable<AddArtifactsRequest>) => {
    const parts: Array<Uint8Array> = []
    let name = ""
    let sizes: readonly [chunks: number, bytes: number] | undefined
    const take = (chunk: { readonly data: Uint8Array; readonly crc: bigint } | undefined) => {
      assert.ok(chunk !== undefined)
      assert.equal(chunk.crc, BigInt(crc32(chunk.data)))
      parts.push(chunk.data)
    }
    for await (const { payload } of requests) {
      if (payload.case === "batch") {
        assert.equal(payload.value.artifacts.length, 1)
        name = payload.value.artifacts[0]?.name ?? ""
        take(payload.value.artifacts[0]?.data)
      } else if (payload.case === "beginChunk") {
        name = payload.value.name
        sizes = [Number(payload.value.numChunks), Number(payload.value.totalBytes)]
        take(payload.value.initialChunk)
      } else take(payload.value)
    }
    const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
    parts.reduce((at, part) => (bytes.set(part, at), at + part.length), 0)
    if (sizes !== undefined) assert.deepEqual(sizes, [parts.length, bytes.length])
    uploaded.push({ name, bytes, chunks: parts.length })
    return { serverSideSessionId: server.serverSideSessionId, artifacts: [{ name, isCrcSuccessful }] }
  },
})

const CHUNK = 256 * 1024

for (
  const [size, chunks] of [[0, 1], [1, 1], [CHUNK, 1], [CHUNK + 1, 2], [2 * CHUNK, 2], [5 * CHUNK - 1, 5]] as const
) {
  Deno.test(`a file of ${size} bytes arrives in ${chunks} parts`, () =>
    run(Effect.gen(function* () {
      const uploaded: Array<Uploaded> = []
      const cluster = yield* connectTo(yield* fakeServer(receiving(uploaded)))
      const bytes = new Uint8Array(size).map((_, index) => index % 251)
      yield* cluster.upload("files/a.js", bytes)
      assert.deepEqual(uploaded, [{ name: "files/a.js", bytes, chunks }])
    })))
}

Deno.test("a file whose check sum differs on the server fails", () =>
  run(Effect.gen(function* () {
    const cluster = yield* connectTo(yield* fakeServer(receiving([], false)))
    const error = yield* failureOf(cluster.upload("files/a.js", Uint8Array.of(1)))
    assert.equal(error._tag, "SparkFailed")
    assert.match(error.message, /failed to upload files\/a\.js: the file has changed on the way/)
  })))

Deno.test("an upload is made again if the connection breaks", () =>
  run(Effect.gen(function* () {
    const uploaded: Array<Uploaded> = []
    let attempts = 0
    const server = yield* fakeServer((server) => ({
      addArtifacts: async (requests) => {
        if (attempts++ > 0) return await receiving(uploaded)(server).addArtifacts(requests)
        for await (const _request of requests) {
          server.end("destroy")
          break
        }
        return {}
      },
    }))
    const cluster = yield* connectTo(server)
    yield* cluster.upload("files/a.js", new Uint8Array(3 * CHUNK))
    assert.deepEqual([attempts, uploaded.length, uploaded[0]?.chunks], [2, 1, 3])
  })))
