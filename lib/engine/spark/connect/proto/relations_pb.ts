/**
 * The messages of `relations.proto`. Written by `deno task proto`.
 *
 * @module
 */
import type { GenEnum, GenFile, GenMessage } from "@bufbuild/protobuf/codegenv2"
import { enumDesc, fileDesc, messageDesc } from "@bufbuild/protobuf/codegenv2"
import type { CommonInlineUserDefinedFunction, Expression } from "./expressions_pb.ts"
import { file_expressions } from "./expressions_pb.ts"
import type { Message } from "@bufbuild/protobuf"

/** Describes the file relations.proto. */
export const file_relations: GenFile = /*@__PURE__*/
  fileDesc(
    "Cg9yZWxhdGlvbnMucHJvdG8SDXNwYXJrLmNvbm5lY3QinQMKCFJlbGF0aW9uEikKB3Byb2plY3QYAyABKAsyFi5zcGFyay5jb25uZWN0LlByb2plY3RIABInCgZmaWx0ZXIYBCABKAsyFS5zcGFyay5jb25uZWN0LkZpbHRlckgAEi0KBnNldF9vcBgGIAEoCzIbLnNwYXJrLmNvbm5lY3QuU2V0T3BlcmF0aW9uSAASNgoObG9jYWxfcmVsYXRpb24YCyABKAsyHC5zcGFyay5jb25uZWN0LkxvY2FsUmVsYXRpb25IABJLChlyZXBhcnRpdGlvbl9ieV9leHByZXNzaW9uGBsgASgLMiYuc3BhcmsuY29ubmVjdC5SZXBhcnRpdGlvbkJ5RXhwcmVzc2lvbkgAEjYKDm1hcF9wYXJ0aXRpb25zGBwgASgLMhwuc3BhcmsuY29ubmVjdC5NYXBQYXJ0aXRpb25zSAASRQoWY2FjaGVkX3JlbW90ZV9yZWxhdGlvbhglIAEoCzIjLnNwYXJrLmNvbm5lY3QuQ2FjaGVkUmVtb3RlUmVsYXRpb25IAEIKCghyZWxfdHlwZSJhCgdQcm9qZWN0EiYKBWlucHV0GAEgASgLMhcuc3BhcmsuY29ubmVjdC5SZWxhdGlvbhIuCgtleHByZXNzaW9ucxgDIAMoCzIZLnNwYXJrLmNvbm5lY3QuRXhwcmVzc2lvbiJeCgZGaWx0ZXISJgoFaW5wdXQYASABKAsyFy5zcGFyay5jb25uZWN0LlJlbGF0aW9uEiwKCWNvbmRpdGlvbhgCIAEoCzIZLnNwYXJrLmNvbm5lY3QuRXhwcmVzc2lvbiKGAgoMU2V0T3BlcmF0aW9uEisKCmxlZnRfaW5wdXQYASABKAsyFy5zcGFyay5jb25uZWN0LlJlbGF0aW9uEiwKC3JpZ2h0X2lucHV0GAIgASgLMhcuc3BhcmsuY29ubmVjdC5SZWxhdGlvbhI6CgtzZXRfb3BfdHlwZRgDIAEoDjIlLnNwYXJrLmNvbm5lY3QuU2V0T3BlcmF0aW9uLlNldE9wVHlwZRITCgZpc19hbGwYBCABKAhIAIgBASI/CglTZXRPcFR5cGUSGwoXU0VUX09QX1RZUEVfVU5TUEVDSUZJRUQQABIVChFTRVRfT1BfVFlQRV9VTklPThACQgkKB19pc19hbGwiKwoNTG9jYWxSZWxhdGlvbhIRCgRkYXRhGAEgASgMSACIAQFCBwoFX2RhdGEipQEKF1JlcGFydGl0aW9uQnlFeHByZXNzaW9uEiYKBWlucHV0GAEgASgLMhcuc3BhcmsuY29ubmVjdC5SZWxhdGlvbhIyCg9wYXJ0aXRpb25fZXhwcnMYAiADKAsyGS5zcGFyay5jb25uZWN0LkV4cHJlc3Npb24SGwoObnVtX3BhcnRpdGlvbnMYAyABKAVIAIgBAUIRCg9fbnVtX3BhcnRpdGlvbnMidQoNTWFwUGFydGl0aW9ucxImCgVpbnB1dBgBIAEoCzIXLnNwYXJrLmNvbm5lY3QuUmVsYXRpb24SPAoEZnVuYxgCIAEoCzIuLnNwYXJrLmNvbm5lY3QuQ29tbW9uSW5saW5lVXNlckRlZmluZWRGdW5jdGlvbiIrChRDYWNoZWRSZW1vdGVSZWxhdGlvbhITCgtyZWxhdGlvbl9pZBgBIAEoCWIGcHJvdG8z",
    [file_expressions],
  )

