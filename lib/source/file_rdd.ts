/**
 * The RDD of the files of a batch: each file one or more partitions, read in pieces when a job needs them.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import { describeCause, reasonOf } from "../core/errors.ts"
import * as Block from "../rdd/block.ts"
import { Flow, type Pull } from "../rdd/flow.ts"
import { formatOf } from "../rdd/files/compression.ts"
import type { FileEntry, FileError } from "../rdd/files/files.ts"
import { formatPartitions } from "../rdd/files/format.ts"
import { lineFlow, recordFlow } from "../rdd/files/reading.ts"
import { PartialRecord } from "../rdd/files/whole.ts"
import { make, type RDD } from "../rdd/rdd.ts"

/** Gives the partitions of a file. */
export type Partitions<A, E, R> = (file: FileEntry) => ReadonlyArray<Flow<A, E, R>>

/** The lines of files, with partitions of about `partitionBytes` each. Compressed files are not cut. */
export const linePartitions = (partitionBytes: number): Partitions<string, FileError, never> =>
  formatPartitions({ isSplittable: ({ name }) => formatOf(name) === undefined, read: lineFlow }, partitionBytes)

/** The records of `recordLength` bytes of files, with partitions of about `partitionBytes` each. */
export const recordPartitions = (
  recordLength: number,
  partitionBytes: number,
): Partitions<Uint8Array<ArrayBuffer>, FileError | PartialRecord, never> =>
({ path, size }) => {
  const records = size / recordLength
  if (!Number.isInteger(records)) return [new Flow(Effect.fail(new PartialRecord({ path, size, recordLength })))]
  const n = Math.ceil(size / partitionBytes)
  const start = (i: number) => Math.floor((i * records) / n)
  return Array.from({ length: n }, (_, i) => recordFlow(path, recordLength, start(i), start(i + 1)))
}

/** Ends a flow where it fails, with a warning. The records before the failure stay. */
const skipping = <A, E, R>({ path }: FileEntry, flow: Flow<A, E, R>): Flow<A, E, R> => {
  const end = <B>(instead: B) => (cause: Cause.Cause<E>): Effect.Effect<B, E> => {
    if (Cause.hasInterrupts(cause)) return Effect.failCause(cause)
    const why = describeCause(reasonOf(Cause.squash(cause)))
    return Effect.as(Effect.logWarning(`Skipped the rest of ${path}, which cannot be read: ${why}`), instead)
  }
  const nothing: Pull<A, E, R> = Effect.succeed(undefined)
  return new Flow(Effect.catchCause(
    Effect.map(flow.open, (pull) => Effect.catchCause(pull, end(undefined))),
    end(nothing),
  ))
}

/** Makes the RDD of files, in their order. A file without bytes has no partition. */
export const filesRDD = <A, E, R>(
  operation: string,
  files: ReadonlyArray<FileEntry>,
  partitions: Partitions<A, E, R>,
  unreadable: "fail" | "skip",
): RDD<A, E, R> => {
  const flows = files.filter(({ size }) => size > 0).flatMap((file) =>
    unreadable === "fail" ? partitions(file) : partitions(file).map((flow) => skipping(file, flow))
  )
  const load = (i: number) => flows[i] ?? Block.empty
  return make(operation, [], {
    kind: "source",
    partitions: flows.length,
    waits: true,
    path: files[0]?.path,
    load,
  })
}
