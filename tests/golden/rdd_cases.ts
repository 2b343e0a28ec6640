/** Cases of kind `rdd`: RDD operations and actions. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { RDD } from "../../mod.ts"
import { Testing } from "../../lib/testing.ts"
import { actionOf, changeOf } from "./actions.ts"
import { type Case, Missing, missing, type NodeSpec } from "./case.ts"
import { compareAction, compareErrors, compareResult, compareValues, type Result } from "./compare.ts"
import { layerOptions } from "./contexts.ts"
import { errorOf } from "./errors.ts"
import { type AnyRDD, idsOf, rddNode } from "./rdd_nodes.ts"
import type { Differences } from "./stream_cases.ts"
import { decodeAll } from "./values.ts"

type Known = Map<string, AnyRDD>

const find = (known: Known, id: string): AnyRDD => known.get(id) ?? missing(`RDD ${id}`)

const build = ({ rdds = [], nodes = [] }: Case): Known => {
  const known: Known = new Map()
  for (const { id, data, slices } of rdds) known.set(id, RDD.parallelize(decodeAll(data), { partitions: slices }))
  for (const node of nodes) {
    const result = rddNode(node)((idsOf(node) ?? []).map((id) => find(known, id)), 0)
    if (result !== null) known.set(node.id ?? node.op, result)
  }
  return known
}

/** Runs an action. Spark's `persist` and the like change the RDD; what ours give takes its place. */
const act = (known: Known, action: NodeSpec): Effect.Effect<unknown, unknown, Testing.Services> =>
  Effect.suspend(() => {
    const id = idsOf(action)?.[0] ?? missing("an action without an RDD")
    const change = changeOf(action)
    if (change === undefined) return actionOf(action)(find(known, id))
    return Effect.map(change(find(known, id)), ([rdd, value]) => {
      known.set(id, rdd)
      return value
    })
  })

/** What Spark refuses while building is told here when the RDD is used, at the latest. */
const refused = (golden: Case, known: Known): Effect.Effect<unknown, unknown, Testing.Services> => {
  const { actions = [], expected: { error } } = golden
  const rdd = known.get(error?.at ?? "")
  return rdd === undefined ? Effect.forEach(actions, (action) => act(known, action)) : RDD.count(rdd)
}

/** Runs a case on one engine. */
export const rddCase = (golden: Case, engine: Testing.EngineName): Effect.Effect<Differences> =>
  Effect.gen(function* () {
    const { actions = [], expected } = golden
    const built = yield* Effect.exit(Effect.sync(() => build(golden)))
    if (expected.error !== undefined) {
      const exit = Exit.isFailure(built) ? built : yield* Effect.exit(refused(golden, built.value))
      return Exit.isSuccess(exit)
        ? [`expected ${expected.error.class} ${expected.error.message}, but it is accepted`]
        : [compareErrors("building", expected.error, errorOf(exit.cause))].filter((found) => found !== undefined)
    }
    const known = yield* built
    const found = [compareValues("number of results", (expected.results ?? []).length, actions.length)]
    for (const [i, action] of actions.entries()) {
      const exit = yield* Effect.exit(act(known, action))
      const got: Result = Exit.isSuccess(exit) ? { value: exit.value } : { error: errorOf(exit.cause) }
      if (got.error instanceof Missing) return []
      const what = `${i} ${action.op}`
      found.push(
        compareResult(what, expected.results?.[i] ?? {}, got, (a, b) => compareAction(what, a, b, action)),
      )
    }
    return found.filter((each) => each !== undefined)
  }).pipe(Effect.provide(Testing.layer(layerOptions(golden, engine))))
