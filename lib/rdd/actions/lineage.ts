/**
 * What an RDD is and where it comes from: setName, toDebugString.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { dual } from "../../core/dual.ts"
import { type ActionError, Engine } from "../engine.ts"
import { getStorageLevel } from "../operators/persistence.ts"
import { type AnyRDD, type RDD, renamed } from "../rdd.ts"

/**
 * The same RDD with a name, for {@link toDebugString} and user interfaces. What is persisted is kept for each of the two
 * by itself, so name an RDD first. Spark: `RDD.setName`, which changes the RDD itself.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD } from "@dstream/dstream"
 *
 * assert.equal(RDD.range(0, 3).pipe(RDD.setName("numbers")).name, "numbers")
 * ```
 */
export const setName: {
  (name: string): <A, E, R>(self: RDD<A, E, R>) => RDD<A, E, R>
  <A, E, R>(self: RDD<A, E, R>, name: string): RDD<A, E, R>
} = dual(2, <A, E, R>(self: RDD<A, E, R>, name: string): RDD<A, E, R> => renamed(self, name))

const line = (rdd: AnyRDD): string => {
  const level = getStorageLevel(rdd)
  const name = rdd.name === undefined ? "" : `${rdd.name} `
  return `${name}${rdd.operation}[${rdd.id}] at ${rdd.site.short}${level === "NONE" ? "" : ` [${level}]`}`
}

/** Whether records of one partition may come from several partitions of each parent. */
const shuffles = ({ primitive }: AnyRDD): boolean =>
  primitive.kind === "shuffle" || primitive.kind === "balance" || primitive.kind === "cogroup" ||
  primitive.kind === "state"

type Count = (rdd: AnyRDD) => Effect.Effect<number, unknown, unknown>

/** An RDD that a stage ends with, and the lines below it. `lead` stands before its first line, `bar` before the others. */
const stage: (
  rdd: AnyRDD,
  count: Count,
  lead: string,
  bar: string,
) => Effect.Effect<Array<string>, unknown, unknown> = Effect.fnUntraced(
  function* (rdd: AnyRDD, count: Count, lead: string, bar: string) {
    const partitions = `(${yield* count(rdd)})`
    const left = " ".repeat((partitions.length - 1) >> 1)
    const trunk = `${bar}${left}|${" ".repeat(partitions.length - left.length)}`
    return [`${lead}${partitions} ${line(rdd)}`, ...yield* below(rdd, count, trunk)]
  },
)

const below: (rdd: AnyRDD, count: Count, trunk: string) => Effect.Effect<Array<string>, unknown, unknown> = Effect
  .fnUntraced(function* (rdd: AnyRDD, count: Count, trunk: string) {
    const out: Array<string> = []
    const before = trunk.replace(/\|\s*$/, "")
    for (const [i, parent] of rdd.parents.entries()) {
      const more = i < rdd.parents.length - 1
      if (shuffles(rdd)) out.push(...yield* stage(parent, count, `${before}+-`, `${before}${more ? "| " : "  "}`))
      else out.push(`${trunk}${line(parent)}`, ...yield* below(parent, count, trunk))
    }
    return out
  })

/**
 * The lineage as text: the RDD, and below it what it is computed from, to the sources. Each stage begins with its number
 * of partitions; `+-` marks a shuffle. An RDD that is used more than once is shown as often. Spark: `RDD.toDebugString`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const groups = RDD.range(0, 9, { partitions: 3 }).pipe(RDD.keyBy((n) => n % 2), RDD.groupByKey({ partitions: 2 }))
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * const text = await Effect.runPromise(Effect.provide(RDD.toDebugString(groups), sc))
 * assert.match(text, /^\(2\) groupByKey.*\n \+-\(3\) keyBy.*\n {4}\| {2}range/)
 * ```
 */
export const toDebugString = <A, E, R>(self: RDD<A, E, R>): Effect.Effect<string, ActionError<E>, R | Engine> =>
  Effect.flatMap(Engine, (engine) => {
    const count: Count = (rdd) => Effect.map(engine.layout(rdd), ({ partitions }) => partitions)
    return Effect.map(stage(self, count, "", ""), (lines) => lines.join("\n"))
  }) as Effect.Effect<string, ActionError<E>, R | Engine>
