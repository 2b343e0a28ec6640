/**
 * The messages of `artifacts.proto`. Written by `deno task proto`.
 *
 * @module
 */
import type { GenFile, GenMessage } from "@bufbuild/protobuf/codegenv2"
import { fileDesc, messageDesc } from "@bufbuild/protobuf/codegenv2"
import type { UserContext } from "./session_pb.ts"
import { file_session } from "./session_pb.ts"
import type { Message } from "@bufbuild/protobuf"

/** Describes the file artifacts.proto. */
export const file_artifacts: GenFile = /*@__PURE__*/
  fileDesc(
    "Cg9hcnRpZmFjdHMucHJvdG8SDXNwYXJrLmNvbm5lY3QivAYKE0FkZEFydGlmYWN0c1JlcXVlc3QSEgoKc2Vzc2lvbl9pZBgBIAEoCRIwCgx1c2VyX2NvbnRleHQYAiABKAsyGi5zcGFyay5jb25uZWN0LlVzZXJDb250ZXh0EjkKBWJhdGNoGAMgASgLMiguc3BhcmsuY29ubmVjdC5BZGRBcnRpZmFjdHNSZXF1ZXN0LkJhdGNoSAASTgoLYmVnaW5fY2h1bmsYBCABKAsyNy5zcGFyay5jb25uZWN0LkFkZEFydGlmYWN0c1JlcXVlc3QuQmVnaW5DaHVua2VkQXJ0aWZhY3RIABJBCgVjaHVuaxgFIAEoCzIwLnNwYXJrLmNvbm5lY3QuQWRkQXJ0aWZhY3RzUmVxdWVzdC5BcnRpZmFjdENodW5rSAASGAoLY2xpZW50X3R5cGUYBiABKAlIAYgBARIzCiZjbGllbnRfb2JzZXJ2ZWRfc2VydmVyX3NpZGVfc2Vzc2lvbl9pZBgHIAEoCUgCiAEBGlIKBUJhdGNoEkkKCWFydGlmYWN0cxgBIAMoCzI2LnNwYXJrLmNvbm5lY3QuQWRkQXJ0aWZhY3RzUmVxdWVzdC5TaW5nbGVDaHVua0FydGlmYWN0GmMKE1NpbmdsZUNodW5rQXJ0aWZhY3QSDAoEbmFtZRgBIAEoCRI+CgRkYXRhGAIgASgLMjAuc3BhcmsuY29ubmVjdC5BZGRBcnRpZmFjdHNSZXF1ZXN0LkFydGlmYWN0Q2h1bmsalgEKFEJlZ2luQ2h1bmtlZEFydGlmYWN0EgwKBG5hbWUYASABKAkSEwoLdG90YWxfYnl0ZXMYAiABKAMSEgoKbnVtX2NodW5rcxgDIAEoAxJHCg1pbml0aWFsX2NodW5rGAQgASgLMjAuc3BhcmsuY29ubmVjdC5BZGRBcnRpZmFjdHNSZXF1ZXN0LkFydGlmYWN0Q2h1bmsaKgoNQXJ0aWZhY3RDaHVuaxIMCgRkYXRhGAEgASgMEgsKA2NyYxgCIAEoA0IJCgdwYXlsb2FkQg4KDF9jbGllbnRfdHlwZUIpCidfY2xpZW50X29ic2VydmVkX3NlcnZlcl9zaWRlX3Nlc3Npb25faWQizgEKFEFkZEFydGlmYWN0c1Jlc3BvbnNlEkYKCWFydGlmYWN0cxgBIAMoCzIzLnNwYXJrLmNvbm5lY3QuQWRkQXJ0aWZhY3RzUmVzcG9uc2UuQXJ0aWZhY3RTdW1tYXJ5EhIKCnNlc3Npb25faWQYAiABKAkSHgoWc2VydmVyX3NpZGVfc2Vzc2lvbl9pZBgDIAEoCRo6Cg9BcnRpZmFjdFN1bW1hcnkSDAoEbmFtZRgBIAEoCRIZChFpc19jcmNfc3VjY2Vzc2Z1bBgCIAEoCGIGcHJvdG8z",
    [file_session],
  )

