/**
 * Actions that run while a batch is being made: in `transform`, before the batches before it have ended maybe.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { Engine } from "../rdd/engine.ts"
import type { AnyRDD } from "../rdd/rdd.ts"
import { walk } from "./sharing.ts"

/**
 * An engine whose actions run after `ended` if they need what batches that are open have to compute: state, or what windows
 * look back at (`isOpen`). It would be computed out of its batch and without the policy of its output otherwise, and
 * what it fails with would be the failure of another batch.
 */
export const afterOpen = (
  engine: Engine,
  isOpen: (rdd: AnyRDD) => boolean,
  ended: () => Effect.Effect<void>,
): Engine => {
  const after = <A, E, R>(rdd: AnyRDD, action: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.suspend(() =>
      walk(rdd).some((each) => each.primitive.kind === "state" || isOpen(each))
        ? Effect.andThen(ended(), action)
        : action
    )
  return {
    ...engine,
    run: (rdd, partitions, each) => after(rdd, engine.run(rdd, partitions, each)),
    layout: (rdd) => after(rdd, engine.layout(rdd)),
  }
}
