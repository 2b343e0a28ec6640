/** Cases of kind `stream`: a graph, run for some batches. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { Graph, StreamingContext, Time } from "../../mod.ts"
import { Testing } from "../../lib/testing.ts"
import type { AnyOutput } from "../../lib/dstream/outputs/output.ts"
import type { StreamingEvent } from "../../lib/streaming/listeners/events.ts"
import { type BatchErrorSpec, type Case, missing, type OutputSpec } from "./case.ts"
import { compareEntry, compareErrors, comparePrinted, compareValues } from "./compare.ts"
import { advance, layerOptions, makeContext, recording, startContext } from "./contexts.ts"
import { errorOf, showError } from "./errors.ts"
import { compareEvents, toFields } from "./events.ts"
import { compareFiles, folder } from "./files.ts"
import { type BatchError, outputOf, Recorder, sentinel } from "./outputs.ts"
import { addInput, addNode, emptyProgram, type Program, streamOf } from "./streams.ts"

/** What differed: nothing when the case passes. */
export type Differences = ReadonlyArray<string>

const longest = ({ inputs = [] }: Case): number => Math.max(0, ...inputs.map(({ batches }) => batches?.length ?? 0))

/** Builds inputs, nodes and outputs in the order of their definition. */
export const buildAll = (
  recorder: Recorder,
  program: Program,
  { inputs = [], nodes = [], outputs = [] }: Pick<Case, "inputs" | "nodes" | "outputs">,
): ReadonlyArray<AnyOutput> => {
  for (const input of inputs) addInput(program, input)
  for (const node of nodes) addNode(program, node)
  return outputs.map((spec) => outputOf(recorder, streamOf(program, spec.in), spec))
}

/** Compares failed batches and outputs, in order. */
export const compareBatchErrors = (
  all: ReadonlyArray<BatchErrorSpec>,
  found: ReadonlyArray<BatchError>,
): Differences => {
  const place = ({ time, phase, outputOpId }: BatchErrorSpec | BatchError) =>
    `${time} ${phase}${outputOpId === undefined ? "" : ` ${outputOpId}`}`
  const free = new Set(all.filter((each) => each.free === true).map(place))
  const expected = all.filter((each) => each.free !== true)
  const got = found.filter((each) => !free.has(place(each)))
  const places = compareValues("failures", expected.map(place), got.map(place))
  if (places !== undefined) return [`${places}${got[0] === undefined ? "" : ` (${showError(got[0].error)})`}`]
  return expected.flatMap((each, i) => compareErrors(`failure at ${place(each)}`, each.error, got[i]?.error) ?? [])
}

/** The input ids that Spark gives: the order of definition. Ours follow the outputs. */
export const idOf = (
  golden: Pick<Case, "inputs">,
  program: Program,
  outputs: ReadonlyArray<AnyOutput>,
): (id: number) => number => {
  const inputs = Graph.inputs(Graph.make(outputs as never))
  const sources = (golden.inputs ?? []).map(({ id }) => streamOf(program, id).traits.source)
  return (id) => {
    const found = sources.indexOf(inputs[id]?.traits.source)
    return found < 0 ? sources.length : found
  }
}

const run = (golden: Case, recorder: Recorder, events: Array<StreamingEvent>, outputs: ReadonlyArray<AnyOutput>) =>
  Effect.gen(function* () {
    const ssc = yield* makeContext(golden)
    yield* StreamingContext.addStreamingListener(ssc, (event) => Effect.sync(() => void events.push(event)))
    const active = yield* startContext(ssc, outputs)
    const ends = yield* advance(active, golden.numBatches ?? longest(golden), recorder)
    yield* StreamingContext.stop(active)
    return ends
  })

/** The batch times at which a stream with this slide may have an RDD. */
const validTimes = (golden: Case, slide: number): ReadonlyArray<number> => {
  const { batchMs = 1000, clockStart = 0, numBatches = longest(golden) } = golden
  const zero = Time.floor(clockStart, batchMs)
  return Time.to(zero + slide, zero + numBatches * batchMs, slide)
}

const quiet: ReadonlySet<string | undefined> = new Set([
  "print",
  "printDefault",
  "saveAsTextFiles",
  "saveAsObjectFiles",
])

/** Whether an output notes nothing: what it does shows elsewhere. */
export const isSilent = ({ kind }: OutputSpec): boolean => quiet.has(kind) || kind === "nothing"

/** Whether all outputs of a kind are written in any order. */
export const isUnordered = ({ outputs = [], unordered = [] }: Case, kind: RegExp): boolean =>
  outputs.every((spec) => !kind.test(spec.kind ?? "") || unordered.includes(spec.id))

