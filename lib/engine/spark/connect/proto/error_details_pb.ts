/**
 * The messages of `error_details.proto`. Written by `deno task proto`.
 *
 * @module
 */
import type { GenFile, GenMessage } from "@bufbuild/protobuf/codegenv2"
import { fileDesc, messageDesc } from "@bufbuild/protobuf/codegenv2"
import type { UserContext } from "./session_pb.ts"
import { file_session } from "./session_pb.ts"
import type { Message } from "@bufbuild/protobuf"

/** Describes the file error_details.proto. */
export const file_error_details: GenFile = /*@__PURE__*/
  fileDesc(
    "ChNlcnJvcl9kZXRhaWxzLnByb3RvEg1zcGFyay5jb25uZWN0IvwBChhGZXRjaEVycm9yRGV0YWlsc1JlcXVlc3QSEgoKc2Vzc2lvbl9pZBgBIAEoCRIwCgx1c2VyX2NvbnRleHQYAiABKAsyGi5zcGFyay5jb25uZWN0LlVzZXJDb250ZXh0EhAKCGVycm9yX2lkGAMgASgJEhgKC2NsaWVudF90eXBlGAQgASgJSACIAQESMwomY2xpZW50X29ic2VydmVkX3NlcnZlcl9zaWRlX3Nlc3Npb25faWQYBSABKAlIAYgBAUIOCgxfY2xpZW50X3R5cGVCKQonX2NsaWVudF9vYnNlcnZlZF9zZXJ2ZXJfc2lkZV9zZXNzaW9uX2lkIusDChlGZXRjaEVycm9yRGV0YWlsc1Jlc3BvbnNlEhsKDnJvb3RfZXJyb3JfaWR4GAEgASgFSACIAQESPgoGZXJyb3JzGAIgAygLMi4uc3BhcmsuY29ubmVjdC5GZXRjaEVycm9yRGV0YWlsc1Jlc3BvbnNlLkVycm9yEh4KFnNlcnZlcl9zaWRlX3Nlc3Npb25faWQYAyABKAkSEgoKc2Vzc2lvbl9pZBgEIAEoCRrHAQoFRXJyb3ISHAoUZXJyb3JfdHlwZV9oaWVyYXJjaHkYASADKAkSDwoHbWVzc2FnZRgCIAEoCRIWCgljYXVzZV9pZHgYBCABKAVIAIgBARJVCg9zcGFya190aHJvd2FibGUYBSABKAsyNy5zcGFyay5jb25uZWN0LkZldGNoRXJyb3JEZXRhaWxzUmVzcG9uc2UuU3BhcmtUaHJvd2FibGVIAYgBAUIMCgpfY2F1c2VfaWR4QhIKEF9zcGFya190aHJvd2FibGUaYAoOU3BhcmtUaHJvd2FibGUSGAoLZXJyb3JfY2xhc3MYASABKAlIAIgBARIWCglzcWxfc3RhdGUYBCABKAlIAYgBAUIOCgxfZXJyb3JfY2xhc3NCDAoKX3NxbF9zdGF0ZUIRCg9fcm9vdF9lcnJvcl9pZHhiBnByb3RvMw",
    [file_session],
  )

/** The message `spark.connect.FetchErrorDetailsRequest`. */
export type FetchErrorDetailsRequest = Message<"spark.connect.FetchErrorDetailsRequest"> & {
  sessionId: string

  userContext?: UserContext | undefined

  errorId: string

  clientType?: string | undefined

  clientObservedServerSideSessionId?: string | undefined
}

/** Describes the message spark.connect.FetchErrorDetailsRequest. */
export const FetchErrorDetailsRequestSchema: GenMessage<FetchErrorDetailsRequest> = /*@__PURE__*/
  messageDesc(file_error_details, 0)

/** The message `spark.connect.FetchErrorDetailsResponse`. */
export type FetchErrorDetailsResponse = Message<"spark.connect.FetchErrorDetailsResponse"> & {
  rootErrorIdx?: number | undefined

  errors: FetchErrorDetailsResponse_Error[]

  serverSideSessionId: string

  sessionId: string
}

/** Describes the message spark.connect.FetchErrorDetailsResponse. */
export const FetchErrorDetailsResponseSchema: GenMessage<FetchErrorDetailsResponse> = /*@__PURE__*/
  messageDesc(file_error_details, 1)

/** The message `spark.connect.FetchErrorDetailsResponse.Error`. */
export type FetchErrorDetailsResponse_Error = Message<"spark.connect.FetchErrorDetailsResponse.Error"> & {
  errorTypeHierarchy: string[]

  message: string

  causeIdx?: number | undefined

  sparkThrowable?: FetchErrorDetailsResponse_SparkThrowable | undefined
}

/** Describes the message spark.connect.FetchErrorDetailsResponse.Error. */
export const FetchErrorDetailsResponse_ErrorSchema: GenMessage<FetchErrorDetailsResponse_Error> = /*@__PURE__*/
  messageDesc(file_error_details, 1, 0)

/** The message `spark.connect.FetchErrorDetailsResponse.SparkThrowable`. */
export type FetchErrorDetailsResponse_SparkThrowable =
  & Message<"spark.connect.FetchErrorDetailsResponse.SparkThrowable">
  & {
    errorClass?: string | undefined

    sqlState?: string | undefined
  }

/** Describes the message spark.connect.FetchErrorDetailsResponse.SparkThrowable. */
export const FetchErrorDetailsResponse_SparkThrowableSchema: GenMessage<
  FetchErrorDetailsResponse_SparkThrowable
> = /*@__PURE__*/
  messageDesc(file_error_details, 1, 1)
