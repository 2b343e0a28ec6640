/**
 * Jobs that let other fibers run after each partition.
 *
 * @module
 */
import * as Fiber from "effect/Fiber"
import * as References from "effect/References"

/** Fibers that yield after so few operations are meant to do so after each partition. */
const FEW = 64

/**
 * Whether the running job has to yield after each partition: actions with a time limit ask for it, by
 * `References.MaxOpsBeforeYield`, so that the clock is looked at.
 */
export const givesWay = (): boolean => (Fiber.getCurrent()?.getRef(References.MaxOpsBeforeYield) ?? Infinity) <= FEW