/** Compares the order in which outputs ran, those that note nothing only where Spark's did. */
export const compareOrder = (
  expected: ReadonlyArray<string> | undefined,
  order: ReadonlyArray<string>,
  outputs: ReadonlyArray<OutputSpec>,
): string | undefined => {
  if (expected === undefined) return undefined
  const noted = new Set(expected.map((run) => run.replace(/^\d+ /, "")))
  const left = new Set(outputs.flatMap((spec) => isSilent(spec) && !noted.has(spec.id) ? [spec.id] : []))
  return compareValues("order", expected, order.filter((run) => !left.has(run.replace(/^\d+ /, ""))))
}

/** Nothing may be expected of what is not there. */
export const checkIds = ({ expected }: Case, outputs: ReadonlyArray<OutputSpec>): void => {
  const unknown = Object.keys(expected.outputs ?? {}).find((id) => outputs.every((spec) => spec.id !== id))
  if (unknown !== undefined) missing(`output ${unknown}`)
}

const compareOutputs = (golden: Case, program: Program, recorder: Recorder): Differences => {
  const { outputs = [] } = golden
  checkIds(golden, outputs)
  return outputs.flatMap((spec) => {
    const expected = golden.expected.outputs?.[spec.id]
    if (expected === "free") return []
    if (expected === undefined || !("slideMs" in expected)) {
      return isSilent(spec) ? [] : missing(`what output ${spec.id} should give`)
    }
    const got = recorder.entries.get(spec.id) ?? []
    const slide = streamOf(program, spec.in).slideDuration ?? golden.batchMs ?? 1000
    const times = new Set(expected.batches.map(({ time }) => time))
    const beyond = got.find(({ time }) => !times.has(time))
    return [
      compareValues(`${spec.id}, slide`, expected.slideMs, slide),
      compareValues(`${spec.id}, times`, Array.from(times), validTimes(golden, slide)),
      beyond === undefined ? undefined : `${spec.id} at ${beyond.time}: expected nothing`,
      ...expected.batches.map((each) => compareEntry(each, got.find(({ time }) => time === each.time), spec)),
    ].filter((found) => found !== undefined)
  })
}

/** The directory that outputs write to, below the folder of a run. */
export const directoryOf = (outputs: ReadonlyArray<OutputSpec>): string =>
  String(outputs.find(({ dir }) => dir !== undefined)?.dir ?? ".")

/** Runs a case on one engine. */
export const streamCase = (golden: Case, engine: Testing.EngineName): Effect.Effect<Differences> =>
  Effect.gen(function* () {
    const { expected } = golden
    const { files } = expected
    const root = yield* folder
    const recorder = new Recorder(root)
    const program = emptyProgram()
    const events: Array<StreamingEvent> = []
    const outputs: Array<AnyOutput> = []
    const built = Effect.sync(() => {
      outputs.push(...buildAll(recorder, program, golden), ...(golden.sentinel === false ? [] : [sentinel()]))
    })
    const ended = yield* Effect.exit(
      Effect.andThen(built, Effect.suspend(() => Effect.scoped(run(golden, recorder, events, outputs)))).pipe(
        Effect.provideService(Console.Console, recording(recorder)),
        Effect.provide(Testing.layer(layerOptions(golden, engine))),
      ),
    )
    if (ended._tag === "Failure") {
      const error = errorOf(ended.cause)
      return expected.error === undefined
        ? [`does not start: ${showError(error)}`]
        : [compareErrors("start", expected.error, error)].filter((found) => found !== undefined)
    }
    if (expected.error !== undefined) {
      return [`expected ${expected.error.class} ${expected.error.message}, but it starts`]
    }
    const { numbering } = golden
    const ids = { input: idOf(golden, program, outputs), numbering }
    return [
      ...compareOutputs(golden, program, recorder),
      ...compareBatchErrors(
        expected.batchErrors ?? [],
        numbering === "jobs" ? recorder.errorsAsSpark : recorder.errors,
      ),
      ...[
        compareOrder(expected.order, recorder.order, golden.outputs ?? []),
        comparePrinted(expected.stdout, recorder.stdout, isUnordered(golden, /^print/)),
      ].filter((found) => found !== undefined),
      ...(files === undefined
        ? []
        : yield* Effect.promise(() =>
          compareFiles(files, `${root}/${directoryOf(golden.outputs ?? [])}`, isUnordered(golden, /^save/))
        )),
      ...(expected.events === undefined
        ? []
        : compareEvents(expected.events, toFields(events.map((event) => [event, ids])))),
    ]
  }).pipe(Effect.scoped)
