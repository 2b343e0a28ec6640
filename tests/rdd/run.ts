/**
 * Runs tests of RDDs on every variant of the local engine, and has the arbitraries and naive models that they share.
 */
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as fc from "fast-check"
import { compare, parallelize, type RDD } from "../../lib/rdd.ts"
import type { Engine } from "../../lib/rdd/engine.ts"
import * as LocalEngine from "../../lib/engine/local/engine.ts"

const engines: ReadonlyArray<readonly [string, Layer.Layer<Engine>]> = [
  ["generated", LocalEngine.layer({ parallelism: 2 })],
  ["closures", LocalEngine.layer({ parallelism: 2, generateCode: false })],
  ["loopback", LocalEngine.layer({ parallelism: 2, loopback: true })],
]

const options = { sanitizeOps: true, sanitizeResources: true, sanitizeExit: true }

/** Registers a test for each engine variant. */
export const onEngines = (name: string, body: () => Effect.Effect<unknown, unknown, Engine | Scope.Scope>): void => {
  for (const [engine, layer] of engines) {
    Deno.test(`${name} [${engine}]`, options, async () => {
      await Effect.runPromise(Effect.scoped(Effect.suspend(body)).pipe(Effect.provide(layer)))
    })
  }
}

/** Registers a property test for each engine variant: `body` must succeed for every input. */
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

/** Records, and the number of partitions to divide them into. */
export interface Sliced<A> {
  readonly data: ReadonlyArray<A>
  readonly partitions: number
}

/** Arbitrary records in an arbitrary number of partitions. */
export const sliced = <A>(record: fc.Arbitrary<A>, maxLength = 12): fc.Arbitrary<Sliced<A>> =>
  fc.record({ data: fc.array(record, { maxLength }), partitions: fc.integer({ min: 1, max: 5 }) })

/** Creates the RDD of sliced records. */
export const rddOf = <A>({ data, partitions }: Sliced<A>): RDD<A> => parallelize(data, { partitions })

/** Arbitrary keys: strings, numbers, tuples, dates. There are few, so that equal keys are likely. */
export const anyKey: fc.Arbitrary<string | number | [string, number] | Date> = fc.oneof(
  fc.constantFrom("a", "b", "", "é"),
  fc.integer({ min: -2, max: 2 }),
  fc.tuple(fc.constantFrom("x", "y"), fc.integer({ min: 0, max: 1 })),
  fc.constantFrom(0, 1).map((time) => new Date(time)),
)

/** Arbitrary pairs. */
export const anyPair: fc.Arbitrary<[string | number | [string, number] | Date, number]> = fc.tuple(
  anyKey,
  fc.integer({ min: -9, max: 9 }),
)

/** Sorts records, to compare results whose order is not defined. */
export const bag = <A>(records: Iterable<A>): Array<A> => [...records].sort(compare)

/** Whether two keys are equal: the naive model of key equality. */
export const same = (a: unknown, b: unknown): boolean =>
  (a instanceof Date) === (b instanceof Date) && JSON.stringify(a) === JSON.stringify(b)

/** The naive model of grouping: every key once, in order of appearance, with its values in order. */
export const groupsOf = <K, V>(pairs: ReadonlyArray<readonly [K, V]>): Array<[K, Array<V>]> => {
  const groups: Array<[K, Array<V>]> = []
  for (const [key, value] of pairs) {
    const group = groups.find((one) => same(one[0], key))
    if (group === undefined) groups.push([key, [value]])
    else group[1].push(value)
  }
  return groups
}