/** The message `spark.connect.AddArtifactsRequest`. */
export type AddArtifactsRequest = Message<"spark.connect.AddArtifactsRequest"> & {
  sessionId: string

  userContext?: UserContext | undefined

  payload: {
    value: AddArtifactsRequest_Batch
    case: "batch"
  } | {
    value: AddArtifactsRequest_BeginChunkedArtifact
    case: "beginChunk"
  } | {
    value: AddArtifactsRequest_ArtifactChunk
    case: "chunk"
  } | { case: undefined; value?: undefined }

  clientType?: string | undefined

  clientObservedServerSideSessionId?: string | undefined
}

/** Describes the message spark.connect.AddArtifactsRequest. */
export const AddArtifactsRequestSchema: GenMessage<AddArtifactsRequest> = /*@__PURE__*/
  messageDesc(file_artifacts, 0)

/** The message `spark.connect.AddArtifactsRequest.Batch`. */
export type AddArtifactsRequest_Batch = Message<"spark.connect.AddArtifactsRequest.Batch"> & {
  artifacts: AddArtifactsRequest_SingleChunkArtifact[]
}

/** Describes the message spark.connect.AddArtifactsRequest.Batch. */
export const AddArtifactsRequest_BatchSchema: GenMessage<AddArtifactsRequest_Batch> = /*@__PURE__*/
  messageDesc(file_artifacts, 0, 0)

/** The message `spark.connect.AddArtifactsRequest.SingleChunkArtifact`. */
export type AddArtifactsRequest_SingleChunkArtifact =
  & Message<"spark.connect.AddArtifactsRequest.SingleChunkArtifact">
  & {
    name: string

    data?: AddArtifactsRequest_ArtifactChunk | undefined
  }

/** Describes the message spark.connect.AddArtifactsRequest.SingleChunkArtifact. */
export const AddArtifactsRequest_SingleChunkArtifactSchema: GenMessage<
  AddArtifactsRequest_SingleChunkArtifact
> = /*@__PURE__*/
  messageDesc(file_artifacts, 0, 1)

/** The message `spark.connect.AddArtifactsRequest.BeginChunkedArtifact`. */
export type AddArtifactsRequest_BeginChunkedArtifact =
  & Message<"spark.connect.AddArtifactsRequest.BeginChunkedArtifact">
  & {
    name: string

    totalBytes: bigint

    numChunks: bigint

    initialChunk?: AddArtifactsRequest_ArtifactChunk | undefined
  }

/** Describes the message spark.connect.AddArtifactsRequest.BeginChunkedArtifact. */
export const AddArtifactsRequest_BeginChunkedArtifactSchema: GenMessage<
  AddArtifactsRequest_BeginChunkedArtifact
> = /*@__PURE__*/
  messageDesc(file_artifacts, 0, 2)

/** The message `spark.connect.AddArtifactsRequest.ArtifactChunk`. */
export type AddArtifactsRequest_ArtifactChunk = Message<"spark.connect.AddArtifactsRequest.ArtifactChunk"> & {
  data: Uint8Array

  /** CRC-32 of the data. */
  crc: bigint
}

/** Describes the message spark.connect.AddArtifactsRequest.ArtifactChunk. */
export const AddArtifactsRequest_ArtifactChunkSchema: GenMessage<AddArtifactsRequest_ArtifactChunk> = /*@__PURE__*/
  messageDesc(file_artifacts, 0, 3)

/** The message `spark.connect.AddArtifactsResponse`. */
export type AddArtifactsResponse = Message<"spark.connect.AddArtifactsResponse"> & {
  artifacts: AddArtifactsResponse_ArtifactSummary[]

  sessionId: string

  serverSideSessionId: string
}

/** Describes the message spark.connect.AddArtifactsResponse. */
export const AddArtifactsResponseSchema: GenMessage<AddArtifactsResponse> = /*@__PURE__*/
  messageDesc(file_artifacts, 1)

/** The message `spark.connect.AddArtifactsResponse.ArtifactSummary`. */
export type AddArtifactsResponse_ArtifactSummary = Message<"spark.connect.AddArtifactsResponse.ArtifactSummary"> & {
  name: string

  isCrcSuccessful: boolean
}

/** Describes the message spark.connect.AddArtifactsResponse.ArtifactSummary. */
export const AddArtifactsResponse_ArtifactSummarySchema: GenMessage<
  AddArtifactsResponse_ArtifactSummary
> = /*@__PURE__*/
  messageDesc(file_artifacts, 1, 0)
