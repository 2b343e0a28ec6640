/**
 * Operators in both forms, data-first and data-last, which remember where they were written.
 *
 * @module
 */
import { callSite, withCallSite } from "./call_site.ts"

type Args = ReadonlyArray<never>

/**
 * As Effect's `dual`: called with all its arguments the operator is applied, called without its subject it waits for it.
 * In a `pipe` an operator is applied where the pipe begins; what it makes is said to stand where the operator does.
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
