/**
 * The messages of `session.proto`. Written by `deno task proto`.
 *
 * @module
 */
import type { GenFile, GenMessage } from "@bufbuild/protobuf/codegenv2"
import { fileDesc, messageDesc } from "@bufbuild/protobuf/codegenv2"
import type { Message } from "@bufbuild/protobuf"

/** Describes the file session.proto. */
export const file_session: GenFile = /*@__PURE__*/
  fileDesc(
    "Cg1zZXNzaW9uLnByb3RvEg1zcGFyay5jb25uZWN0IjEKC1VzZXJDb250ZXh0Eg8KB3VzZXJfaWQYASABKAkSEQoJdXNlcl9uYW1lGAIgASgJIsgCChJBbmFseXplUGxhblJlcXVlc3QSEgoKc2Vzc2lvbl9pZBgBIAEoCRIwCgx1c2VyX2NvbnRleHQYAiABKAsyGi5zcGFyay5jb25uZWN0LlVzZXJDb250ZXh0EhgKC2NsaWVudF90eXBlGAMgASgJSAGIAQESRwoNc3BhcmtfdmVyc2lvbhgKIAEoCzIuLnNwYXJrLmNvbm5lY3QuQW5hbHl6ZVBsYW5SZXF1ZXN0LlNwYXJrVmVyc2lvbkgAEjMKJmNsaWVudF9vYnNlcnZlZF9zZXJ2ZXJfc2lkZV9zZXNzaW9uX2lkGBEgASgJSAKIAQEaDgoMU3BhcmtWZXJzaW9uQgkKB2FuYWx5emVCDgoMX2NsaWVudF90eXBlQikKJ19jbGllbnRfb2JzZXJ2ZWRfc2VydmVyX3NpZGVfc2Vzc2lvbl9pZCK+AQoTQW5hbHl6ZVBsYW5SZXNwb25zZRISCgpzZXNzaW9uX2lkGAEgASgJEkgKDXNwYXJrX3ZlcnNpb24YCCABKAsyLy5zcGFyay5jb25uZWN0LkFuYWx5emVQbGFuUmVzcG9uc2UuU3BhcmtWZXJzaW9uSAASHgoWc2VydmVyX3NpZGVfc2Vzc2lvbl9pZBgPIAEoCRofCgxTcGFya1ZlcnNpb24SDwoHdmVyc2lvbhgBIAEoCUIICgZyZXN1bHQikgMKDUNvbmZpZ1JlcXVlc3QSEgoKc2Vzc2lvbl9pZBgBIAEoCRIwCgx1c2VyX2NvbnRleHQYAiABKAsyGi5zcGFyay5jb25uZWN0LlVzZXJDb250ZXh0EjkKCW9wZXJhdGlvbhgDIAEoCzImLnNwYXJrLmNvbm5lY3QuQ29uZmlnUmVxdWVzdC5PcGVyYXRpb24SGAoLY2xpZW50X3R5cGUYBCABKAlIAIgBARIzCiZjbGllbnRfb2JzZXJ2ZWRfc2VydmVyX3NpZGVfc2Vzc2lvbl9pZBgIIAEoCUgBiAEBGkcKCU9wZXJhdGlvbhIvCgNzZXQYASABKAsyIC5zcGFyay5jb25uZWN0LkNvbmZpZ1JlcXVlc3QuU2V0SABCCQoHb3BfdHlwZRotCgNTZXQSJgoFcGFpcnMYASADKAsyFy5zcGFyay5jb25uZWN0LktleVZhbHVlQg4KDF9jbGllbnRfdHlwZUIpCidfY2xpZW50X29ic2VydmVkX3NlcnZlcl9zaWRlX3Nlc3Npb25faWQiNQoIS2V5VmFsdWUSCwoDa2V5GAEgASgJEhIKBXZhbHVlGAIgASgJSACIAQFCCAoGX3ZhbHVlIlYKDkNvbmZpZ1Jlc3BvbnNlEhIKCnNlc3Npb25faWQYASABKAkSEAoId2FybmluZ3MYAyADKAkSHgoWc2VydmVyX3NpZGVfc2Vzc2lvbl9pZBgEIAEoCSKHAQoVUmVsZWFzZVNlc3Npb25SZXF1ZXN0EhIKCnNlc3Npb25faWQYASABKAkSMAoMdXNlcl9jb250ZXh0GAIgASgLMhouc3BhcmsuY29ubmVjdC5Vc2VyQ29udGV4dBIYCgtjbGllbnRfdHlwZRgDIAEoCUgAiAEBQg4KDF9jbGllbnRfdHlwZSJMChZSZWxlYXNlU2Vzc2lvblJlc3BvbnNlEhIKCnNlc3Npb25faWQYASABKAkSHgoWc2VydmVyX3NpZGVfc2Vzc2lvbl9pZBgCIAEoCWIGcHJvdG8z",
  )

/** The message `spark.connect.UserContext`. */
export type UserContext = Message<"spark.connect.UserContext"> & {
  userId: string

  userName: string
}

/** Describes the message spark.connect.UserContext. */
export const UserContextSchema: GenMessage<UserContext> = /*@__PURE__*/
  messageDesc(file_session, 0)

