/**
 * The states of the tasks that one worker runs, as the driver sees them: which versions the worker has a replica of.
 *
 * @module
 */
import { joined } from "../../core/bytes.ts"
import * as Codec from "../../core/codec.ts"
import { frozen } from "../../core/frozen.ts"
import type { Piecewise } from "../../core/pace.ts"
import type { CopyPlan } from "../../rdd/engine.ts"
import { toPieces } from "../capture_format.ts"
import { type Capturable, copyVersion } from "../state_capture.ts"
import { applyDelta } from "../state_delta.ts"
import type { StateStore } from "../state_store.ts"
import { Version } from "../state_version.ts"
import { checkMemory } from "../task/memory.ts"
import type { Surroundings } from "../task/operations.ts"
import type { StateChanges } from "./messages.ts"
import type { StateInput } from "./state_replicas.ts"

/** Where the states of the driver are, and how their values are written and read. */
export interface StatesOfRun extends Pick<Surroundings, "heap"> {
  readonly states: StateStore
  readonly codingOf: CopyPlan["codingOf"]
}

const sinceOf = (version: Capturable): number | undefined => version.shown().order?.since

/** The states of one worker, from its start to its end. */
export class SentStates {
  readonly #run: StatesOfRun
  /**
   * The versions of the driver that the worker has replicas of, and the time since which these have times of writes. Any version
   * that is written elsewhere is another object.
   */
  readonly #replicated = new WeakMap<Capturable, number | undefined>()

  constructor(run: StatesOfRun) {
    this.#run = run
  }

  /**
   * The version that a task builds on, as bytes; undefined if the worker has it. The worker replaces its replica: until `apply`,
   * it has none.
   */
  *send({ from, id, index }: StateInput): Piecewise<Uint8Array | undefined> {
    if (from === undefined) return undefined
    const { codingOf, states } = this.#run
    const version = states.find(id, index, from) ?? Version.empty()
    // A version that was dropped may have begun to record times.
    const isThere = this.#replicated.has(version) && this.#replicated.get(version) === sinceOf(version)
    this.#replicated.delete(version)
    if (isThere) return undefined
    const part = yield* copyVersion(version, index, from, codingOf(id))
    return joined(toPieces({ at: from, placing: undefined, parts: [part] }))
  }

  /** Writes the version that a task has written in the worker. */
  *apply(input: StateInput, { deleted, isTimed, keys, millis, records, values }: StateChanges): Piecewise<void> {
    const { at, from, id, index } = input
    const { codingOf, states } = this.#run
    const version = states.open(id, index, from, at)
    const { decode } = codingOf(id) ?? {}
    yield* applyDelta(version, {
      isTimed,
      deleted: Codec.decode(deleted),
      keys: Codec.decode(keys),
      values: Codec.decode(values).map((value) => frozen(decode === undefined ? value : decode(value))),
    })
    states.worked(id, records, millis)
    checkMemory(this.#run, input, () => version.bytes)
    const written = states.find(id, index, at)
    if (written !== undefined) this.#replicated.set(written, sinceOf(written))
  }
}
