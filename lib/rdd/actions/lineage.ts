/**
 * Names and lineage of RDDs: setName, toDebugString.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { dual } from "../../core/dual.ts"
import { type ActionError, Engine } from "../engine.ts"
import { getStorageLevel } from "../operators/persistence.ts"
import { type AnyRDD, type RDD, renamed } from "../rdd.ts"

/**
 * Returns the same RDD with a name, for {@link toDebugString} and user interfaces.
 *
 * Set the name before you persist an RDD: the named and the unnamed RDD keep their records separately. Spark:
 * `RDD.setName`, which changes the RDD itself.
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

/** Describes an RDD in one line: name, operation, id, place in the source, storage level. */
const describe = (rdd: AnyRDD): string => {
  const level = getStorageLevel(rdd)
  const name = rdd.name === undefined ? "" : `${rdd.name} `
  return `${name}${rdd.operation}[${rdd.id}] at ${rdd.site.short}${level === "NONE" ? "" : ` [${level}]`}`
}

/** Whether the records of a partition can come from all partitions of each parent. */
const isShuffle = ({ primitive }: AnyRDD): boolean =>
  primitive.kind === "shuffle" || primitive.kind === "balance" || primitive.kind === "cogroup" ||
  primitive.kind === "state"

type CountPartitions = (rdd: AnyRDD) => Effect.Effect<number, unknown, unknown>

type Lines = Effect.Effect<Array<string>, unknown, unknown>

/**
 * The lines of a stage, and of the stages before it. `rdd` is the last RDD of the stage. `lead` is the text before the
 * first line, `bar` the text before the others.
 */
const stageLines: (rdd: AnyRDD, count: CountPartitions, lead: string, bar: string) => Lines = Effect.fnUntraced(
  function* (rdd: AnyRDD, count: CountPartitions, lead: string, bar: string) {
    const partitions = `(${yield* count(rdd)})`
    const left = " ".repeat((partitions.length - 1) >> 1)
    const trunk = `${bar}${left}|${" ".repeat(partitions.length - left.length)}`
    return [`${lead}${partitions} ${describe(rdd)}`, ...yield* parentLines(rdd, count, trunk)]
  },
)

/**
 * The lines of the parents of an RDD, and of what they are computed from. `trunk` is the text before each line of the
 * stage.
 */
const parentLines: (rdd: AnyRDD, count: CountPartitions, trunk: string) => Lines = Effect.fnUntraced(
  function* (rdd: AnyRDD, count: CountPartitions, trunk: string) {
    const lines: Array<string> = []
    const before = trunk.replace(/\|\s*$/, "")
    for (const [i, parent] of rdd.parents.entries()) {
      const isLast = i === rdd.parents.length - 1
      const added = isShuffle(rdd)
        ? yield* stageLines(parent, count, `${before}+-`, `${before}${isLast ? "  " : "| "}`)
        : [`${trunk}${describe(parent)}`, ...yield* parentLines(parent, count, trunk)]
      lines.push(...added)
    }
    return lines
  },
)

/**
 * Describes the lineage of an RDD as text: the RDD, followed by the RDDs it is computed from, down to the sources.
 *
 * Each stage begins with its number of partitions; `+-` marks a shuffle. An RDD that is used several times appears
 * several times. Spark: `RDD.toDebugString`.
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
    const count: CountPartitions = (rdd) => Effect.map(engine.layout(rdd), ({ partitions }) => partitions)
    return Effect.map(stageLines(self, count, "", ""), (lines) => lines.join("\n"))
  }) as Effect.Effect<string, ActionError<E>, R | Engine>
