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
    "Cg9hcnRpZmFjdHMucHJvdG8SDXNwYXJrLmNvbm5lY3QiyAQKE0FkZEFydGlmYWN0c1JlcXVlc3QSEgoKc2Vzc2lvbl9pZBgBIAEoCRIwCgx1c2VyX2NvbnRleHQYAiABKAsyGi5zcGFyay5jb25uZWN0LlVzZXJDb250ZXh0Ek4KC2JlZ2luX2NodW5rGAQgASgLMjcuc3BhcmsuY29ubmVjdC5BZGRBcnRpZmFjdHNSZXF1ZXN0LkJlZ2luQ2h1bmtlZEFydGlmYWN0SAASQQoFY2h1bmsYBSABKAsyMC5zcGFyay5jb25uZWN0LkFkZEFydGlmYWN0c1JlcXVlc3QuQXJ0aWZhY3RDaHVua0gAEhgKC2NsaWVudF90eXBlGAYgASgJSAGIAQESMwomY2xpZW50X29ic2VydmVkX3NlcnZlcl9zaWRlX3Nlc3Npb25faWQYByABKAlIAogBARqWAQoUQmVnaW5DaHVua2VkQXJ0aWZhY3QSDAoEbmFtZRgBIAEoCRITCgt0b3RhbF9ieXRlcxgCIAEoAxISCgpudW1fY2h1bmtzGAMgASgDEkcKDWluaXRpYWxfY2h1bmsYBCABKAsyMC5zcGFyay5jb25uZWN0LkFkZEFydGlmYWN0c1JlcXVlc3QuQXJ0aWZhY3RDaHVuaxoqCg1BcnRpZmFjdENodW5rEgwKBGRhdGEYASABKAwSCwoDY3JjGAIgASgDQgkKB3BheWxvYWRCDgoMX2NsaWVudF90eXBlQikKJ19jbGllbnRfb2JzZXJ2ZWRfc2VydmVyX3NpZGVfc2Vzc2lvbl9pZCLOAQoUQWRkQXJ0aWZhY3RzUmVzcG9uc2USRgoJYXJ0aWZhY3RzGAEgAygLMjMuc3BhcmsuY29ubmVjdC5BZGRBcnRpZmFjdHNSZXNwb25zZS5BcnRpZmFjdFN1bW1hcnkSEgoKc2Vzc2lvbl9pZBgCIAEoCRIeChZzZXJ2ZXJfc2lkZV9zZXNzaW9uX2lkGAMgASgJGjoKD0FydGlmYWN0U3VtbWFyeRIMCgRuYW1lGAEgASgJEhkKEWlzX2NyY19zdWNjZXNzZnVsGAIgASgIYgZwcm90bzM",
    [file_session],
  )

/** The message `spark.connect.AddArtifactsRequest`. */
export type AddArtifactsRequest = Message<"spark.connect.AddArtifactsRequest"> & {
  sessionId: string

  userContext?: UserContext | undefined

  payload: {
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
  messageDesc(file_artifacts, 0, 0)

/** The message `spark.connect.AddArtifactsRequest.ArtifactChunk`. */
export type AddArtifactsRequest_ArtifactChunk = Message<"spark.connect.AddArtifactsRequest.ArtifactChunk"> & {
  data: Uint8Array

  /** CRC-32 of the data. */
  crc: bigint
}

/** Describes the message spark.connect.AddArtifactsRequest.ArtifactChunk. */
export const AddArtifactsRequest_ArtifactChunkSchema: GenMessage<AddArtifactsRequest_ArtifactChunk> = /*@__PURE__*/
  messageDesc(file_artifacts, 0, 1)

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
