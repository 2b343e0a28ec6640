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
    "ChFleHByZXNzaW9ucy5wcm90bxINc3BhcmsuY29ubmVjdCKuAwoKRXhwcmVzc2lvbhJNChR1bnJlc29sdmVkX2F0dHJpYnV0ZRgCIAEoCzItLnNwYXJrLmNvbm5lY3QuRXhwcmVzc2lvbi5VbnJlc29sdmVkQXR0cmlidXRlSAASRwoRZXhwcmVzc2lvbl9zdHJpbmcYBCABKAsyKi5zcGFyay5jb25uZWN0LkV4cHJlc3Npb24uRXhwcmVzc2lvblN0cmluZ0gAElkKG2RpcmVjdF9zaHVmZmxlX3BhcnRpdGlvbl9pZBgWIAEoCzIyLnNwYXJrLmNvbm5lY3QuRXhwcmVzc2lvbi5EaXJlY3RTaHVmZmxlUGFydGl0aW9uSURIABoyChNVbnJlc29sdmVkQXR0cmlidXRlEhsKE3VucGFyc2VkX2lkZW50aWZpZXIYASABKAkaJgoQRXhwcmVzc2lvblN0cmluZxISCgpleHByZXNzaW9uGAEgASgJGkQKGERpcmVjdFNodWZmbGVQYXJ0aXRpb25JRBIoCgVjaGlsZBgBIAEoCzIZLnNwYXJrLmNvbm5lY3QuRXhwcmVzc2lvbkILCglleHByX3R5cGUiiwEKH0NvbW1vbklubGluZVVzZXJEZWZpbmVkRnVuY3Rpb24SFQoNZnVuY3Rpb25fbmFtZRgBIAEoCRIVCg1kZXRlcm1pbmlzdGljGAIgASgIEi4KCnB5dGhvbl91ZGYYBCABKAsyGC5zcGFyay5jb25uZWN0LlB5dGhvblVERkgAQgoKCGZ1bmN0aW9uInEKCVB5dGhvblVERhIsCgtvdXRwdXRfdHlwZRgBIAEoCzIXLnNwYXJrLmNvbm5lY3QuRGF0YVR5cGUSEQoJZXZhbF90eXBlGAIgASgFEg8KB2NvbW1hbmQYAyABKAwSEgoKcHl0aG9uX3ZlchgEIAEoCSJuCghEYXRhVHlwZRI0Cgh1bnBhcnNlZBgYIAEoCzIgLnNwYXJrLmNvbm5lY3QuRGF0YVR5cGUuVW5wYXJzZWRIABokCghVbnBhcnNlZBIYChBkYXRhX3R5cGVfc3RyaW5nGAEgASgJQgYKBGtpbmRiBnByb3RvMw",
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

/** The message `spark.connect.Expression.UnresolvedAttribute`. */
export type Expression_UnresolvedAttribute = Message<"spark.connect.Expression.UnresolvedAttribute"> & {
  unparsedIdentifier: string
}

/** Describes the message spark.connect.Expression.UnresolvedAttribute. */
export const Expression_UnresolvedAttributeSchema: GenMessage<Expression_UnresolvedAttribute> = /*@__PURE__*/
  messageDesc(file_expressions, 0, 0)

/** The message `spark.connect.Expression.ExpressionString`. */
export type Expression_ExpressionString = Message<"spark.connect.Expression.ExpressionString"> & {
  expression: string
}

/** Describes the message spark.connect.Expression.ExpressionString. */
export const Expression_ExpressionStringSchema: GenMessage<Expression_ExpressionString> = /*@__PURE__*/
  messageDesc(file_expressions, 0, 1)

/** The message `spark.connect.Expression.DirectShufflePartitionID`. */
export type Expression_DirectShufflePartitionID = Message<"spark.connect.Expression.DirectShufflePartitionID"> & {
  child?: Expression | undefined
}

/** Describes the message spark.connect.Expression.DirectShufflePartitionID. */
export const Expression_DirectShufflePartitionIDSchema: GenMessage<Expression_DirectShufflePartitionID> = /*@__PURE__*/
  messageDesc(file_expressions, 0, 2)

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
