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
    "Cg9yZWxhdGlvbnMucHJvdG8SDXNwYXJrLmNvbm5lY3QiigQKCFJlbGF0aW9uEikKB3Byb2plY3QYAyABKAsyFi5zcGFyay5jb25uZWN0LlByb2plY3RIABInCgZmaWx0ZXIYBCABKAsyFS5zcGFyay5jb25uZWN0LkZpbHRlckgAEi0KBnNldF9vcBgGIAEoCzIbLnNwYXJrLmNvbm5lY3QuU2V0T3BlcmF0aW9uSAASNgoObG9jYWxfcmVsYXRpb24YCyABKAsyHC5zcGFyay5jb25uZWN0LkxvY2FsUmVsYXRpb25IABIxCgtyZXBhcnRpdGlvbhgRIAEoCzIaLnNwYXJrLmNvbm5lY3QuUmVwYXJ0aXRpb25IABJLChlyZXBhcnRpdGlvbl9ieV9leHByZXNzaW9uGBsgASgLMiYuc3BhcmsuY29ubmVjdC5SZXBhcnRpdGlvbkJ5RXhwcmVzc2lvbkgAEjYKDm1hcF9wYXJ0aXRpb25zGBwgASgLMhwuc3BhcmsuY29ubmVjdC5NYXBQYXJ0aXRpb25zSAASOAoPY29sbGVjdF9tZXRyaWNzGB0gASgLMh0uc3BhcmsuY29ubmVjdC5Db2xsZWN0TWV0cmljc0gAEkUKFmNhY2hlZF9yZW1vdGVfcmVsYXRpb24YJSABKAsyIy5zcGFyay5jb25uZWN0LkNhY2hlZFJlbW90ZVJlbGF0aW9uSABCCgoIcmVsX3R5cGUiYQoHUHJvamVjdBImCgVpbnB1dBgBIAEoCzIXLnNwYXJrLmNvbm5lY3QuUmVsYXRpb24SLgoLZXhwcmVzc2lvbnMYAyADKAsyGS5zcGFyay5jb25uZWN0LkV4cHJlc3Npb24iXgoGRmlsdGVyEiYKBWlucHV0GAEgASgLMhcuc3BhcmsuY29ubmVjdC5SZWxhdGlvbhIsCgljb25kaXRpb24YAiABKAsyGS5zcGFyay5jb25uZWN0LkV4cHJlc3Npb24ihgIKDFNldE9wZXJhdGlvbhIrCgpsZWZ0X2lucHV0GAEgASgLMhcuc3BhcmsuY29ubmVjdC5SZWxhdGlvbhIsCgtyaWdodF9pbnB1dBgCIAEoCzIXLnNwYXJrLmNvbm5lY3QuUmVsYXRpb24SOgoLc2V0X29wX3R5cGUYAyABKA4yJS5zcGFyay5jb25uZWN0LlNldE9wZXJhdGlvbi5TZXRPcFR5cGUSEwoGaXNfYWxsGAQgASgISACIAQEiPwoJU2V0T3BUeXBlEhsKF1NFVF9PUF9UWVBFX1VOU1BFQ0lGSUVEEAASFQoRU0VUX09QX1RZUEVfVU5JT04QAkIJCgdfaXNfYWxsIisKDUxvY2FsUmVsYXRpb24SEQoEZGF0YRgBIAEoDEgAiAEBQgcKBV9kYXRhIm8KC1JlcGFydGl0aW9uEiYKBWlucHV0GAEgASgLMhcuc3BhcmsuY29ubmVjdC5SZWxhdGlvbhIWCg5udW1fcGFydGl0aW9ucxgCIAEoBRIUCgdzaHVmZmxlGAMgASgISACIAQFCCgoIX3NodWZmbGUipQEKF1JlcGFydGl0aW9uQnlFeHByZXNzaW9uEiYKBWlucHV0GAEgASgLMhcuc3BhcmsuY29ubmVjdC5SZWxhdGlvbhIyCg9wYXJ0aXRpb25fZXhwcnMYAiADKAsyGS5zcGFyay5jb25uZWN0LkV4cHJlc3Npb24SGwoObnVtX3BhcnRpdGlvbnMYAyABKAVIAIgBAUIRCg9fbnVtX3BhcnRpdGlvbnMidQoNTWFwUGFydGl0aW9ucxImCgVpbnB1dBgBIAEoCzIXLnNwYXJrLmNvbm5lY3QuUmVsYXRpb24SPAoEZnVuYxgCIAEoCzIuLnNwYXJrLmNvbm5lY3QuQ29tbW9uSW5saW5lVXNlckRlZmluZWRGdW5jdGlvbiJyCg5Db2xsZWN0TWV0cmljcxImCgVpbnB1dBgBIAEoCzIXLnNwYXJrLmNvbm5lY3QuUmVsYXRpb24SDAoEbmFtZRgCIAEoCRIqCgdtZXRyaWNzGAMgAygLMhkuc3BhcmsuY29ubmVjdC5FeHByZXNzaW9uIisKFENhY2hlZFJlbW90ZVJlbGF0aW9uEhMKC3JlbGF0aW9uX2lkGAEgASgJYgZwcm90bzM",
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
    value: Repartition
    case: "repartition"
  } | {
    value: RepartitionByExpression
    case: "repartitionByExpression"
  } | {
    value: MapPartitions
    case: "mapPartitions"
  } | {
    value: CollectMetrics
    case: "collectMetrics"
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

/** The message `spark.connect.Repartition`. */
export type Repartition = Message<"spark.connect.Repartition"> & {
  input?: Relation | undefined

  numPartitions: number

  shuffle?: boolean | undefined
}

/** Describes the message spark.connect.Repartition. */
export const RepartitionSchema: GenMessage<Repartition> = /*@__PURE__*/
  messageDesc(file_relations, 5)

/** The message `spark.connect.RepartitionByExpression`. */
export type RepartitionByExpression = Message<"spark.connect.RepartitionByExpression"> & {
  input?: Relation | undefined

  partitionExprs: Expression[]

  numPartitions?: number | undefined
}

/** Describes the message spark.connect.RepartitionByExpression. */
export const RepartitionByExpressionSchema: GenMessage<RepartitionByExpression> = /*@__PURE__*/
  messageDesc(file_relations, 6)

/** The message `spark.connect.MapPartitions`. */
export type MapPartitions = Message<"spark.connect.MapPartitions"> & {
  input?: Relation | undefined

  func?: CommonInlineUserDefinedFunction | undefined
}

/** Describes the message spark.connect.MapPartitions. */
export const MapPartitionsSchema: GenMessage<MapPartitions> = /*@__PURE__*/
  messageDesc(file_relations, 7)

/** The message `spark.connect.CollectMetrics`. */
export type CollectMetrics = Message<"spark.connect.CollectMetrics"> & {
  input?: Relation | undefined

  name: string

  metrics: Expression[]
}

/** Describes the message spark.connect.CollectMetrics. */
export const CollectMetricsSchema: GenMessage<CollectMetrics> = /*@__PURE__*/
  messageDesc(file_relations, 8)

/** The message `spark.connect.CachedRemoteRelation`. */
export type CachedRemoteRelation = Message<"spark.connect.CachedRemoteRelation"> & {
  relationId: string
}

/** Describes the message spark.connect.CachedRemoteRelation. */
export const CachedRemoteRelationSchema: GenMessage<CachedRemoteRelation> = /*@__PURE__*/
  messageDesc(file_relations, 9)
