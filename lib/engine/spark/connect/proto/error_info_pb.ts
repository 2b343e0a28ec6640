/**
 * The messages of `error_info.proto`. Written by `deno task proto`.
 *
 * @module
 */
import type { GenFile, GenMessage } from "@bufbuild/protobuf/codegenv2"
import { fileDesc, messageDesc } from "@bufbuild/protobuf/codegenv2"
import type { Message } from "@bufbuild/protobuf"

/** Describes the file error_info.proto. */
export const file_error_info: GenFile = /*@__PURE__*/
  fileDesc(
    "ChBlcnJvcl9pbmZvLnByb3RvEgpnb29nbGUucnBjIpMBCglFcnJvckluZm8SDgoGcmVhc29uGAEgASgJEg4KBmRvbWFpbhgCIAEoCRI1CghtZXRhZGF0YRgDIAMoCzIjLmdvb2dsZS5ycGMuRXJyb3JJbmZvLk1ldGFkYXRhRW50cnkaLwoNTWV0YWRhdGFFbnRyeRILCgNrZXkYASABKAkSDQoFdmFsdWUYAiABKAk6AjgBYgZwcm90bzM",
  )

/** The message `google.rpc.ErrorInfo`. */
export type ErrorInfo = Message<"google.rpc.ErrorInfo"> & {
  reason: string

  domain: string

  metadata: { [key: string]: string }
}

/** Describes the message google.rpc.ErrorInfo. */
export const ErrorInfoSchema: GenMessage<ErrorInfo> = /*@__PURE__*/
  messageDesc(file_error_info, 0)
