/**
 * The messages of `execution.proto`. Written by `deno task proto`.
 *
 * @module
 */
import type { GenFile, GenMessage } from "@bufbuild/protobuf/codegenv2"
import { fileDesc, messageDesc } from "@bufbuild/protobuf/codegenv2"
import type { Expression_Literal } from "./expressions_pb.ts"
import { file_expressions } from "./expressions_pb.ts"
import type { CachedRemoteRelation, Relation } from "./relations_pb.ts"
import { file_relations } from "./relations_pb.ts"
import type { UserContext } from "./session_pb.ts"
import { file_session } from "./session_pb.ts"
import type { Message } from "@bufbuild/protobuf"

/** Describes the file execution.proto. */
export const file_execution: GenFile = /*@__PURE__*/
  fileDesc(
    "Cg9leGVjdXRpb24ucHJvdG8SDXNwYXJrLmNvbm5lY3QiZQoEUGxhbhInCgRyb290GAEgASgLMhcuc3BhcmsuY29ubmVjdC5SZWxhdGlvbkgAEikKB2NvbW1hbmQYAiABKAsyFi5zcGFyay5jb25uZWN0LkNvbW1hbmRIAEIJCgdvcF90eXBlIrwBCgdDb21tYW5kEj4KEmNoZWNrcG9pbnRfY29tbWFuZBgOIAEoCzIgLnNwYXJrLmNvbm5lY3QuQ2hlY2twb2ludENvbW1hbmRIABJhCiVyZW1vdmVfY2FjaGVkX3JlbW90ZV9yZWxhdGlvbl9jb21tYW5kGA8gASgLMjAuc3BhcmsuY29ubmVjdC5SZW1vdmVDYWNoZWRSZW1vdGVSZWxhdGlvbkNvbW1hbmRIAEIOCgxjb21tYW5kX3R5cGUipwEKEUNoZWNrcG9pbnRDb21tYW5kEikKCHJlbGF0aW9uGAEgASgLMhcuc3BhcmsuY29ubmVjdC5SZWxhdGlvbhINCgVsb2NhbBgCIAEoCBINCgVlYWdlchgDIAEoCBI3Cg1zdG9yYWdlX2xldmVsGAQgASgLMhsuc3BhcmsuY29ubmVjdC5TdG9yYWdlTGV2ZWxIAIgBAUIQCg5fc3RvcmFnZV9sZXZlbCJ1CgxTdG9yYWdlTGV2ZWwSEAoIdXNlX2Rpc2sYASABKAgSEgoKdXNlX21lbW9yeRgCIAEoCBIUCgx1c2Vfb2ZmX2hlYXAYAyABKAgSFAoMZGVzZXJpYWxpemVkGAQgASgIEhMKC3JlcGxpY2F0aW9uGAUgASgFIloKIVJlbW92ZUNhY2hlZFJlbW90ZVJlbGF0aW9uQ29tbWFuZBI1CghyZWxhdGlvbhgBIAEoCzIjLnNwYXJrLmNvbm5lY3QuQ2FjaGVkUmVtb3RlUmVsYXRpb24i6gMKEkV4ZWN1dGVQbGFuUmVxdWVzdBISCgpzZXNzaW9uX2lkGAEgASgJEjAKDHVzZXJfY29udGV4dBgCIAEoCzIaLnNwYXJrLmNvbm5lY3QuVXNlckNvbnRleHQSIQoEcGxhbhgDIAEoCzITLnNwYXJrLmNvbm5lY3QuUGxhbhIYCgtjbGllbnRfdHlwZRgEIAEoCUgAiAEBEkgKD3JlcXVlc3Rfb3B0aW9ucxgFIAMoCzIvLnNwYXJrLmNvbm5lY3QuRXhlY3V0ZVBsYW5SZXF1ZXN0LlJlcXVlc3RPcHRpb24SGQoMb3BlcmF0aW9uX2lkGAYgASgJSAGIAQESDAoEdGFncxgHIAMoCRIzCiZjbGllbnRfb2JzZXJ2ZWRfc2VydmVyX3NpZGVfc2Vzc2lvbl9pZBgIIAEoCUgCiAEBGl0KDVJlcXVlc3RPcHRpb24SOgoQcmVhdHRhY2hfb3B0aW9ucxgBIAEoCzIeLnNwYXJrLmNvbm5lY3QuUmVhdHRhY2hPcHRpb25zSABCEAoOcmVxdWVzdF9vcHRpb25CDgoMX2NsaWVudF90eXBlQg8KDV9vcGVyYXRpb25faWRCKQonX2NsaWVudF9vYnNlcnZlZF9zZXJ2ZXJfc2lkZV9zZXNzaW9uX2lkIicKD1JlYXR0YWNoT3B0aW9ucxIUCgxyZWF0dGFjaGFibGUYASABKAgi1wQKE0V4ZWN1dGVQbGFuUmVzcG9uc2USEgoKc2Vzc2lvbl9pZBgBIAEoCRIUCgxvcGVyYXRpb25faWQYDCABKAkSEwoLcmVzcG9uc2VfaWQYDSABKAkSHgoWc2VydmVyX3NpZGVfc2Vzc2lvbl9pZBgPIAEoCRJMChBvYnNlcnZlZF9tZXRyaWNzGAYgAygLMjIuc3BhcmsuY29ubmVjdC5FeGVjdXRlUGxhblJlc3BvbnNlLk9ic2VydmVkTWV0cmljcxJECgthcnJvd19iYXRjaBgCIAEoCzItLnNwYXJrLmNvbm5lY3QuRXhlY3V0ZVBsYW5SZXNwb25zZS5BcnJvd0JhdGNoSAASTAoPcmVzdWx0X2NvbXBsZXRlGA4gASgLMjEuc3BhcmsuY29ubmVjdC5FeGVjdXRlUGxhblJlc3BvbnNlLlJlc3VsdENvbXBsZXRlSAASSwoZY2hlY2twb2ludF9jb21tYW5kX3Jlc3VsdBgTIAEoCzImLnNwYXJrLmNvbm5lY3QuQ2hlY2twb2ludENvbW1hbmRSZXN1bHRIABotCgpBcnJvd0JhdGNoEhEKCXJvd19jb3VudBgBIAEoAxIMCgRkYXRhGAIgASgMGhAKDlJlc3VsdENvbXBsZXRlGmAKD09ic2VydmVkTWV0cmljcxIMCgRuYW1lGAEgASgJEjEKBnZhbHVlcxgCIAMoCzIhLnNwYXJrLmNvbm5lY3QuRXhwcmVzc2lvbi5MaXRlcmFsEgwKBGtleXMYAyADKAlCDwoNcmVzcG9uc2VfdHlwZSJQChdDaGVja3BvaW50Q29tbWFuZFJlc3VsdBI1CghyZWxhdGlvbhgBIAEoCzIjLnNwYXJrLmNvbm5lY3QuQ2FjaGVkUmVtb3RlUmVsYXRpb25iBnByb3RvMw",
    [file_expressions, file_relations, file_session],
  )

