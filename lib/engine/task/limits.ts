/**
 * Limits: how many records the steps of a task give at most, so that no more are computed than are needed.
 *
 * @module
 */
import type { Narrow } from "../../rdd/primitive.ts"
import type { Step } from "../plan/task.ts"
import { narrowAt, type Surroundings } from "./operations.ts"
import type { ElementKind } from "./program.ts"

const elementKinds: ReadonlySet<string> = new Set<ElementKind>([
  "map",
  "filter",
  "flatMap",
  "mapValues",
  "flatMapValues",
])

/** Whether a step goes over one record after another, so that one loop can do it together with its neighbours. */
export const isElement = (narrow: Narrow): narrow is Narrow & { readonly kind: ElementKind } =>
  elementKinds.has(narrow.kind)

/** Whether the results that a step has for a record do not depend on other records. */
const isEach = (narrow: Narrow): boolean => isElement(narrow) || (narrow.kind === "effect" && narrow.each === true)

/**
 * Returns how many records steps give at most, if they end with `take` and all steps before it see one record at a time.
 * The records before them need not all be computed then. Otherwise returns undefined.
 */
export const limitOf = (around: Surroundings, steps: ReadonlyArray<Step>): number | undefined => {
  const last = steps.at(-1)
  const narrow = last && narrowAt(around, last)
  return narrow?.kind === "take" && steps.slice(0, -1).every((step) => isEach(narrowAt(around, step)))
    ? narrow.n
    : undefined
}

/** Finds a `take` behind a step, with only steps that see one record at a time between them. */
export const takeBehind = (around: Surroundings, steps: ReadonlyArray<Step>, at: number): number | undefined => {
  const end = steps.findIndex((step, i) => i > at && !isEach(narrowAt(around, step)))
  return end > 0 && narrowAt(around, steps[end] as Step).kind === "take" ? end : undefined
}
