/**
 * The states of a worker: for each partition that it computes, a replica of the newest version. The driver has all versions.
 *
 * A task builds on the version that the one before it has left, or on one that the driver sends along. The answer says what the
 * task has changed, and the driver changes its own version in the same way.
 *
 * @module
 */
import { EngineFault } from "../../core/errors.ts"
import * as Codec from "../../core/codec.ts"
import type { Piecewise } from "../../core/pace.ts"
import type { GraphCopy } from "../../rdd/engine.ts"
import { encodeValues } from "../capture_chunks.ts"
import { fromBytes } from "../capture_format.ts"
import type { Input } from "../plan/task.ts"
import { toLogged } from "../state_capture.ts"
import { deltaOf } from "../state_delta.ts"
import { restoreTable } from "../state_restore.ts"
import { Version } from "../state_version.ts"
import type { TaskStates } from "../task/operations.ts"
import type { StateChanges } from "./messages.ts"

/** The state that a task reads and writes. */
export type StateInput = Extract<Input, { readonly kind: "state" }>

/** The worker does not have what the driver refers to. The driver has it. */
export class NotHere extends EngineFault<{ readonly what: string }> {
  override get message(): string {
    return `the worker does not have ${this.what}`
  }
}

/** Throws {@link NotHere}. */
export const missing = (what: string): never => {
  throw new NotHere({ what })
}

/** The state of one task. */
export interface ReplicaTask {
  /** What the task needs of states. */
  readonly states: TaskStates
  /** Keeps the version that the task has written, and gives what has changed. Throws `NotPortable` and `StateFormatFailed`. */
  readonly end: () => Piecewise<StateChanges>
}

/** The replicas of a worker. */
export class StateReplicas {
  readonly #codingOf: GraphCopy["codingOf"]
  readonly #newest = new Map<string, { readonly at: number; readonly version: Version }>()

  constructor(codingOf: GraphCopy["codingOf"]) {
    this.#codingOf = codingOf
  }

  /** Begins a task. `sent` is the version that it builds on, if the driver has sent that. */
  *begin(input: StateInput, sent: Uint8Array | undefined): Piecewise<ReplicaTask> {
    const { at, id, index } = input
    const key = `${index} ${id}`
    const base = yield* this.#base(key, input, sent)
    // If the task fails, the driver sends the version again.
    this.#newest.delete(key)
    const { newest } = base.shown().table
    const work = { records: 0, millis: 0 }
    let version = base
    const keep = () => this.#newest.set(key, { at, version: version.settle() })
    const coding = this.#codingOf(id) ?? {}
    return {
      states: {
        open: () => version = Version.on(base, at),
        view: () => undefined,
        worked: (_, records, millis) => {
          work.records += records
          work.millis += millis
        },
      },
      *end() {
        const { deleted, isTimed, keys, values } = yield* deltaOf(version, newest)
        const changes = {
          ...work,
          isTimed,
          deleted: Codec.encode(deleted),
          keys: Codec.encode(keys),
          values: encodeValues(toLogged(Array.from(values), coding), coding.fields),
        }
        keep()
        return changes
      },
    }
  }

  *#base(key: string, { from, id }: StateInput, sent: Uint8Array | undefined): Piecewise<Version> {
    if (from === undefined) return Version.empty()
    if (sent !== undefined) {
      const parts = fromBytes(sent).parts.map((part) => ({ at: from, part }))
      const { order, table } = yield* restoreTable(parts, this.#codingOf(id)?.decode)
      return Version.of(from, { order, table, changes: undefined })
    }
    const known = this.#newest.get(key)
    return known?.at === from ? known.version : missing(`version ${from} of the state ${id}`)
  }
}
