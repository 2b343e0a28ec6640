/**
 * Records that a stage has written where tasks run, and that stay there. The driver knows where they are and passes them on
 * to the tasks of later stages.
 *
 * @module
 */
import type { Block } from "../../rdd/block.ts"
import type { Columns } from "../../rdd/column_block.ts"

/** What a stage has written: its number, by which tasks find its records. Engines add what they need to know. */
export interface Output {
  readonly number: number
  /** Has `drop` called when its records, which stay where tasks run, are released. */
  readonly whenReleased: (drop: () => void) => void
}

/** Which records of an output a task reads. Plain data. */
export interface Reference {
  /** The number of the output. */
  readonly output: number
  readonly partition: number
  /** The first task whose records are read, and the one after the last; all tasks where these are left out. */
  readonly from?: number | undefined
  readonly to?: number | undefined
}

const unread = (what: string): never => {
  throw new TypeError(`the driver reads ${what} that is not here`)
}

/** A block that is where tasks run. */
export class RemoteBlock implements Block<never> {
  readonly output: Output
  readonly reference: Reference
  readonly length: number

  constructor(output: Output, partition: number, length: number) {
    this.output = output
    this.reference = { output: output.number, partition }
    this.length = length
  }

  get records(): ReadonlyArray<never> {
    return unread("a block")
  }
}

/** What tasks have written for one partition of the next stage, where tasks run. */
export class RemoteBucket implements Columns {
  readonly output: Output
  readonly reference: Reference

  constructor(output: Output, reference: Omit<Reference, "output">) {
    this.output = output
    this.reference = { output: output.number, ...reference }
  }

  get keys(): ReadonlyArray<never> {
    return unread("a bucket")
  }

  get values(): ReadonlyArray<never> {
    return unread("a bucket")
  }
}

/** Finds the records of references in the isolate where a task runs. */
export interface Remote {
  readonly block: (reference: Reference) => Block<unknown>
  readonly buckets: (reference: Reference) => ReadonlyArray<Columns>
}
