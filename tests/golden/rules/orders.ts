/** Orders that Spark leaves open. */
import { type Case, idsOf, nodesOf, type NodeSpec } from "../case.ts"
import { pure, type Rule } from "./rule.ts"

/** Operations after which keys come in any order. */
const shuffles = new Set([
  ...["reduceByKey", "groupByKey", "combineByKey", "foldByKey", "aggregateByKey", "countByValue", "partitionBy"],
  ...["cogroup", "groupWith", "join", "leftOuterJoin", "rightOuterJoin", "fullOuterJoin", "subtractByKey"],
  ...["updateStateByKey", "mapWithState", "stateSnapshots", "repartition", "distinct", "intersection", "subtract"],
  ...["reduceByKeyAndWindow", "groupByKeyAndWindow", "countByValueAndWindow", "groupBy"],
])

/** Operations that give one record. */
const single = new Set(["count", "reduce", "countByWindow", "reduceByWindow"])

const isOpen = (node: NodeSpec, parents: boolean): boolean => {
  if (single.has(node.op)) return false
  return (node.rdd ?? []).reduce(
    (open, { op }) => /^sortBy|^repartitionAndSort/.test(op) ? false : open || shuffles.has(op),
    parents || shuffles.has(node.op),
  )
}

/** The streams whose records come in an order that Spark leaves open. */
const openStreams = (golden: Case): ReadonlySet<unknown> => {
  const open = new Set<unknown>()
  for (const node of nodesOf(golden)) {
    if (isOpen(node, idsOf(node)?.some((id) => open.has(id)) === true)) open.add(node.id)
  }
  return open
}

/** After a shuffle, printed and written lines, results of actions, and partitions as lists are compared in any order. */
export const openOrder: Rule = pure("openOrder", (golden) => {
  if (golden.unordered !== undefined) return undefined
  const open = openStreams(golden)
  const lists = new Set(nodesOf(golden).flatMap(({ f, id, op }) => op === "glom" || f === "list" ? [id] : []))
  const concerned = (golden.outputs ?? []).filter((each) => open.has(each.in))
  if (concerned.length === 0) return undefined
  const ids = new Set(concerned.map(({ id }) => id))
  const outputs = golden.outputs?.map((each) => {
    if (!ids.has(each.id)) return each
    if (each.kind === "rddAction" && each.action !== undefined) {
      return { ...each, action: { ...each.action, compare: each.action.compare ?? "set" } as const }
    }
    return lists.has(each.in) ? { ...each, compare: "lists" } as const : each
  }) ?? []
  return { ...golden, outputs, unordered: Array.from(ids) }
})
