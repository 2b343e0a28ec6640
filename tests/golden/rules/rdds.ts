/** Differences of RDDs: what changes them in Spark, and which keys they may have. */
import * as Effect from "effect/Effect"
import { type Case, idsOf, type ResultSpec } from "../case.ts"
import { resultsOf } from "../rdd_cases.ts"
import { expecting, pure, type Rule } from "./rule.ts"

const LEVEL = "Cannot change storage level of an RDD after it was already assigned a level"
const DIRECTORY = "Checkpoint directory has not been set in the SparkContext"

/** What is known of an RDD after some actions. */
interface Known {
  readonly level?: string
  readonly isCheckpointed?: boolean
}

/** RDDs are values: `persist` makes a new one with its own level, and a checkpoint is made at once, without a directory. */
export const rddChanges: Rule = pure("rddChanges", (golden) => {
  const { actions = [], expected: { results } } = golden
  if (golden.kind !== "rdd" || results === undefined) return undefined
  const known = new Map<string, Known>()
  const changed = results.map((result, i): ResultSpec => {
    const action = actions[i] ?? { op: "" }
    const [id = ""] = idsOf(action) ?? []
    const own = known.get(id) ?? {}
    switch (action.op) {
      case "persist":
      case "cache": {
        const level = action.op === "cache" ? "MEMORY_ONLY" : String(action.level ?? "MEMORY_ONLY")
        if (result.error !== undefined && result.error.message !== LEVEL) return result
        known.set(id, { ...own, level })
        return { value: level }
      }
      case "unpersist":
        known.set(id, { ...own, level: "NONE" })
        return result
      case "storageLevel":
        return own.level === undefined ? result : { value: own.level }
      case "checkpoint":
      case "localCheckpoint":
        if (result.error !== undefined && result.error.message !== DIRECTORY) return result
        known.set(id, { ...own, isCheckpointed: true })
        return {}
      case "isCheckpointed":
        return own.isCheckpointed === true ? { value: true } : result
      default:
        return result
    }
  })
  return expecting(golden, { results: changed })
})

const refusal = /cannot partition array keys|Cannot use map-side combining with array keys/

const MARK = "\u0001"

/** Writes keys that are arrays as texts, which Spark and DStream treat alike. */
const withTextKeys = (golden: Case): Case => ({
  ...golden,
  rdds: golden.rdds?.map((rdd) => ({
    ...rdd,
    data: rdd.data.map((record) =>
      Array.isArray(record) && Array.isArray(record[0])
        ? [MARK + JSON.stringify(record[0]), ...record.slice(1)]
        : record
    ),
  })) ?? [],
})

const withArrayKeys = (value: unknown): unknown =>
  typeof value === "string" && value.startsWith(MARK)
    ? JSON.parse(value.slice(1))
    : Array.isArray(value)
    ? value.map(withArrayKeys)
    : value

/** Arrays are keys like other values: they give what texts in their place give. */
export const arrayKeys: Rule = (golden) =>
  Effect.gen(function* () {
    const { error, results = [] } = golden.expected
    const isRefused = [error, ...results.map((each) => each.error)].map((each) => refusal.test(each?.message ?? ""))
    if (golden.kind !== "rdd" || !isRefused.includes(true)) return undefined
    const found = yield* resultsOf(withTextKeys(golden))
    const changed = found.map((result, i): ResultSpec => {
      const recorded = results[i]
      const keeps = recorded !== undefined && isRefused[i + 1] !== true
      return keeps ? recorded : "value" in result ? { value: withArrayKeys(result.value) } : {}
    })
    return { golden: { ...golden, expected: { results: changed } }, names: ["arrayKeys"] }
  }).pipe(Effect.catchCause(() => Effect.undefined))
