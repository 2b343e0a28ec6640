/** Differences of RDDs: what changes them in Spark, and which keys they may have. */
import * as Effect from "effect/Effect"
import { type Case, idsOf, type NodeSpec, type ResultSpec } from "../case.ts"
import { resultsOf } from "../rdd_cases.ts"
import { same } from "../values.ts"
import { expecting, pure, type Rule } from "./rule.ts"

const LEVEL = "Cannot change storage level of an RDD after it was already assigned a level"
const SPARK = "org.apache.spark.SparkException"
const DIRECTORY = "Checkpoint directory has not been set in the SparkContext"

/** What is known of an RDD after some actions, in Spark and in DStream. */
interface Known {
  readonly levels: readonly [spark: string, dstream: string]
  /** Spark marks an RDD for its checkpoint, which the next job makes. */
  readonly checkpoint: "none" | "marked" | "made"
}

const plain: Known = { levels: ["NONE", "NONE"], checkpoint: "none" }

/** Actions that run no job. */
const jobless: ReadonlySet<string> = new Set([
  ...["persist", "cache", "unpersist", "storageLevel", "checkpoint", "localCheckpoint", "isCheckpointed"],
  ...["getNumPartitions", "partitioner"],
])

/** What an action leaves of an RDD, and what it gives in Spark and in DStream; undefined where both give the same. */
interface Changed {
  readonly known: Known
  readonly spark?: ResultSpec
  readonly dstream?: ResultSpec
}

const persisted = (known: Known, level: string): Changed => {
  const [spark] = known.levels
  const isRefused = spark !== "NONE" && spark !== level
  const error = { class: "org.apache.spark.SparkUnsupportedOperationException", message: LEVEL }
  return {
    known: { ...known, levels: [isRefused ? spark : level, level] },
    spark: isRefused ? { error } : { value: level },
    dstream: { value: level },
  }
}

const changedBy = ({ level, op }: NodeSpec, known: Known, recorded: ResultSpec): Changed => {
  const { checkpoint, levels } = known
  switch (op) {
    case "persist":
      return persisted(known, String(level ?? "MEMORY_ONLY"))
    case "cache":
      return persisted(known, "MEMORY_ONLY")
    case "unpersist":
      return { known: { ...known, levels: ["NONE", "NONE"] } }
    case "storageLevel":
      return { known, spark: { value: levels[0] }, dstream: { value: levels[1] } }
    case "checkpoint":
      return recorded.error?.message === DIRECTORY
        ? {
          known: { ...known, checkpoint: "marked" },
          spark: { error: { class: SPARK, message: DIRECTORY } },
          dstream: {},
        }
        : { known: { ...known, checkpoint: "marked" } }
    case "localCheckpoint":
      return { known: { ...known, checkpoint: "marked" } }
    case "isCheckpointed":
      return { known, spark: { value: checkpoint === "made" }, dstream: { value: checkpoint !== "none" } }
    default: {
      const made = !jobless.has(op) && checkpoint === "marked"
      return { known: made ? { ...known, checkpoint: "made" } : known }
    }
  }
}

/** RDDs are values: `persist` makes a new one with its own level, and a checkpoint is made at once, without a directory. */
export const rddChanges: Rule = pure("rddChanges", (golden) => {
  const { actions = [], expected: { results } } = golden
  if (golden.kind !== "rdd" || results === undefined) return undefined
  const known = new Map<string, Known>()
  const refused = new Set<string>()
  const changed: Array<ResultSpec> = []
  for (const [i, result] of results.entries()) {
    const action = actions[i] ?? { op: "" }
    const [id = ""] = idsOf(action) ?? []
    const change = changedBy(action, known.get(id) ?? plain, result)
    // Without a directory Spark does not mark the RDD either.
    if (result.error?.message === DIRECTORY) refused.add(id)
    else if (action.op === "checkpoint" && golden.checkpoint !== true) return undefined
    const spark = action.op === "isCheckpointed" && refused.has(id) ? { value: false } : change.spark
    if (spark !== undefined && !same(spark, result)) return undefined
    known.set(id, change.known)
    changed.push(change.dstream ?? result)
  }
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
