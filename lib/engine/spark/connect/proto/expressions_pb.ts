/**
 * The messages of `expressions.proto`. Written by `deno task proto`.
 *
 * @module
 */
import type { GenFile, GenMessage } from "@bufbuild/protobuf/codegenv2"
import { fileDesc, messageDesc } from "@bufbuild/protobuf/codegenv2"
import type { Message } from "@bufbuild/protobuf"

/** Describes the file expressions.proto. */
export const file_expressions: GenFile = /*@__PURE__*/
  fileDesc(
    "ChFleHByZXNzaW9ucy5wcm90bxINc3BhcmsuY29ubmVjdCLuAwoKRXhwcmVzc2lvbhJNChR1bnJlc29sdmVkX2F0dHJpYnV0ZRgCIAEoCzItLnNwYXJrLmNvbm5lY3QuRXhwcmVzc2lvbi5VbnJlc29sdmVkQXR0cmlidXRlSAASRwoRZXhwcmVzc2lvbl9zdHJpbmcYBCABKAsyKi5zcGFyay5jb25uZWN0LkV4cHJlc3Npb24uRXhwcmVzc2lvblN0cmluZ0gAElkKG2RpcmVjdF9zaHVmZmxlX3BhcnRpdGlvbl9pZBgWIAEoCzIyLnNwYXJrLmNvbm5lY3QuRXhwcmVzc2lvbi5EaXJlY3RTaHVmZmxlUGFydGl0aW9uSURIABo+CgdMaXRlcmFsEhAKBmJpbmFyeRgCIAEoDEgAEhEKB2ludGVnZXIYBiABKAVIAEIOCgxsaXRlcmFsX3R5cGUaMgoTVW5yZXNvbHZlZEF0dHJpYnV0ZRIbChN1bnBhcnNlZF9pZGVudGlmaWVyGAEgASgJGiYKEEV4cHJlc3Npb25TdHJpbmcSEgoKZXhwcmVzc2lvbhgBIAEoCRpEChhEaXJlY3RTaHVmZmxlUGFydGl0aW9uSUQSKAoFY2hpbGQYASABKAsyGS5zcGFyay5jb25uZWN0LkV4cHJlc3Npb25CCwoJZXhwcl90eXBlIosBCh9Db21tb25JbmxpbmVVc2VyRGVmaW5lZEZ1bmN0aW9uEhUKDWZ1bmN0aW9uX25hbWUYASABKAkSFQoNZGV0ZXJtaW5pc3RpYxgCIAEoCBIuCgpweXRob25fdWRmGAQgASgLMhguc3BhcmsuY29ubmVjdC5QeXRob25VREZIAEIKCghmdW5jdGlvbiJxCglQeXRob25VREYSLAoLb3V0cHV0X3R5cGUYASABKAsyFy5zcGFyay5jb25uZWN0LkRhdGFUeXBlEhEKCWV2YWxfdHlwZRgCIAEoBRIPCgdjb21tYW5kGAMgASgMEhIKCnB5dGhvbl92ZXIYBCABKAkibgoIRGF0YVR5cGUSNAoIdW5wYXJzZWQYGCABKAsyIC5zcGFyay5jb25uZWN0LkRhdGFUeXBlLlVucGFyc2VkSAAaJAoIVW5wYXJzZWQSGAoQZGF0YV90eXBlX3N0cmluZxgBIAEoCUIGCgRraW5kYgZwcm90bzM",
  )

/** The message `spark.connect.Expression`. */
export type Expression = Message<"spark.connect.Expression"> & {
  exprType: {
    value: Expression_UnresolvedAttribute
    case: "unresolvedAttribute"
  } | {
    value: Expression_ExpressionString
    case: "expressionString"
  } | {
    value: Expression_DirectShufflePartitionID
    case: "directShufflePartitionId"
  } | { case: undefined; value?: undefined }
}

