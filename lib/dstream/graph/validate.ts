/**
 * The check of graphs before they run, which finds all problems at once.
 *
 * @module
 */
import type * as Duration from "effect/Duration"
import { type CallSite, Located } from "../../core/call_site.ts"
import { describeValue } from "../../core/describe_value.ts"
import { withoutOperator } from "../../core/errors.ts"
import { toMillis } from "../../core/durations.ts"
import { type AnyDStream, isDStream, originalOf, type Traits } from "../dstream.ts"
import { inputName } from "../inputs/input.ts"
import { type AnyOutput, isOutput } from "../outputs/output.ts"
import type { AnyGraph } from "./graph.ts"
import { inputsAmong, nodes } from "./nodes.ts"

/** A problem of a graph. */
export interface Problem {
  /** The operation that has the problem; undefined if the graph itself has it. */
  readonly operator: string | undefined
  /** Where the operator was made in the user's source. */
  readonly callSite: CallSite | undefined
  /** What is wrong, as a sentence. */
  readonly text: string
}

const place = ({ operator, callSite }: Problem): string =>
  (operator ?? "") + (callSite === undefined ? "" : ` at ${callSite.short}`)

/** The error of a graph that cannot run. `message` has a line for each problem. */
export class InvalidGraph extends Located<{ readonly problems: ReadonlyArray<Problem> }> {
  readonly _tag = "InvalidGraph" as const
  override get message(): string {
    return this.problems.map((it) =>
      it.operator === undefined ? it.text : `${place(it)}: ${withoutOperator(it.operator, it.text)}`
    ).join("\n")
  }
}

/** What {@link validate} needs to know of the context. */
export interface ValidateOptions {
  /** The batch interval. */
  readonly batchDuration: Duration.Input
}

const ofGraph = (text: string): Problem => ({ operator: undefined, callSite: undefined, text })

const about = (it: AnyDStream | AnyOutput, text: string): Problem => ({
  operator: it.operation,
  callSite: it.site,
  text,
})

const notAnOutput = (u: unknown, index: number): Problem =>
  isDStream(u)
    ? about(u, `output ${index} is a stream; end it with an output operation, such as print or foreachRDD`)
    : ofGraph(`Output ${index} is not an output operation, but: ${describeValue(u)}`)

// The types exclude all of these, but callers may be untyped.
const outputProblems = (outputs: unknown): ReadonlyArray<Problem> => {
  if (isOutput(outputs)) return [ofGraph("The outputs are not a list, but a single output; put it into [ ]")]
  if (!Array.isArray(outputs)) return [ofGraph(`The outputs are not a list, but: ${describeValue(outputs)}`)]
  if (outputs.length === 0) return [ofGraph("No output operations registered, so nothing to execute")]
  return outputs.flatMap((output: unknown, index) => isOutput(output) ? [] : [notAnOutput(output, index)])
}

const streamsOf = (graph: AnyGraph, outputs: ReadonlyArray<AnyOutput>): ReadonlyArray<AnyDStream> => {
  const [first, ...rest] = outputs
  return first === undefined ? [] : nodes({ ...graph, outputs: [first, ...rest] })
}

const slideProblems = (stream: AnyDStream, batchDuration: number): ReadonlyArray<string> => {
  const slide = stream.slideDuration
  // Streams inherit the slide of their first parent. Its problems are reported once, for the stream that set it.
  if (slide === undefined || Object.is(slide, stream.parents[0]?.slideDuration)) return []
  if (!Number.isSafeInteger(slide) || slide <= 0) {
    return [`its slide duration (${slide} ms) must be a positive whole number of milliseconds`]
  }
  if (slide % batchDuration === 0) return []
  return [`its slide duration (${slide} ms) must be a multiple of the batch interval (${batchDuration} ms)`]
}

