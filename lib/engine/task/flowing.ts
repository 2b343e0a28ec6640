/**
 * The open flow of a task: records of a source that are read while the task goes over them.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { reasonOf } from "../../core/errors.ts"
import { isDue, run } from "../../core/pace.ts"
import * as Block from "../../rdd/block.ts"
import type { Flow } from "../../rdd/flow.ts"
import type { Place } from "../plan/task.ts"
import { PlaceFailed, type Running, waiting } from "./failure.ts"

/** An open flow. Its records can be read once. */
export class Flowing {
  /** Gives the next block, and undefined after the last one. */
  readonly pull: Effect.Effect<Block.Block<unknown> | undefined, PlaceFailed, unknown>
  readonly #known: () => number | undefined
  #last: Block.Block<unknown> = Block.empty
  #before = 0

  /** `known` gives the number of the records if it is known without reading them. */
  constructor(
    pull: Effect.Effect<Block.Block<unknown> | undefined, PlaceFailed, unknown>,
    known: () => number | undefined,
  ) {
    this.#known = known
    this.pull = Effect.map(pull, (block) => {
      // The lines of a text are counted while they are read, so each block is asked when the next one comes.
      this.#before = this.length
      this.#last = block ?? Block.empty
      return block
    })
  }

  /** How many records have been pulled or counted so far. */
  get length(): number {
    return this.#before + this.#last.length
  }

  /** Counts all records, before any has been pulled. They are read only if their number is not known. */
  *count(): Running<number> {
    const known = this.#known()
    if (known !== undefined) return this.#before = known
    while ((yield* waiting(this.pull)) !== undefined) if (isDue()) yield
    return this.length
  }
}

/** Runs part of a task over a flow, which is closed afterwards. The place is that of the source. */
export const flowing = <A>(
  place: Place,
  flow: Flow<unknown, unknown, unknown>,
  work: (flowing: Flowing) => Running<A>,
): Running<A> => {
  const placed = <B>(self: Effect.Effect<B, unknown, unknown>) =>
    self.pipe(
      Effect.catchDefect((cause) => Effect.fail(reasonOf(cause))),
      Effect.mapError((reason) => new PlaceFailed(place, reason)),
    )
  return waiting(Effect.scoped(
    Effect.flatMap(placed(flow.open), (pull) => run(() => work(new Flowing(placed(pull), flow.count)))),
  ))
}

/** Waits for all records of a flow. */
export function* gathered({ pull }: Flowing): Running<Block.Block<unknown>> {
  const blocks: Array<Block.Block<unknown>> = []
  for (let block = yield* waiting(pull); block !== undefined; block = yield* waiting(pull)) blocks.push(block)
  return Block.concat(blocks)
}