/** The message `spark.connect.Relation`. */
export type Relation = Message<"spark.connect.Relation"> & {
  relType: {
    value: Project
    case: "project"
  } | {
    value: Filter
    case: "filter"
  } | {
    value: SetOperation
    case: "setOp"
  } | {
    value: LocalRelation
    case: "localRelation"
  } | {
    value: RepartitionByExpression
    case: "repartitionByExpression"
  } | {
    value: MapPartitions
    case: "mapPartitions"
  } | {
    value: CachedRemoteRelation
    case: "cachedRemoteRelation"
  } | { case: undefined; value?: undefined }
}

/** Describes the message spark.connect.Relation. */
export const RelationSchema: GenMessage<Relation> = /*@__PURE__*/
  messageDesc(file_relations, 0)

/** The message `spark.connect.Project`. */
export type Project = Message<"spark.connect.Project"> & {
  input?: Relation | undefined

  expressions: Expression[]
}

/** Describes the message spark.connect.Project. */
export const ProjectSchema: GenMessage<Project> = /*@__PURE__*/
  messageDesc(file_relations, 1)

/** The message `spark.connect.Filter`. */
export type Filter = Message<"spark.connect.Filter"> & {
  input?: Relation | undefined

  condition?: Expression | undefined
}

/** Describes the message spark.connect.Filter. */
export const FilterSchema: GenMessage<Filter> = /*@__PURE__*/
  messageDesc(file_relations, 2)

/** The message `spark.connect.SetOperation`. */
export type SetOperation = Message<"spark.connect.SetOperation"> & {
  leftInput?: Relation | undefined

  rightInput?: Relation | undefined

  setOpType: SetOperation_SetOpType

  isAll?: boolean | undefined
}

/** Describes the message spark.connect.SetOperation. */
export const SetOperationSchema: GenMessage<SetOperation> = /*@__PURE__*/
  messageDesc(file_relations, 3)

/** The enum `spark.connect.SetOperation.SetOpType`. */
export enum SetOperation_SetOpType {
  UNSPECIFIED = 0,

  UNION = 2,
}

/** Describes the enum spark.connect.SetOperation.SetOpType. */
export const SetOperation_SetOpTypeSchema: GenEnum<SetOperation_SetOpType> = /*@__PURE__*/
  enumDesc(file_relations, 3, 0)

/** The message `spark.connect.LocalRelation`. */
export type LocalRelation = Message<"spark.connect.LocalRelation"> & {
  /** An Arrow IPC stream. */
  data?: Uint8Array | undefined
}

/** Describes the message spark.connect.LocalRelation. */
export const LocalRelationSchema: GenMessage<LocalRelation> = /*@__PURE__*/
  messageDesc(file_relations, 4)

/** The message `spark.connect.RepartitionByExpression`. */
export type RepartitionByExpression = Message<"spark.connect.RepartitionByExpression"> & {
  input?: Relation | undefined

  partitionExprs: Expression[]

  numPartitions?: number | undefined
}

/** Describes the message spark.connect.RepartitionByExpression. */
export const RepartitionByExpressionSchema: GenMessage<RepartitionByExpression> = /*@__PURE__*/
  messageDesc(file_relations, 5)

/** The message `spark.connect.MapPartitions`. */
export type MapPartitions = Message<"spark.connect.MapPartitions"> & {
  input?: Relation | undefined

  func?: CommonInlineUserDefinedFunction | undefined
}

/** Describes the message spark.connect.MapPartitions. */
export const MapPartitionsSchema: GenMessage<MapPartitions> = /*@__PURE__*/
  messageDesc(file_relations, 6)

/** The message `spark.connect.CachedRemoteRelation`. */
export type CachedRemoteRelation = Message<"spark.connect.CachedRemoteRelation"> & {
  relationId: string
}

/** Describes the message spark.connect.CachedRemoteRelation. */
export const CachedRemoteRelationSchema: GenMessage<CachedRemoteRelation> = /*@__PURE__*/
  messageDesc(file_relations, 7)
