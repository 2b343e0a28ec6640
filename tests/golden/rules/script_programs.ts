/** Scripts whose batches an account can tell: one context that is defined, started and advanced. */
import type { Program } from "../account/account.ts"
import type { Case, Expected, InputSpec } from "../case.ts"
import { nodesOf, outputsOf } from "../case.ts"
import { contextOf, stepsOf } from "./rule.ts"

/** Steps that change no batch, or define the graph before the start. */
const harmless = new RegExp(
  "^(create|build|input|node|output|start|advance|stop|state|getActive|slideDuration|zeroTime|clock|awaitOrTimeout|settle|" +
    "sparkContextStopped|countOnSparkContext|inputName|inputId|rememberDuration|checkpointDuration|stateCheckpointDuration|" +
    "generatedTimes|storageLevel|persistStream|cacheStream|checkpointStream|remember|checkpointDir)$",
)

/** The graph of a script and the batches that it runs; undefined where the steps do more than that. */
export const programOfScript = (golden: Case): Program | undefined => {
  const steps = stepsOf(golden)
  const create = steps.find((step) => step.do === "create")
  const contexts = new Set(steps.map(contextOf))
  const starts = steps.flatMap((step, i) => step.do === "start" ? [i] : [])
  const defined = steps.findLastIndex((step) => /^(build|input|node|output|checkpointStream)$/.test(step.do))
  const stop = steps.findIndex((step) => step.do === "stop")
  const advance = steps.findLastIndex((step) => step.do === "advance")
  const isPlain = steps.every((step) => harmless.test(step.do)) && contexts.size === 1 && starts.length === 1 &&
    defined < (starts[0] ?? 0) && (stop < 0 || stop > advance) && create?.sentinel !== false
  if (create === undefined || !isPlain) return undefined
  const intervals = steps.filter((step) => step.do === "checkpointStream" && typeof step.in === "string")
  return {
    spec: create,
    inputs: [
      ...golden.inputs ?? [],
      ...steps.flatMap((step) => step.do === "input" ? [step as unknown as InputSpec] : []),
    ],
    nodes: [...nodesOf(golden), ...intervals.map((step) => ({ op: "checkpoint", in: String(step.in), ms: step.ms }))],
    outputs: outputsOf(golden),
    batches: steps.reduce((n, step) => step.do === "advance" ? n + Number(step.batches ?? 1) : n, 0),
  }
}

/** The recorded steps with the ends of batches as results of `advance`. */
export const advances = (golden: Case, ends: ReadonlyArray<string>): NonNullable<Expected["steps"]> => {
  let at = 0
  return (golden.expected.steps ?? []).map((recorded, i) => {
    const { batches = 1, do: name } = golden.steps?.[i] ?? { do: "" }
    if (name !== "advance") return recorded
    const own = ends.slice(at, at + Number(batches))
    at += Number(batches)
    return { do: recorded.do, value: Number(batches) === 1 ? own[0] : own }
  })
}
