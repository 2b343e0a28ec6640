/**
 * Commands: what the driver tells the workers of a stage. Spark passes the bytes on to each of its tasks.
 *
 * @module
 */
import * as Codec from "../../core/codec.ts"
import type { Origin } from "../../dstream/graph/origin.ts"
import type { Fingerprint } from "../../dstream/graph/fingerprint.ts"
import type { CopyOptions } from "../copy/graph_copy.ts"
import type { StateMeasures } from "../../rdd/state.ts"
import type { Batches } from "../copy/noted_batches.ts"
import type { JobData } from "../threads/messages.ts"

/** How workers make their copies of a graph. Plain data. */
export interface RunData {
  /** Distinguishes runs. */
  readonly id: string
  readonly origin: Origin
  /** How many graphs the module of the origin has declared on the driver. */
  readonly declared: number
  /** The fingerprint of the graph on the driver. */
  readonly fingerprint: Fingerprint
  readonly options: CopyOptions
  /** Whether loops may be generated code. */
  readonly generateCode: boolean
  /** Whether records become read-only. */
  readonly freezeRecords: boolean
  /** How many milliseconds a task may take. */
  readonly taskTimeout: number | undefined
}

/** A version of a state that tasks of a stage read. */
export interface StateVersion {
  readonly id: string
  readonly at: number
  /** The outputs that have its captures, oldest first. */
  readonly captures: ReadonlyArray<number>
}

/** What the workers of a stage are told. Plain data. */
export interface Command {
  /** Undefined where workers have a copy already. */
  readonly run: RunData | undefined
  /** The number of the output. */
  readonly output: number
  /** The heads of the encoded tasks, by partition. */
  readonly heads: ReadonlyArray<Uint8Array>
  /** How many partitions the next stage has; undefined if none follows. All of them get the failures, the first one the reports. */
  readonly targets: number | undefined
  readonly job: JobData
  readonly batches: Batches
  readonly states: ReadonlyArray<StateVersion>
  /** Partitions whose oldest capture is of a batch before this one are copied, whether they change or not. */
  readonly refresh: number | undefined
}

/** Encodes a command. Throws `NotPortable` if the configuration of the graph is not plain data. */
export const encodeCommand = (command: Command): Uint8Array => Codec.encode([command])

/** Decodes a command. */
export const decodeCommand = (bytes: Uint8Array): Command => (Codec.decode(bytes) as [Command])[0]

/** What the rows of an output hold. */
export type Content = "records" | "capture" | "report" | "failure"

const contents: ReadonlyArray<Content> = ["records", "capture", "report", "failure"]

/** The tag of the rows of an output with such a content. Rows that the driver sends to a stage have that of its own records. */
export const tagOf = (output: number, content: Content): number => output * contents.length + contents.indexOf(content)

/** The output and the content of a tag. */
export const contentOf = (tag: number): { readonly output: number; readonly content: Content } => ({
  output: Math.floor(tag / contents.length),
  content: contents[tag % contents.length] ?? "records",
})

/** What a task tells the driver besides its records. The tasks of later stages pass it on. Plain data. */
export interface Report {
  readonly output: number
  readonly task: number
  /** How many records it has read. */
  readonly read: number
  /** How many records its block has. */
  readonly length: number
  /** What it has added to accumulators, encoded. */
  readonly updates: Uint8Array | undefined
  /** For a state: what the partition of its version holds, and the batch time of the oldest capture that is needed. */
  readonly state?: StateMeasures & { readonly neededFrom: number } | undefined
}

/** How a task has failed. Plain data. */
export interface Failure {
  readonly output: number
  readonly task: number
  readonly answer:
    /** At a place, with an encoded reason. */
    | { readonly kind: "failed"; readonly at: number; readonly reason: Uint8Array }
    /** The library has failed, with an encoded reason. */
    | { readonly kind: "died"; readonly reason: Uint8Array }
    /** It has to run on the driver. */
    | { readonly kind: "refused"; readonly why: string | undefined }
}

/** Encodes a report or a failure. */
export const encodePart = (part: Report | Failure): Uint8Array => Codec.encode([part])

/** Decodes a report. */
export const decodeReport = (bytes: Uint8Array): Report => (Codec.decode(bytes) as [Report])[0]

/** Decodes a failure. */
export const decodeFailure = (bytes: Uint8Array): Failure => (Codec.decode(bytes) as [Failure])[0]
