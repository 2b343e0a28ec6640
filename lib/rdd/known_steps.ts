/**
 * The library's own last steps of actions, by name: where tasks run elsewhere, only what these steps give comes to the
 * driver.
 *
 * @module
 */
import { Mismatch } from "../core/errors.ts"
import type { Known, Narrow } from "./primitive.ts"

/** What makes a step of its arguments, which are portable data. */
const steps: Record<string, (args: never) => Narrow> = {}

/** The step of a name. Throws `Mismatch` if there is none: the other side has another version of the library. */
export const knownStep = ({ args, name }: Known): Narrow => {
  const make = steps[name]
  if (make === undefined) throw new Mismatch({ problem: `there is no step of the name ${name}` })
  return make(args as never)
}
