/** Cases of kind `rdd`: RDD operations and actions. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { RDD } from "../../mod.ts"
import { Testing } from "../../lib/testing.ts"
import { actionOf } from "./actions.ts"
import { type Case, missing, type NodeSpec } from "./case.ts"
import { compareElements, comparePartitions, compareResult, compareValues, type Result } from "./compare.ts"
import { layerOptions } from "./contexts.ts"
import { errorOf } from "./errors.ts"
import { type AnyRDD, idsOf, rddNode } from "./rdd_nodes.ts"
import type { Differences } from "./stream_cases.ts"
import { decodeAll } from "./values.ts"

/** How the value of an action is compared. */
const comparing = (what: string, action: NodeSpec) => (expected: unknown, got: unknown): string | undefined => {
  if (!Array.isArray(expected) || !Array.isArray(got)) return compareValues(what, expected, got)
  const { compare = "list" } = action
  if (action.op !== "glomCollect") return compareElements(what, expected, got, compare)
  if (compare === "list") return comparePartitions(what, expected, got, compare)
  return compareValues(`${what}, number of partitions`, expected.length, got.length) ??
    compareElements(what, expected.flat(), got.flat(), compare)
}

const build = ({ rdds = [], nodes = [] }: Case): ReadonlyMap<string, AnyRDD> => {
  const known = new Map<string, AnyRDD>()
  for (const { id, data, slices } of rdds) known.set(id, RDD.parallelize(decodeAll(data), { partitions: slices }))
  for (const node of nodes) {
    const apply = rddNode(node)
    const result = apply((idsOf(node) ?? []).map((id) => known.get(id) ?? missing(`RDD ${id}`)), 0)
    if (result !== null) known.set(node.id ?? node.op, result)
  }
  return known
}

/** Runs a case on one engine. */
export const rddCase = (golden: Case, engine: Testing.EngineName): Effect.Effect<Differences> =>
  Effect.gen(function* () {
    const { actions = [], expected } = golden
    const rdds = build(golden)
    const runs = actions.map((action) => ({
      action,
      run: actionOf(action)(rdds.get(idsOf(action)?.[0] ?? "") ?? missing(`RDD ${action.in}`)),
    }))
    const exits = yield* Effect.forEach(runs, ({ run }) => Effect.exit(run)).pipe(
      Effect.provide(Testing.layer(layerOptions(golden, engine))),
    )
    const results = exits.map((exit): Result =>
      Exit.isSuccess(exit) ? { value: exit.value } : { error: errorOf(exit.cause) }
    )
    // What Spark refuses while building is reported here by every action.
    const refused = expected.error
    const wanted = refused === undefined ? expected.results ?? [] : runs.map(() => ({ error: refused }))
    const number = compareValues("number of results", wanted.length, results.length)
    const different = runs.map(({ action }, i) => {
      const what = `${i} ${action.op}`
      return compareResult(what, wanted[i] ?? {}, results[i] ?? {}, comparing(what, action))
    })
    return [number, ...different].filter((found) => found !== undefined)
  })
