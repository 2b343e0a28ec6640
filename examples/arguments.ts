/**
 * The arguments of the examples: numbers and URLs.
 *
 * @module
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"

/** The program was started with arguments that it does not take. */
export class WrongArguments extends Data.TaggedError("WrongArguments")<{ readonly problem: string }> {
  override get message(): string {
    return `${this.problem}. The first lines of the example list its arguments`
  }
}

const wrong = (problem: string) => Effect.fail(new WrongArguments({ problem }))

/** Fails if there are more than `most` arguments. */
export const atMost = (args: ReadonlyArray<string>, most: number): Effect.Effect<void, WrongArguments> =>
  args.length <= most
    ? Effect.void
    : wrong(`Expected ${most === 0 ? "no" : `at most ${most}`} arguments, but got ${args.length}`)

/** Checks that an argument is the URL of an HTTP server. */
export const httpUrl = (name: string, text: string): Effect.Effect<string, WrongArguments> =>
  /^https?:\/\//i.test(text) && URL.canParse(text)
    ? Effect.succeed(text)
    : wrong(`${name} must be the URL of a server, such as http://localhost:4318, but is "${text}"`)

/** Reads positive whole numbers from the arguments. `defaults` has their names, and their values if they are missing. */
export const numbers = <const N extends string>(
  args: ReadonlyArray<string>,
  defaults: Readonly<Record<N, number>>,
): Effect.Effect<Readonly<Record<N, number>>, WrongArguments> =>
  Effect.gen(function* () {
    const names = Object.keys(defaults) as Array<N>
    yield* atMost(args, names.length)
    const found: Record<N, number> = { ...defaults }
    for (const [i, text] of args.entries()) {
      const name = names[i]
      if (name === undefined || !/^[1-9]\d{0,8}$/.test(text)) {
        return yield* wrong(`${name} must be a positive whole number, but is "${text}"`)
      }
      found[name] = Number(text)
    }
    return found
  })

/** Fails if a number is not a port. */
export const checkPort = (port: number): Effect.Effect<void, WrongArguments> =>
  port <= 65_535 ? Effect.void : wrong(`port must be from 1 to 65535, but is ${port}`)
