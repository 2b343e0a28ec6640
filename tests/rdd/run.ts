/** Runs RDD tests on every variant of the local engine, and what they share: arbitrary slices, the naive bag of records. */
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as fc from "fast-check"
import { compare, parallelize, type RDD } from "../../lib/rdd.ts"
import type { Engine } from "../../lib/rdd/engine.ts"
import * as Addressed from "../engine/addressed.ts"
import * as LocalEngine from "../../lib/engine/local/engine.ts"

const engines: ReadonlyArray<readonly [string, Layer.Layer<Engine>]> = [
  ["generated", LocalEngine.layer({ parallelism: 2 })],
  ["closures", LocalEngine.layer({ parallelism: 2, generateCode: false })],
  ["loopback", Addressed.layer({ parallelism: 2 })],
]

const options = { sanitizeOps: true, sanitizeResources: true, sanitizeExit: true }

/** One test for each engine variant. */
export const onEngines = (name: string, body: () => Effect.Effect<unknown, unknown, Engine | Scope.Scope>): void => {
  for (const [engine, layer] of engines) {
    Deno.test(`${name} [${engine}]`, options, async () => {
      await Effect.runPromise(Effect.scoped(Effect.suspend(body)).pipe(Effect.provide(layer)))
    })
  }
}

/** A property for each engine variant: what `body` does must not fail for any input. */
export const holdsOnEngines = <A>(
  name: string,
  input: fc.Arbitrary<A>,
  body: (input: A) => Effect.Effect<unknown, unknown, Engine | Scope.Scope>,
): void => {
  for (const [engine, layer] of engines) {
    Deno.test(`${name} [${engine}]`, options, async () => {
      const property = fc.asyncProperty(input, async (value) => {
        await Effect.runPromise(Effect.scoped(body(value)).pipe(Effect.provide(layer)))
      })
      await fc.assert(property, { numRuns: 40 })
    })
  }
}

/** Records and how many slices to cut them into. */
export interface Sliced<A> {
  readonly data: ReadonlyArray<A>
  readonly partitions: number
}

/** Any records in any number of slices. */
export const sliced = <A>(record: fc.Arbitrary<A>, maxLength = 12): fc.Arbitrary<Sliced<A>> =>
  fc.record({ data: fc.array(record, { maxLength }), partitions: fc.integer({ min: 1, max: 5 }) })

/** The RDD of sliced records. */
export const rddOf = <A>({ data, partitions }: Sliced<A>): RDD<A> => parallelize(data, { partitions })

/** Few different keys, so that they meet: strings, numbers, tuples, dates. */
export const anyKey: fc.Arbitrary<string | number | [string, number] | Date> = fc.oneof(
  fc.constantFrom("a", "b", "", "é"),
  fc.integer({ min: -2, max: 2 }),
  fc.tuple(fc.constantFrom("x", "y"), fc.integer({ min: 0, max: 1 })),
  fc.constantFrom(0, 1).map((time) => new Date(time)),
)

/** Any pairs. */
export const anyPair: fc.Arbitrary<[string | number | [string, number] | Date, number]> = fc.tuple(
  anyKey,
  fc.integer({ min: -9, max: 9 }),
)

/** Sorted, to compare records whose order is free. */
export const bag = <A>(records: Iterable<A>): Array<A> => [...records].sort(compare)

/** Whether two keys are the same, the naive way. */
export const same = (a: unknown, b: unknown): boolean =>
  (a instanceof Date) === (b instanceof Date) && JSON.stringify(a) === JSON.stringify(b)

/** The naive meaning of grouping: every key once, in order of appearance, with its values in order. */
export const groupsOf = <K, V>(pairs: ReadonlyArray<readonly [K, V]>): Array<[K, Array<V>]> => {
  const groups: Array<[K, Array<V>]> = []
  for (const [key, value] of pairs) {
    const group = groups.find((one) => same(one[0], key))
    if (group === undefined) groups.push([key, [value]])
    else group[1].push(value)
  }
  return groups
}
