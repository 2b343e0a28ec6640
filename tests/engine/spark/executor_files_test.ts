import assert from "node:assert/strict"
import { Effect } from "effect"
import { runtimeFiles } from "../../../lib/engine/files.ts"
import { onExecutor } from "../../../lib/engine/spark/executor_files.ts"
import { FileError, type FileReason } from "../../../lib/rdd/files/files.ts"

const failureOf = (path: string, reason: FileReason) => {
  const failing = () => Effect.fail(new FileError({ path, operation: "read", reason, cause: "not here" }))
  return Effect.runPromise(Effect.flip(onExecutor({ ...runtimeFiles, read: failing }).read(path, 0, 1)))
}

Deno.test("a file that an executor does not find is named with what to do", async () => {
  const error = await failureOf("/data/a.txt", "NotFound")
  assert.deepEqual([error._tag, error.path, error.reason], ["FileError", "/data/a.txt", "NotFound"])
  assert.match(
    error.message,
    /^Cannot read \/data\/a\.txt: not here \(on an executor\)\. .*shared folder.*readOn: "driver"/,
  )
})

Deno.test("a missing permission of an executor is named with what to do", async () => {
  assert.match(
    (await failureOf("s3://bucket/a.txt", "PermissionDenied")).message,
    /cluster\.permissions.*readOn: "driver"/,
  )
})

Deno.test("errors that are no matter of the machine stay as they are", async () => {
  assert.equal((await failureOf("/data/a.txt", "Other")).message, "Cannot read /data/a.txt: not here")
  assert.equal((await failureOf("s3://bucket/a.txt", "NotFound")).message, "Cannot read s3://bucket/a.txt: not here")
})
