/**
 * The messages of `operations.proto`. Written by `deno task proto`.
 *
 * @module
 */
import type { GenEnum, GenFile, GenMessage } from "@bufbuild/protobuf/codegenv2"
import { enumDesc, fileDesc, messageDesc } from "@bufbuild/protobuf/codegenv2"
import type { UserContext } from "./session_pb.ts"
import { file_session } from "./session_pb.ts"
import type { Message } from "@bufbuild/protobuf"

/** Describes the file operations.proto. */
export const file_operations: GenFile = /*@__PURE__*/
  fileDesc(
    "ChBvcGVyYXRpb25zLnByb3RvEg1zcGFyay5jb25uZWN0IrICChZSZWF0dGFjaEV4ZWN1dGVSZXF1ZXN0EhIKCnNlc3Npb25faWQYASABKAkSMAoMdXNlcl9jb250ZXh0GAIgASgLMhouc3BhcmsuY29ubmVjdC5Vc2VyQ29udGV4dBIUCgxvcGVyYXRpb25faWQYAyABKAkSGAoLY2xpZW50X3R5cGUYBCABKAlIAIgBARIdChBsYXN0X3Jlc3BvbnNlX2lkGAUgASgJSAGIAQESMwomY2xpZW50X29ic2VydmVkX3NlcnZlcl9zaWRlX3Nlc3Npb25faWQYBiABKAlIAogBAUIOCgxfY2xpZW50X3R5cGVCEwoRX2xhc3RfcmVzcG9uc2VfaWRCKQonX2NsaWVudF9vYnNlcnZlZF9zZXJ2ZXJfc2lkZV9zZXNzaW9uX2lkIt4CChVSZWxlYXNlRXhlY3V0ZVJlcXVlc3QSEgoKc2Vzc2lvbl9pZBgBIAEoCRIwCgx1c2VyX2NvbnRleHQYAiABKAsyGi5zcGFyay5jb25uZWN0LlVzZXJDb250ZXh0EhQKDG9wZXJhdGlvbl9pZBgDIAEoCRIYCgtjbGllbnRfdHlwZRgEIAEoCUgBiAEBEkYKC3JlbGVhc2VfYWxsGAUgASgLMi8uc3BhcmsuY29ubmVjdC5SZWxlYXNlRXhlY3V0ZVJlcXVlc3QuUmVsZWFzZUFsbEgAEjMKJmNsaWVudF9vYnNlcnZlZF9zZXJ2ZXJfc2lkZV9zZXNzaW9uX2lkGAcgASgJSAKIAQEaDAoKUmVsZWFzZUFsbEIJCgdyZWxlYXNlQg4KDF9jbGllbnRfdHlwZUIpCidfY2xpZW50X29ic2VydmVkX3NlcnZlcl9zaWRlX3Nlc3Npb25faWQiTAoWUmVsZWFzZUV4ZWN1dGVSZXNwb25zZRISCgpzZXNzaW9uX2lkGAEgASgJEh4KFnNlcnZlcl9zaWRlX3Nlc3Npb25faWQYAyABKAkioAMKEEludGVycnVwdFJlcXVlc3QSEgoKc2Vzc2lvbl9pZBgBIAEoCRIwCgx1c2VyX2NvbnRleHQYAiABKAsyGi5zcGFyay5jb25uZWN0LlVzZXJDb250ZXh0EhgKC2NsaWVudF90eXBlGAMgASgJSAGIAQESRQoOaW50ZXJydXB0X3R5cGUYBCABKA4yLS5zcGFyay5jb25uZWN0LkludGVycnVwdFJlcXVlc3QuSW50ZXJydXB0VHlwZRIWCgxvcGVyYXRpb25faWQYBiABKAlIABIzCiZjbGllbnRfb2JzZXJ2ZWRfc2VydmVyX3NpZGVfc2Vzc2lvbl9pZBgHIAEoCUgCiAEBIlAKDUludGVycnVwdFR5cGUSHgoaSU5URVJSVVBUX1RZUEVfVU5TUEVDSUZJRUQQABIfChtJTlRFUlJVUFRfVFlQRV9PUEVSQVRJT05fSUQQA0ILCglpbnRlcnJ1cHRCDgoMX2NsaWVudF90eXBlQikKJ19jbGllbnRfb2JzZXJ2ZWRfc2VydmVyX3NpZGVfc2Vzc2lvbl9pZCJgChFJbnRlcnJ1cHRSZXNwb25zZRISCgpzZXNzaW9uX2lkGAEgASgJEhcKD2ludGVycnVwdGVkX2lkcxgCIAMoCRIeChZzZXJ2ZXJfc2lkZV9zZXNzaW9uX2lkGAMgASgJYgZwcm90bzM",
    [file_session],
  )

