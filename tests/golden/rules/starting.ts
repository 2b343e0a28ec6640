/** Graphs that Spark starts and DStream refuses, or the other way round. */
import * as Effect from "effect/Effect"
import { type Case, type ErrorSpec, nodesOf, type ResultSpec } from "../case.ts"
import { isLikeSpark, likeDStream } from "./accounts.ts"
import { contextOf, eachStep, type Rule, type Step, stepsOf } from "./rule.ts"

const ARGUMENT = "java.lang.IllegalArgumentException"

const refusals = new RegExp([
  "^requirement failed: The checkpoint directory has not been set",
  "^requirement failed: The checkpoint interval for \\w+ has been set",
  "^requirement failed: \\w+ has been marked for checkpointing but the storage level",
  "^requirement failed: .* which is not more than the checkpoint interval",
].join("|"))

const isRefusal = (error: ErrorSpec | undefined): boolean =>
  error?.class === ARGUMENT && refusals.test(error.message ?? "")

/** What the steps after a `start` that Spark refuses give here; undefined for steps that say nothing of it. */
const running: Readonly<Record<string, (step: Step) => ResultSpec | undefined>> = {
  state: ({ expected }) => expected.value === "STOPPED" ? { value: "ACTIVE" } : undefined,
  getActive: (step) => step.expected.value === null ? { value: contextOf(step) } : undefined,
  sparkContextStopped: ({ expected }) => expected,
  clock: ({ expected }) => expected,
  settle: ({ expected }) => expected,
}

const inScript = (golden: Case): Case | undefined => {
  const steps = stepsOf(golden)
  const at = steps.findIndex((step) => step.do === "start" && isRefusal(step.expected.error))
  const rest = steps.slice(at + 1)
  const end = rest.findIndex((step) => step.do === "stop")
  const concerned = end < 0 ? rest : rest.slice(0, end)
  const results = concerned.map((step) => Object.hasOwn(running, step.do) ? running[step.do]?.(step) : undefined)
  if (at < 0 || results.some((result) => result === undefined)) return undefined
  return eachStep(golden, (_, before) => before.length === at ? {} : results[before.length - at - 1])
}

/** State and inverse windows need no checkpoint directory and no interval. */
export const checkpoints: Rule = (golden) =>
  Effect.gen(function* () {
    const found = golden.kind === "script"
      ? inScript(golden)
      : golden.kind === "stream" && golden.expected.error?.phase === "start" && isRefusal(golden.expected.error)
      ? yield* likeDStream(golden)
      : undefined
    return found === undefined ? undefined : { golden: found, names: ["checkpoints"] }
  })

/** Windows have a length; Spark gives empty windows. */
export const emptyWindows: Rule = (golden) =>
  Effect.gen(function* () {
    const window = nodesOf(golden).find((node) => node.window === 0)
    if (golden.kind !== "stream" || window === undefined || !(yield* isLikeSpark(golden))) return undefined
    const isReduced = window.inv !== undefined || window.op.startsWith("count")
    const error: ErrorSpec = {
      class: isReduced ? ARGUMENT : "java.lang.Exception",
      message:
        `The window duration of ${isReduced ? "ReducedWindowedDStream" : "windowed DStream"} (0) must be a positive ` +
        "whole number of milliseconds",
    }
    return { golden: { ...golden, expected: { error } }, names: ["emptyWindows"] }
  })

/** Partition counts are positive; Spark accepts others and fails batch by batch. */
export const badPartitions: Rule = (golden) =>
  Effect.sync(() => {
    const { batchErrors: [first, ...rest] = [], error } = golden.expected
    const node = nodesOf(golden).find(({ n = 1 }) => n < 1)
    if (golden.kind !== "stream" || error !== undefined || first === undefined || node === undefined) return undefined
    if (rest.some((each) => each.error.message !== first.error.message)) return undefined
    const message = `partitions is ${node.n}, but must be a positive whole number`
    return {
      golden: { ...golden, expected: { error: { class: ARGUMENT, message } } },
      names: ["badPartitions"],
    }
  })