/** The message `spark.connect.Plan`. */
export type Plan = Message<"spark.connect.Plan"> & {
  opType: {
    value: Relation
    case: "root"
  } | {
    value: Command
    case: "command"
  } | { case: undefined; value?: undefined }
}

/** Describes the message spark.connect.Plan. */
export const PlanSchema: GenMessage<Plan> = /*@__PURE__*/
  messageDesc(file_execution, 0)

/** The message `spark.connect.Command`. */
export type Command = Message<"spark.connect.Command"> & {
  commandType: {
    value: CheckpointCommand
    case: "checkpointCommand"
  } | {
    value: RemoveCachedRemoteRelationCommand
    case: "removeCachedRemoteRelationCommand"
  } | { case: undefined; value?: undefined }
}

/** Describes the message spark.connect.Command. */
export const CommandSchema: GenMessage<Command> = /*@__PURE__*/
  messageDesc(file_execution, 1)

/** The message `spark.connect.CheckpointCommand`. */
export type CheckpointCommand = Message<"spark.connect.CheckpointCommand"> & {
  relation?: Relation | undefined

  local: boolean

  eager: boolean

  storageLevel?: StorageLevel | undefined
}

/** Describes the message spark.connect.CheckpointCommand. */
export const CheckpointCommandSchema: GenMessage<CheckpointCommand> = /*@__PURE__*/
  messageDesc(file_execution, 2)

/** The message `spark.connect.StorageLevel`. */
export type StorageLevel = Message<"spark.connect.StorageLevel"> & {
  useDisk: boolean

  useMemory: boolean

  useOffHeap: boolean

  deserialized: boolean

  replication: number
}

/** Describes the message spark.connect.StorageLevel. */
export const StorageLevelSchema: GenMessage<StorageLevel> = /*@__PURE__*/
  messageDesc(file_execution, 3)

/** The message `spark.connect.RemoveCachedRemoteRelationCommand`. */
export type RemoveCachedRemoteRelationCommand = Message<"spark.connect.RemoveCachedRemoteRelationCommand"> & {
  relation?: CachedRemoteRelation | undefined
}

/** Describes the message spark.connect.RemoveCachedRemoteRelationCommand. */
export const RemoveCachedRemoteRelationCommandSchema: GenMessage<RemoveCachedRemoteRelationCommand> = /*@__PURE__*/
  messageDesc(file_execution, 4)

