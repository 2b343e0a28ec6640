/**
 * The values of the driver during a run: what batches have committed, and what the current batch has changed.
 *
 * @module
 */
import * as Option from "effect/Option"
import type { Values } from "../../dstream/driver_state.ts"

/** What a batch has changed, by name. */
export type Changes = ReadonlyMap<string, unknown>

/** The values of the driver. One batch at a time changes them. */
export class DriverValues implements Values {
  readonly #committed: Map<string, unknown>
  #changes: Map<string, unknown> = new Map()

  constructor(committed: Iterable<readonly [string, unknown]> = []) {
    this.#committed = new Map(committed)
  }

  get(name: string): Option.Option<unknown> {
    const values = this.#changes.has(name) ? this.#changes : this.#committed
    return values.has(name) ? Option.some(values.get(name)) : Option.none()
  }

  set(name: string, value: unknown): void {
    this.#changes.set(name, value)
  }

  /** All committed values, by name. */
  get committed(): Changes {
    return this.#committed
  }

  /** What the current batch has changed so far. */
  get changes(): Changes {
    return new Map(this.#changes)
  }

  /** Goes back to earlier changes of the current batch, before another attempt. */
  reset(changes: Changes): void {
    this.#changes = new Map(changes)
  }

  /** Ends the current batch. */
  end(isCommitted: boolean): void {
    if (isCommitted) { for (const [name, value] of this.#changes) this.#committed.set(name, value) }
    this.#changes = new Map()
  }
}
