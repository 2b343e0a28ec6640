/**
 * Uploading files.
 *
 * @module
 */
import { create, type MessageInitShape } from "@bufbuild/protobuf"
import * as Effect from "effect/Effect"
import { crc32 } from "node:zlib"
import { type ClusterError, SparkFailed } from "../errors.ts"
import {
  type AddArtifactsRequest,
  type AddArtifactsRequest_ArtifactChunk,
  AddArtifactsRequest_ArtifactChunkSchema,
  AddArtifactsRequestSchema,
} from "./proto/artifacts_pb.ts"
import type { Head, Session } from "./session.ts"

/** How many bytes one message carries. */
const CHUNK = 256 * 1024

/** How many bytes a millisecond the slowest connection carries that an upload waits for. */
const SLOWEST = 100

const chunkOf = (bytes: Uint8Array, index: number): AddArtifactsRequest_ArtifactChunk => {
  const data = bytes.subarray(index * CHUNK, (index + 1) * CHUNK)
  return create(AddArtifactsRequest_ArtifactChunkSchema, { data, crc: BigInt(crc32(data)) })
}

async function* requests(head: Head, name: string, bytes: Uint8Array): AsyncGenerator<AddArtifactsRequest> {
  const message = (payload: MessageInitShape<typeof AddArtifactsRequestSchema>["payload"]): AddArtifactsRequest =>
    create(AddArtifactsRequestSchema, { ...head, ...(payload === undefined ? {} : { payload }) })
  const count = Math.ceil(bytes.length / CHUNK)
  const first = chunkOf(bytes, 0)
  // The server breaks the connection for a file of a single part that is not in a batch.
  if (count <= 1) return yield message({ case: "batch", value: { artifacts: [{ name, data: first }] } })
  const sizes = { totalBytes: BigInt(bytes.length), numChunks: BigInt(count) }
  yield message({ case: "beginChunk", value: { name, ...sizes, initialChunk: first } })
  for (let index = 1; index < count; index++) yield message({ case: "chunk", value: chunkOf(bytes, index) })
}

/** Uploads a file. The server compares the check sums of its parts. */
export const upload = (session: Session, name: string, bytes: Uint8Array): Effect.Effect<void, ClusterError> => {
  const operation = `upload ${name}`
  const timeoutMs = session.limits.callMs + Math.ceil(bytes.length / SLOWEST)
  return session.call(
    operation,
    (calls, head, options) => calls.addArtifacts(requests(head, name, bytes), options),
    timeoutMs,
  )
    .pipe(
      Effect.flatMap(({ artifacts }) =>
        artifacts.every(({ isCrcSuccessful }) => isCrcSuccessful) ? Effect.void : Effect.fail(
          new SparkFailed({
            where: session.where,
            operation,
            text: "the file has changed on the way: its check sum is another one",
            causes: [],
          }),
        )
      ),
    )
}