/** Problems of the user's functions. An async one is a problem because its Promise would count as the result. */
const functionProblems = (
  functions: ReadonlyArray<unknown>,
  { effectVariant, takesEffects }: Pick<Traits, "effectVariant" | "takesEffects">,
): ReadonlyArray<string> => {
  const wrong = functions.filter((f) => typeof f !== "function")
  if (wrong.length > 0) return [`it takes a function, but was given: ${describeValue(wrong[0])}`]
  if (!functions.some(isAsync)) return []
  const instead = takesEffects === true
    ? "give an Effect, such as Effect.promise(() => …)"
    : effectVariant === undefined
    ? "do that in mapEffect before"
    : `${effectVariant} takes functions that give Effects`
  return [`its function is async, and Promises are not waited for; ${instead}`]
}

const isAsync = (f: unknown): boolean =>
  /^\[object Async(Generator)?Function\]$/.test(Object.prototype.toString.call(f))

const nodeProblems = (stream: AnyDStream, batchDuration: number): ReadonlyArray<Problem> => {
  const { functions, slideDuration, traits } = stream
  const own = traits.check?.(batchDuration) ?? []
  // An operator that has checked its slide against that of its parent says more than the general rule.
  const isSlideKnown = own.some((text) =>
    text.includes("slide duration of") && text.includes(`(${slideDuration} ms) must`)
  )
  const texts = new Set([
    ...own,
    ...(isSlideKnown ? [] : slideProblems(stream, batchDuration)),
    ...functionProblems(functions, traits),
  ])
  return Array.from(texts, (text) => about(stream, text))
}

const nameProblems = (
  streams: ReadonlyArray<AnyDStream>,
  outputs: ReadonlyArray<AnyOutput>,
): ReadonlyArray<Problem> => {
  const holders = new Map<string, AnyDStream | AnyOutput>()
  // Inputs without a name of their own are addressed by the name that user interfaces show.
  const ids = new Map(inputsAmong(streams).map((stream, id) => [stream, id]))
  const nameOf = (stream: AnyDStream) => {
    const id = ids.get(stream)
    return id === undefined ? stream.name : inputName(stream, id)
  }
  const named: ReadonlyArray<readonly [AnyDStream | AnyOutput, string | undefined]> = [
    ...streams.map((stream) => [stream, nameOf(stream)] as const),
    ...outputs.map((output) => [output, output.name] as const),
  ]
  return named.flatMap(([it, name]) => {
    if (name === undefined) return []
    const holder = holders.get(name)
    if (holder === undefined) {
      holders.set(name, it)
      return []
    }
    // A stream and its named copies count as one stream.
    if (isDStream(it) && isDStream(holder) && originalOf(it) === originalOf(holder)) return []
    return [about(it, `its name ${JSON.stringify(name)} is already that of ${place(about(holder, ""))}`)]
  })
}

/**
 * Lists all problems of a graph without running anything; if the list is empty, the graph can run. Problems are: no
 * outputs, values that are not outputs, arguments that operators reject, async functions, slides that are not a
 * multiple of the batch interval, and names that are given twice among streams and outputs. Wrap the list in an {@link
 * InvalidGraph} to fail with it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, Graph } from "@dstream/dstream"
 *
 * const ones = DStream.constant([1]).pipe(DStream.named("numbers"))
 * const twos = DStream.constant([2]).pipe(DStream.named("numbers"))
 * const problems = Graph.validate(Graph.make([DStream.print(ones), DStream.print(twos)]), { batchDuration: "1 second" })
 * assert.match(problems[0]?.text ?? "", /^its name "numbers" is already that of constant/)
 * ```
 */
export const validate = (graph: AnyGraph, options: ValidateOptions): ReadonlyArray<Problem> => {
  const given: ReadonlyArray<unknown> = Array.isArray(graph.outputs) ? graph.outputs : []
  const outputs = given.filter(isOutput)
  const streams = streamsOf(graph, outputs)
  const batchDuration = toMillis(options.batchDuration)
  return [
    ...outputProblems(graph.outputs),
    ...(batchDuration === undefined
      ? [
        ofGraph(
          `The batch interval (${String(options.batchDuration)}) must be a positive whole number of milliseconds`,
        ),
      ]
      : streams.flatMap((stream) => nodeProblems(stream, batchDuration))),
    ...outputs.flatMap((output) =>
      functionProblems(output.functions, { takesEffects: true }).map((text) => about(output, text))
    ),
    ...nameProblems(streams, outputs),
  ]
}
