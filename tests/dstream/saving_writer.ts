/** A program that saves batches to the folder in its argument, and stops in the middle of the second one. */
import * as Effect from "effect/Effect"
import * as DStream from "../../lib/dstream.ts"
import { runtimeFiles } from "../../lib/engine/files.ts"
import * as RDD from "../../lib/rdd.ts"
import { Testing } from "../../lib/testing.ts"

/** Saves three batches to a folder. */
export const saving = (folder: string) =>
  DStream.saveAsTextFiles(Testing.input([["a", "b"], ["c", "d"], ["e", "f"]], { partitions: 2 }), `${folder}/out`)

/** Files that write half of one file, print `half`, and then wait forever. */
const stopping: RDD.Files = {
  ...runtimeFiles,
  write: (path, pieces) =>
    path.includes("2000") && path.endsWith("part-00001")
      ? Effect.andThen(
        runtimeFiles.write(path, pieces.map((piece) => piece.subarray(0, 1))),
        Effect.andThen(Effect.sync(() => console.log("half")), Effect.never),
      )
      : runtimeFiles.write(path, pieces),
}

if (import.meta.main) {
  const run = Effect.provideService(Testing.runOutputs([saving(Deno.args[0] ?? "")]), RDD.Files, stopping)
  // A waiting fiber alone does not keep a process alive.
  setInterval(() => {}, 1000)
  await Effect.runPromise(run)
}
