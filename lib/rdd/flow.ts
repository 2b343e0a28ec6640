/**
 * Flows: the records of a partition that arrive a piece at a time, so that they are never in memory all at once.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import * as Blocks from "./block.ts"
import type { Block } from "./block.ts"

/** Gives the next records at each run, and undefined after the last ones. */
export type Pull<A, E = never, R = never> = Effect.Effect<Block<A> | undefined, E, R>

/**
 * The records of a partition of a source, read while a task goes over them. `open` begins at the first record; what it
 * acquires is released when the task has ended, or needs no more records.
 */
export class Flow<out A, out E = never, out R = never> {
  readonly open: Effect.Effect<Pull<A, E, R>, E, R | Scope.Scope>
  /** Gives the number of records, or undefined if it is not known before they have been read. */
  readonly count: () => number | undefined
  constructor(
    open: Effect.Effect<Pull<A, E, R>, E, R | Scope.Scope>,
    count: () => number | undefined = () => undefined,
  ) {
    this.open = open
    this.count = count
  }
}

/** Adds up the records of flows. Gives undefined if one of the numbers is not known. */
const countOf = (flows: ReadonlyArray<Flow<unknown, unknown, unknown>>): number | undefined => {
  let sum = 0
  for (const flow of flows) {
    const records = flow.count()
    if (records === undefined) return undefined
    sum += records
  }
  return sum
}

/** Opens flows one after another, each when the one before has ended. */
export const concat = <A, E, R>(flows: ReadonlyArray<Flow<A, E, R>>): Flow<A, E, R> =>
  new Flow(
    Effect.gen(function* () {
      const scope = yield* Effect.scope
      let next = 0
      let current: Pull<A, E, R> | undefined
      const pull: Pull<A, E, R> = Effect.suspend(() => {
        if (current !== undefined) {
          return Effect.flatMap(current, (block) => {
            if (block !== undefined) return Effect.succeed(block)
            current = undefined
            return pull
          })
        }
        const flow = flows[next++]
        if (flow === undefined) return Effect.succeed(undefined)
        return Effect.flatMap(Effect.provideService(flow.open, Scope.Scope, scope), (opened) => {
          current = opened
          return pull
        })
      })
      return pull
    }),
    () => countOf(flows),
  )

/** Changes each block of a flow. */
export const map = <A, B, E, R, E2, R2>(
  self: Flow<A, E, R>,
  f: (block: Block<A>) => Effect.Effect<Block<B>, E2, R2>,
): Flow<B, E | E2, R | R2> =>
  new Flow(
    Effect.map(self.open, (pull) =>
      Effect.flatMap(pull, (block): Pull<B, E2, R2> =>
        block === undefined ? Effect.succeed(undefined) : f(block))),
  )

/** A flow that gives one block. */
const ofBlock = <A>(block: Block<A>): Flow<A> =>
  new Flow(
    Effect.sync(() => {
      let isGiven = false
      return Effect.sync(() => {
        if (isGiven) return undefined
        isGiven = true
        return block
      })
    }),
    () => block.length,
  )

/** Joins blocks and flows in order: a block if all are blocks, otherwise a flow. */
export const joined = <A, E, R>(all: ReadonlyArray<Block<A> | Flow<A, E, R>>): Block<A> | Flow<A, E, R> => {
  const blocks = all.flatMap((one) => one instanceof Flow ? [] : one)
  return blocks.length === all.length
    ? Blocks.concat(blocks)
    : concat(all.map((one) => one instanceof Flow ? one : ofBlock(one)))
}