/** The message `spark.connect.ReattachExecuteRequest`. */
export type ReattachExecuteRequest = Message<"spark.connect.ReattachExecuteRequest"> & {
  sessionId: string

  userContext?: UserContext | undefined

  operationId: string

  clientType?: string | undefined

  lastResponseId?: string | undefined

  clientObservedServerSideSessionId?: string | undefined
}

/** Describes the message spark.connect.ReattachExecuteRequest. */
export const ReattachExecuteRequestSchema: GenMessage<ReattachExecuteRequest> = /*@__PURE__*/
  messageDesc(file_operations, 0)

/** The message `spark.connect.ReleaseExecuteRequest`. */
export type ReleaseExecuteRequest = Message<"spark.connect.ReleaseExecuteRequest"> & {
  sessionId: string

  userContext?: UserContext | undefined

  operationId: string

  clientType?: string | undefined

  release: {
    value: ReleaseExecuteRequest_ReleaseAll
    case: "releaseAll"
  } | { case: undefined; value?: undefined }

  clientObservedServerSideSessionId?: string | undefined
}

/** Describes the message spark.connect.ReleaseExecuteRequest. */
export const ReleaseExecuteRequestSchema: GenMessage<ReleaseExecuteRequest> = /*@__PURE__*/
  messageDesc(file_operations, 1)

/** The message `spark.connect.ReleaseExecuteRequest.ReleaseAll`. */
export type ReleaseExecuteRequest_ReleaseAll = Message<"spark.connect.ReleaseExecuteRequest.ReleaseAll">

/** Describes the message spark.connect.ReleaseExecuteRequest.ReleaseAll. */
export const ReleaseExecuteRequest_ReleaseAllSchema: GenMessage<ReleaseExecuteRequest_ReleaseAll> = /*@__PURE__*/
  messageDesc(file_operations, 1, 0)

/** The message `spark.connect.ReleaseExecuteResponse`. */
export type ReleaseExecuteResponse = Message<"spark.connect.ReleaseExecuteResponse"> & {
  sessionId: string

  serverSideSessionId: string
}

/** Describes the message spark.connect.ReleaseExecuteResponse. */
export const ReleaseExecuteResponseSchema: GenMessage<ReleaseExecuteResponse> = /*@__PURE__*/
  messageDesc(file_operations, 2)

/** The message `spark.connect.InterruptRequest`. */
export type InterruptRequest = Message<"spark.connect.InterruptRequest"> & {
  sessionId: string

  userContext?: UserContext | undefined

  clientType?: string | undefined

  interruptType: InterruptRequest_InterruptType

  interrupt: {
    value: string
    case: "operationId"
  } | { case: undefined; value?: undefined }

  clientObservedServerSideSessionId?: string | undefined
}

/** Describes the message spark.connect.InterruptRequest. */
export const InterruptRequestSchema: GenMessage<InterruptRequest> = /*@__PURE__*/
  messageDesc(file_operations, 3)

/** The enum `spark.connect.InterruptRequest.InterruptType`. */
export enum InterruptRequest_InterruptType {
  UNSPECIFIED = 0,

  OPERATION_ID = 3,
}

/** Describes the enum spark.connect.InterruptRequest.InterruptType. */
export const InterruptRequest_InterruptTypeSchema: GenEnum<InterruptRequest_InterruptType> = /*@__PURE__*/
  enumDesc(file_operations, 3, 0)

/** The message `spark.connect.InterruptResponse`. */
export type InterruptResponse = Message<"spark.connect.InterruptResponse"> & {
  sessionId: string

  interruptedIds: string[]

  serverSideSessionId: string
}

/** Describes the message spark.connect.InterruptResponse. */
export const InterruptResponseSchema: GenMessage<InterruptResponse> = /*@__PURE__*/
  messageDesc(file_operations, 4)