/** The message `spark.connect.ExecutePlanRequest`. */
export type ExecutePlanRequest = Message<"spark.connect.ExecutePlanRequest"> & {
  sessionId: string

  userContext?: UserContext | undefined

  plan?: Plan | undefined

  clientType?: string | undefined

  requestOptions: ExecutePlanRequest_RequestOption[]

  operationId?: string | undefined

  tags: string[]

  clientObservedServerSideSessionId?: string | undefined
}

/** Describes the message spark.connect.ExecutePlanRequest. */
export const ExecutePlanRequestSchema: GenMessage<ExecutePlanRequest> = /*@__PURE__*/
  messageDesc(file_execution, 5)

/** The message `spark.connect.ExecutePlanRequest.RequestOption`. */
export type ExecutePlanRequest_RequestOption = Message<"spark.connect.ExecutePlanRequest.RequestOption"> & {
  requestOption: {
    value: ReattachOptions
    case: "reattachOptions"
  } | { case: undefined; value?: undefined }
}

/** Describes the message spark.connect.ExecutePlanRequest.RequestOption. */
export const ExecutePlanRequest_RequestOptionSchema: GenMessage<ExecutePlanRequest_RequestOption> = /*@__PURE__*/
  messageDesc(file_execution, 5, 0)

/** The message `spark.connect.ReattachOptions`. */
export type ReattachOptions = Message<"spark.connect.ReattachOptions"> & {
  reattachable: boolean
}

/** Describes the message spark.connect.ReattachOptions. */
export const ReattachOptionsSchema: GenMessage<ReattachOptions> = /*@__PURE__*/
  messageDesc(file_execution, 6)

/** The message `spark.connect.ExecutePlanResponse`. */
export type ExecutePlanResponse = Message<"spark.connect.ExecutePlanResponse"> & {
  sessionId: string

  operationId: string

  responseId: string

  serverSideSessionId: string

  observedMetrics: ExecutePlanResponse_ObservedMetrics[]

  responseType: {
    value: ExecutePlanResponse_ArrowBatch
    case: "arrowBatch"
  } | {
    value: ExecutePlanResponse_ResultComplete
    case: "resultComplete"
  } | {
    value: CheckpointCommandResult
    case: "checkpointCommandResult"
  } | { case: undefined; value?: undefined }
}

/** Describes the message spark.connect.ExecutePlanResponse. */
export const ExecutePlanResponseSchema: GenMessage<ExecutePlanResponse> = /*@__PURE__*/
  messageDesc(file_execution, 7)

/** The message `spark.connect.ExecutePlanResponse.ArrowBatch`. */
export type ExecutePlanResponse_ArrowBatch = Message<"spark.connect.ExecutePlanResponse.ArrowBatch"> & {
  rowCount: bigint

  /** An Arrow IPC stream. */
  data: Uint8Array
}

/** Describes the message spark.connect.ExecutePlanResponse.ArrowBatch. */
export const ExecutePlanResponse_ArrowBatchSchema: GenMessage<ExecutePlanResponse_ArrowBatch> = /*@__PURE__*/
  messageDesc(file_execution, 7, 0)

/** The message `spark.connect.ExecutePlanResponse.ResultComplete`. */
export type ExecutePlanResponse_ResultComplete = Message<"spark.connect.ExecutePlanResponse.ResultComplete">

/** Describes the message spark.connect.ExecutePlanResponse.ResultComplete. */
export const ExecutePlanResponse_ResultCompleteSchema: GenMessage<ExecutePlanResponse_ResultComplete> = /*@__PURE__*/
  messageDesc(file_execution, 7, 1)

/** The message `spark.connect.ExecutePlanResponse.ObservedMetrics`. */
export type ExecutePlanResponse_ObservedMetrics = Message<"spark.connect.ExecutePlanResponse.ObservedMetrics"> & {
  name: string

  values: Expression_Literal[]

  keys: string[]
}

/** Describes the message spark.connect.ExecutePlanResponse.ObservedMetrics. */
export const ExecutePlanResponse_ObservedMetricsSchema: GenMessage<ExecutePlanResponse_ObservedMetrics> = /*@__PURE__*/
  messageDesc(file_execution, 7, 2)

/** The message `spark.connect.CheckpointCommandResult`. */
export type CheckpointCommandResult = Message<"spark.connect.CheckpointCommandResult"> & {
  relation?: CachedRemoteRelation | undefined
}

/** Describes the message spark.connect.CheckpointCommandResult. */
export const CheckpointCommandResultSchema: GenMessage<CheckpointCommandResult> = /*@__PURE__*/
  messageDesc(file_execution, 8)
