/**
 * The messages of `service.proto`. Written by `deno task proto`.
 *
 * @module
 */
import type { GenFile, GenService } from "@bufbuild/protobuf/codegenv2"
import { fileDesc, serviceDesc } from "@bufbuild/protobuf/codegenv2"
import type { AddArtifactsRequestSchema, AddArtifactsResponseSchema } from "./artifacts_pb.ts"
import { file_artifacts } from "./artifacts_pb.ts"
import type { FetchErrorDetailsRequestSchema, FetchErrorDetailsResponseSchema } from "./error_details_pb.ts"
import { file_error_details } from "./error_details_pb.ts"
import type { ExecutePlanRequestSchema, ExecutePlanResponseSchema } from "./execution_pb.ts"
import { file_execution } from "./execution_pb.ts"
import type {
  InterruptRequestSchema,
  InterruptResponseSchema,
  ReattachExecuteRequestSchema,
  ReleaseExecuteRequestSchema,
  ReleaseExecuteResponseSchema,
} from "./operations_pb.ts"
import { file_operations } from "./operations_pb.ts"
import type {
  AnalyzePlanRequestSchema,
  AnalyzePlanResponseSchema,
  ConfigRequestSchema,
  ConfigResponseSchema,
  ReleaseSessionRequestSchema,
  ReleaseSessionResponseSchema,
} from "./session_pb.ts"
import { file_session } from "./session_pb.ts"

/** Describes the file service.proto. */
export const file_service: GenFile = /*@__PURE__*/
  fileDesc(
    "Cg1zZXJ2aWNlLnByb3RvEg1zcGFyay5jb25uZWN0MrsGChNTcGFya0Nvbm5lY3RTZXJ2aWNlElYKC0V4ZWN1dGVQbGFuEiEuc3BhcmsuY29ubmVjdC5FeGVjdXRlUGxhblJlcXVlc3QaIi5zcGFyay5jb25uZWN0LkV4ZWN1dGVQbGFuUmVzcG9uc2UwARJUCgtBbmFseXplUGxhbhIhLnNwYXJrLmNvbm5lY3QuQW5hbHl6ZVBsYW5SZXF1ZXN0GiIuc3BhcmsuY29ubmVjdC5BbmFseXplUGxhblJlc3BvbnNlEkUKBkNvbmZpZxIcLnNwYXJrLmNvbm5lY3QuQ29uZmlnUmVxdWVzdBodLnNwYXJrLmNvbm5lY3QuQ29uZmlnUmVzcG9uc2USWQoMQWRkQXJ0aWZhY3RzEiIuc3BhcmsuY29ubmVjdC5BZGRBcnRpZmFjdHNSZXF1ZXN0GiMuc3BhcmsuY29ubmVjdC5BZGRBcnRpZmFjdHNSZXNwb25zZSgBEk4KCUludGVycnVwdBIfLnNwYXJrLmNvbm5lY3QuSW50ZXJydXB0UmVxdWVzdBogLnNwYXJrLmNvbm5lY3QuSW50ZXJydXB0UmVzcG9uc2USXgoPUmVhdHRhY2hFeGVjdXRlEiUuc3BhcmsuY29ubmVjdC5SZWF0dGFjaEV4ZWN1dGVSZXF1ZXN0GiIuc3BhcmsuY29ubmVjdC5FeGVjdXRlUGxhblJlc3BvbnNlMAESXQoOUmVsZWFzZUV4ZWN1dGUSJC5zcGFyay5jb25uZWN0LlJlbGVhc2VFeGVjdXRlUmVxdWVzdBolLnNwYXJrLmNvbm5lY3QuUmVsZWFzZUV4ZWN1dGVSZXNwb25zZRJdCg5SZWxlYXNlU2Vzc2lvbhIkLnNwYXJrLmNvbm5lY3QuUmVsZWFzZVNlc3Npb25SZXF1ZXN0GiUuc3BhcmsuY29ubmVjdC5SZWxlYXNlU2Vzc2lvblJlc3BvbnNlEmYKEUZldGNoRXJyb3JEZXRhaWxzEicuc3BhcmsuY29ubmVjdC5GZXRjaEVycm9yRGV0YWlsc1JlcXVlc3QaKC5zcGFyay5jb25uZWN0LkZldGNoRXJyb3JEZXRhaWxzUmVzcG9uc2ViBnByb3RvMw",
    [file_artifacts, file_error_details, file_execution, file_operations, file_session],
  )

/** The service `spark.connect.SparkConnectService`. */
export const SparkConnectService: GenService<{
  executePlan: {
    methodKind: "server_streaming"
    input: typeof ExecutePlanRequestSchema
    output: typeof ExecutePlanResponseSchema
  }
  analyzePlan: {
    methodKind: "unary"
    input: typeof AnalyzePlanRequestSchema
    output: typeof AnalyzePlanResponseSchema
  }
  config: {
    methodKind: "unary"
    input: typeof ConfigRequestSchema
    output: typeof ConfigResponseSchema
  }
  addArtifacts: {
    methodKind: "client_streaming"
    input: typeof AddArtifactsRequestSchema
    output: typeof AddArtifactsResponseSchema
  }
  interrupt: {
    methodKind: "unary"
    input: typeof InterruptRequestSchema
    output: typeof InterruptResponseSchema
  }
  reattachExecute: {
    methodKind: "server_streaming"
    input: typeof ReattachExecuteRequestSchema
    output: typeof ExecutePlanResponseSchema
  }
  releaseExecute: {
    methodKind: "unary"
    input: typeof ReleaseExecuteRequestSchema
    output: typeof ReleaseExecuteResponseSchema
  }
  releaseSession: {
    methodKind: "unary"
    input: typeof ReleaseSessionRequestSchema
    output: typeof ReleaseSessionResponseSchema
  }
  fetchErrorDetails: {
    methodKind: "unary"
    input: typeof FetchErrorDetailsRequestSchema
    output: typeof FetchErrorDetailsResponseSchema
  }
}> = /*@__PURE__*/
  serviceDesc(file_service, 0)