/** The message `spark.connect.AnalyzePlanRequest`. */
export type AnalyzePlanRequest = Message<"spark.connect.AnalyzePlanRequest"> & {
  sessionId: string

  userContext?: UserContext | undefined

  clientType?: string | undefined

  analyze: {
    value: AnalyzePlanRequest_SparkVersion
    case: "sparkVersion"
  } | { case: undefined; value?: undefined }

  clientObservedServerSideSessionId?: string | undefined
}

/** Describes the message spark.connect.AnalyzePlanRequest. */
export const AnalyzePlanRequestSchema: GenMessage<AnalyzePlanRequest> = /*@__PURE__*/
  messageDesc(file_session, 1)

/** The message `spark.connect.AnalyzePlanRequest.SparkVersion`. */
export type AnalyzePlanRequest_SparkVersion = Message<"spark.connect.AnalyzePlanRequest.SparkVersion">

/** Describes the message spark.connect.AnalyzePlanRequest.SparkVersion. */
export const AnalyzePlanRequest_SparkVersionSchema: GenMessage<AnalyzePlanRequest_SparkVersion> = /*@__PURE__*/
  messageDesc(file_session, 1, 0)

/** The message `spark.connect.AnalyzePlanResponse`. */
export type AnalyzePlanResponse = Message<"spark.connect.AnalyzePlanResponse"> & {
  sessionId: string

  result: {
    value: AnalyzePlanResponse_SparkVersion
    case: "sparkVersion"
  } | { case: undefined; value?: undefined }

  serverSideSessionId: string
}

/** Describes the message spark.connect.AnalyzePlanResponse. */
export const AnalyzePlanResponseSchema: GenMessage<AnalyzePlanResponse> = /*@__PURE__*/
  messageDesc(file_session, 2)

/** The message `spark.connect.AnalyzePlanResponse.SparkVersion`. */
export type AnalyzePlanResponse_SparkVersion = Message<"spark.connect.AnalyzePlanResponse.SparkVersion"> & {
  version: string
}

/** Describes the message spark.connect.AnalyzePlanResponse.SparkVersion. */
export const AnalyzePlanResponse_SparkVersionSchema: GenMessage<AnalyzePlanResponse_SparkVersion> = /*@__PURE__*/
  messageDesc(file_session, 2, 0)

/** The message `spark.connect.ConfigRequest`. */
export type ConfigRequest = Message<"spark.connect.ConfigRequest"> & {
  sessionId: string

  userContext?: UserContext | undefined

  operation?: ConfigRequest_Operation | undefined

  clientType?: string | undefined

  clientObservedServerSideSessionId?: string | undefined
}

/** Describes the message spark.connect.ConfigRequest. */
export const ConfigRequestSchema: GenMessage<ConfigRequest> = /*@__PURE__*/
  messageDesc(file_session, 3)

/** The message `spark.connect.ConfigRequest.Operation`. */
export type ConfigRequest_Operation = Message<"spark.connect.ConfigRequest.Operation"> & {
  opType: {
    value: ConfigRequest_Set
    case: "set"
  } | { case: undefined; value?: undefined }
}

/** Describes the message spark.connect.ConfigRequest.Operation. */
export const ConfigRequest_OperationSchema: GenMessage<ConfigRequest_Operation> = /*@__PURE__*/
  messageDesc(file_session, 3, 0)

/** The message `spark.connect.ConfigRequest.Set`. */
export type ConfigRequest_Set = Message<"spark.connect.ConfigRequest.Set"> & {
  pairs: KeyValue[]
}

/** Describes the message spark.connect.ConfigRequest.Set. */
export const ConfigRequest_SetSchema: GenMessage<ConfigRequest_Set> = /*@__PURE__*/
  messageDesc(file_session, 3, 1)

/** The message `spark.connect.KeyValue`. */
export type KeyValue = Message<"spark.connect.KeyValue"> & {
  key: string

  value?: string | undefined
}

/** Describes the message spark.connect.KeyValue. */
export const KeyValueSchema: GenMessage<KeyValue> = /*@__PURE__*/
  messageDesc(file_session, 4)

/** The message `spark.connect.ConfigResponse`. */
export type ConfigResponse = Message<"spark.connect.ConfigResponse"> & {
  sessionId: string

  warnings: string[]

  serverSideSessionId: string
}

/** Describes the message spark.connect.ConfigResponse. */
export const ConfigResponseSchema: GenMessage<ConfigResponse> = /*@__PURE__*/
  messageDesc(file_session, 5)

/** The message `spark.connect.ReleaseSessionRequest`. */
export type ReleaseSessionRequest = Message<"spark.connect.ReleaseSessionRequest"> & {
  sessionId: string

  userContext?: UserContext | undefined

  clientType?: string | undefined
}

/** Describes the message spark.connect.ReleaseSessionRequest. */
export const ReleaseSessionRequestSchema: GenMessage<ReleaseSessionRequest> = /*@__PURE__*/
  messageDesc(file_session, 6)

/** The message `spark.connect.ReleaseSessionResponse`. */
export type ReleaseSessionResponse = Message<"spark.connect.ReleaseSessionResponse"> & {
  sessionId: string

  serverSideSessionId: string
}

/** Describes the message spark.connect.ReleaseSessionResponse. */
export const ReleaseSessionResponseSchema: GenMessage<ReleaseSessionResponse> = /*@__PURE__*/
  messageDesc(file_session, 7)
