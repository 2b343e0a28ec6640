/**
 * Actions that run while a batch is being made: in `transform`, before the batches before it have ended maybe.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { Engine } from "../../rdd/engine.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"

/** Whether an RDD, or one below it, is such a one; not beyond where inputs enter. */
const isAbove = (root: AnyRDD, isMeant: (rdd: AnyRDD) => boolean): boolean => {
  const seen = new Set([root])
  // A set goes on to what is added to it on the way.
  for (const rdd of seen) {
    if (isMeant(rdd)) return true
    if (rdd.primitive.kind !== "input") rdd.parents.forEach((parent) => seen.add(parent))
  }
  return false
}

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
      isAbove(rdd, (each) => each.primitive.kind === "state" || isOpen(each)) ? Effect.andThen(ended(), action) : action
    )
  return {
    ...engine,
    run: (rdd, partitions, each) => after(rdd, engine.run(rdd, partitions, each)),
    layout: (rdd) => after(rdd, engine.layout(rdd)),
  }
}
