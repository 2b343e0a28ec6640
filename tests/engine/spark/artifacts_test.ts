/** Files that are uploaded to a server, and rows that are too large for a request. */
import assert from "node:assert/strict"
import { crc32 } from "node:zlib"
import * as Effect from "effect/Effect"
import { piecesOf, withLargeRows } from "../../../lib/engine/spark/connect/large_rows.ts"
import { SparkUnavailable } from "../../../lib/engine/spark/errors.ts"
import type { Relation, Rows } from "../../../lib/engine/spark/relations.ts"
import type { AddArtifactsRequest } from "../../../lib/engine/spark/connect/proto/artifacts_pb.ts"
import { anything, connectTo, failureOf, type FakeServer, fakeServer, run } from "./fake_server.ts"

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

const sized = (...sizes: ReadonlyArray<number>): Rows => {
  const zeros = new Int32Array(sizes.length)
  const b = sizes.map((size) => new Uint8Array(size))
  return { p: zeros, t: zeros, s: zeros, c: Int32Array.from(sizes, (_, row) => row), b }
}

Deno.test("rows are cut into pieces of one row or of a limited size", () => {
  const cut = (...sizes: ReadonlyArray<number>) => piecesOf(sized(...sizes), 10).map(({ c }) => [...c])
  assert.deepEqual(cut(), [])
  assert.deepEqual(cut(1, 2, 3), [[0, 1, 2]])
  assert.deepEqual(cut(5, 5, 1), [[0, 1], [2]])
  assert.deepEqual(cut(20, 1, 20, 20), [[0], [1], [2], [3]])
  assert.deepEqual(cut(0, 0, 10, 0, 1), [[0, 1, 2, 3], [4]])
})

Deno.test("rows that are too large for a request are kept piece by piece, and released after use, whatever happens", () =>
  run(Effect.gen(function* () {
    const kept: Array<number> = []
    const released: Array<string> = []
    const large = {
      keep: (relation: Relation) =>
        Effect.sync(() => {
          if (relation.kind === "rows") kept.push(relation.rows.b.length)
          return { id: `k${kept.length}` }
        }),
      forget: (ids: ReadonlyArray<string>) => Effect.sync(() => void released.push(...ids)),
    }
    const mib = 1024 * 1024
    const rows: Relation = { kind: "rows", rows: sized(...Array.from({ length: 10 }, () => 10 * mib)) }
    const relation: Relation = {
      kind: "shuffled",
      partitions: 2,
      of: { kind: "union", of: [rows, { kind: "kept", id: "k" }] },
    }
    const used = yield* withLargeRows(large, relation, Effect.succeed)
    const pieces = ["k1", "k2", "k3", "k4"].map((id): Relation => ({ kind: "kept", id }))
    const union: Relation = { kind: "union", of: [{ kind: "union", of: pieces }, { kind: "kept", id: "k" }] }
    assert.deepEqual(used, { kind: "shuffled", partitions: 2, of: union })
    assert.deepEqual([kept, released], [[3, 3, 3, 1], ["k1", "k2", "k3", "k4"]])
    const failure = new SparkUnavailable({ where: "spark:15002", text: "away" })
    assert.equal(yield* Effect.flip(withLargeRows(large, relation, () => Effect.fail(failure))), failure)
    assert.deepEqual(released.slice(4), ["k5", "k6", "k7", "k8"])
    assert.equal(yield* withLargeRows(large, anything, (same) => Effect.succeed(same === anything)), true)
  })))
