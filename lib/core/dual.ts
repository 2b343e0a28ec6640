/**
 * Operators in both forms, data-first and data-last, that keep their call site.
 *
 * @module
 */
import { callSite, withCallSite } from "./call_site.ts"

type Args = ReadonlyArray<never>

/**
 * Makes an operator that can be called data-first or data-last, as Effect's `dual` does. Called with all its arguments,
 * it is applied. Called without its first argument, it returns a function that takes that argument.
 *
 * A `pipe` applies its operators in the line in which the pipe begins. With this `dual`, what an operator makes has the
 * call site of the operator itself.
 */
// deno-lint-ignore no-explicit-any
export const dual: <DataLast extends (...args: Array<any>) => any, DataFirst extends (...args: Array<any>) => any>(
  arity: number | ((args: IArguments | ReadonlyArray<unknown>) => boolean),
  body: DataFirst,
) => DataLast & DataFirst = (arity, body) => {
  const isDataFirst = typeof arity === "number" ? (args: Args) => args.length >= arity : arity
  const both = (...args: Args) => {
    if (isDataFirst(args)) return body(...args)
    const site = callSite()
    return (self: never) => withCallSite(site, () => body(self, ...args))
  }
  return both as never
}