/** Describes the message spark.connect.Expression. */
export const ExpressionSchema: GenMessage<Expression> = /*@__PURE__*/
  messageDesc(file_expressions, 0)

/** The message `spark.connect.Expression.Literal`. */
export type Expression_Literal = Message<"spark.connect.Expression.Literal"> & {
  literalType: {
    value: Uint8Array
    case: "binary"
  } | {
    value: number
    case: "integer"
  } | { case: undefined; value?: undefined }
}

/** Describes the message spark.connect.Expression.Literal. */
export const Expression_LiteralSchema: GenMessage<Expression_Literal> = /*@__PURE__*/
  messageDesc(file_expressions, 0, 0)

/** The message `spark.connect.Expression.UnresolvedAttribute`. */
export type Expression_UnresolvedAttribute = Message<"spark.connect.Expression.UnresolvedAttribute"> & {
  unparsedIdentifier: string
}

/** Describes the message spark.connect.Expression.UnresolvedAttribute. */
export const Expression_UnresolvedAttributeSchema: GenMessage<Expression_UnresolvedAttribute> = /*@__PURE__*/
  messageDesc(file_expressions, 0, 1)

/** The message `spark.connect.Expression.ExpressionString`. */
export type Expression_ExpressionString = Message<"spark.connect.Expression.ExpressionString"> & {
  expression: string
}

/** Describes the message spark.connect.Expression.ExpressionString. */
export const Expression_ExpressionStringSchema: GenMessage<Expression_ExpressionString> = /*@__PURE__*/
  messageDesc(file_expressions, 0, 2)

/** The message `spark.connect.Expression.DirectShufflePartitionID`. */
export type Expression_DirectShufflePartitionID = Message<"spark.connect.Expression.DirectShufflePartitionID"> & {
  child?: Expression | undefined
}

/** Describes the message spark.connect.Expression.DirectShufflePartitionID. */
export const Expression_DirectShufflePartitionIDSchema: GenMessage<Expression_DirectShufflePartitionID> = /*@__PURE__*/
  messageDesc(file_expressions, 0, 3)

/** The message `spark.connect.CommonInlineUserDefinedFunction`. */
export type CommonInlineUserDefinedFunction = Message<"spark.connect.CommonInlineUserDefinedFunction"> & {
  functionName: string

  deterministic: boolean

  function: {
    value: PythonUDF
    case: "pythonUdf"
  } | { case: undefined; value?: undefined }
}

/** Describes the message spark.connect.CommonInlineUserDefinedFunction. */
export const CommonInlineUserDefinedFunctionSchema: GenMessage<CommonInlineUserDefinedFunction> = /*@__PURE__*/
  messageDesc(file_expressions, 1)

/** The message `spark.connect.PythonUDF`. */
export type PythonUDF = Message<"spark.connect.PythonUDF"> & {
  outputType?: DataType | undefined

  evalType: number

  command: Uint8Array

  pythonVer: string
}

/** Describes the message spark.connect.PythonUDF. */
export const PythonUDFSchema: GenMessage<PythonUDF> = /*@__PURE__*/
  messageDesc(file_expressions, 2)

/** The message `spark.connect.DataType`. */
export type DataType = Message<"spark.connect.DataType"> & {
  kind: {
    value: DataType_Unparsed
    case: "unparsed"
  } | { case: undefined; value?: undefined }
}

/** Describes the message spark.connect.DataType. */
export const DataTypeSchema: GenMessage<DataType> = /*@__PURE__*/
  messageDesc(file_expressions, 3)

/** The message `spark.connect.DataType.Unparsed`. */
export type DataType_Unparsed = Message<"spark.connect.DataType.Unparsed"> & {
  dataTypeString: string
}

/** Describes the message spark.connect.DataType.Unparsed. */
export const DataType_UnparsedSchema: GenMessage<DataType_Unparsed> = /*@__PURE__*/
  messageDesc(file_expressions, 3, 0)
