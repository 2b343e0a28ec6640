/**
 * Jobs that yield to other fibers after each partition.
 *
 * @module
 */
import * as Fiber from "effect/Fiber"
import * as References from "effect/References"

/** Fibers that yield after so few operations also yield after each partition. */
const FEW = 64

/**
 * Whether the running job has to yield after each partition. Actions with a time limit ask for it, with a small
 * `References.MaxOpsBeforeYield`, so that the time limit can interrupt them.
 */
export const givesWay = (): boolean => (Fiber.getCurrent()?.getRef(References.MaxOpsBeforeYield) ?? Infinity) <= FEW
