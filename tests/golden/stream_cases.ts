/** Cases of the kind `stream`: a graph that runs for some batches. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { type DStream, Graph, StreamingContext, Time } from "../../mod.ts"
import { Testing } from "../../lib/testing.ts"
import { type BatchErrorSpec, batchesOf, type Case, type Differences, missing, type OutputSpec } from "./case.ts"
import { compareEntries, comparePrinted, compareValues } from "./compare.ts"
import { advance, layerOptions, makeContext, recording, startContext } from "./contexts.ts"
import { compareErrors, errorOf, showError } from "./errors.ts"
import { compareEvents, toFields } from "./events.ts"
import { compareFiles, folder } from "./files.ts"
import { messageOf } from "./java_classes.ts"
import { isSilent, outputOf, sentinel } from "./outputs.ts"
import { type Failure, Recorder } from "./recorder.ts"
import { type GraphSpec, portable } from "./worker_graph.ts"
import { addInput, addLevels, addNode, emptyProgram, type Program, streamOf } from "./streams.ts"

/** Builds inputs, nodes and outputs in the order of their definition. */
export const buildAll = (
  recorder: Recorder,
  program: Program,
  { inputs = [], nodes = [], outputs = [] }: Pick<Case, "inputs" | "nodes" | "outputs">,
): ReadonlyArray<DStream.AnyOutput> => {
  for (const input of inputs) addInput(program, input)
  for (const node of nodes) addNode(program, node)
  return outputs.map((spec, place) => outputOf(recorder, streamOf(program, spec.in), spec, place))
}

/** Compares the batches and outputs that failed, in order. */
export const compareFailures = (
  expected: ReadonlyArray<BatchErrorSpec>,
  found: ReadonlyArray<Failure>,
): Differences => {
  const place = ({ time, phase, outputOpId }: BatchErrorSpec | Failure) =>
    `${time} ${phase}${outputOpId === undefined ? "" : ` ${outputOpId}`}`
  const places = compareValues("failures", expected.map(place), found.map(place))
  if (places !== undefined) return [`${places}${found[0] === undefined ? "" : ` (${showError(found[0].error)})`}`]
  return expected.flatMap((each, i) => compareErrors(`failure at ${place(each)}`, each.error, found[i]?.error) ?? [])
}

/** Turns input ids of the library, which follow the graph, into those of Spark, which follow the definitions. */
export const inputIds = (
  golden: Pick<Case, "inputs">,
  program: Program,
  outputs: ReadonlyArray<DStream.AnyOutput>,
): (id: number) => number => {
  const inputs = Graph.inputs(Graph.make(outputs as never))
  const sources = (golden.inputs ?? []).map(({ id }) => streamOf(program, id).traits.source)
  return (id) => {
    const found = sources.indexOf(inputs[id]?.traits.source)
    return found < 0 ? sources.length : found
  }
}

/** The times of the batches in which a stream of this slide may have an RDD. */
const timesOf = (golden: Case, slide: number): ReadonlyArray<number> => {
  const { batchMs = 1000, clockStart = 0 } = golden
  const zero = Time.floor(clockStart, batchMs)
  return Time.to(zero + slide, zero + batchesOf(golden) * batchMs, slide)
}

/** Tells whether all outputs of some kinds write their records in any order. */
export const isUnordered = ({ outputs = [], unordered = [] }: Case, kinds: RegExp): boolean =>
  outputs.every((spec) => !kinds.test(spec.kind ?? "") || unordered.includes(spec.id))

/** Compares the order in which outputs ran. Recordings may leave out outputs that print or write. */
export const compareOrder = (
  expected: ReadonlyArray<string> | undefined,
  order: ReadonlyArray<string>,
  outputs: ReadonlyArray<OutputSpec>,
): string | undefined => {
  if (expected === undefined) return undefined
  const recorded = new Set(expected.map((run) => run.replace(/^\d+ /, "")))
  const left = new Set(outputs.flatMap((spec) => isSilent(spec) && !recorded.has(spec.id) ? [spec.id] : []))
  return compareValues("order", expected, order.filter((run) => !left.has(run.replace(/^\d+ /, ""))))
}

/** Reports recorded outputs that the case does not define. */
export const checkIds = ({ expected }: Case, outputs: ReadonlyArray<OutputSpec>): void => {
  const unknown = Object.keys(expected.outputs ?? {}).find((id) => outputs.every((spec) => spec.id !== id))
  if (unknown !== undefined) missing(`output ${unknown}`)
}

/** Compares what the outputs of a `stream` case gave. `slideOf` tells the slide of a stream. */
export const compareOutputs = (golden: Case, slideOf: (stream: string) => number, recorder: Recorder): Differences => {
  const { outputs = [] } = golden
  checkIds(golden, outputs)
  return outputs.flatMap((spec) => {
    const expected = golden.expected.outputs?.[spec.id]
    if (expected === undefined && isSilent(spec)) return []
    if (expected === undefined || !("slideMs" in expected)) return missing(`the entries of output ${spec.id}`)
    const slide = slideOf(spec.in)
    return [
      compareValues(`${spec.id}, slide`, expected.slideMs, slide),
      compareValues(`${spec.id}, times`, expected.batches.map(({ time }) => time), timesOf(golden, slide)),
      ...compareEntries(spec, expected.batches, recorder.entries.get(spec.id) ?? []),
    ].filter((found) => found !== undefined)
  })
}

/** Gives the directory that outputs write to, below the folder of a run. */
export const directoryOf = (outputs: ReadonlyArray<OutputSpec>): string =>
  String(outputs.find(({ dir }) => dir !== undefined)?.dir ?? ".")

/** Runs a graph for the batches of its case. */
const run = (
  golden: Case,
  recorder: Recorder,
  events: Array<StreamingContext.StreamingEvent>,
  graph: ReadonlyArray<DStream.AnyOutput> | Graph.AnyGraph,
) =>
  Effect.gen(function* () {
    const ssc = yield* makeContext(golden)
    yield* StreamingContext.addStreamingListener(ssc, (event) => Effect.sync(() => void events.push(event)))
    const active = yield* startContext(ssc, graph)
    yield* advance(active, batchesOf(golden), recorder)
    yield* StreamingContext.stop(active)
  })

/** Whether an error of the library names an operation, or a simpler one that is part of it. */
const isOf = (operation: string, error: unknown): boolean =>
  messageOf(error).split("\n").some((line) => {
    const name = /^\w+/.exec(line)?.[0].toLowerCase() ?? ""
    const whole = operation.toLowerCase()
    return name !== "" && (whole.includes(name) || whole.slice(0, 6) === name.slice(0, 6))
  })

/** Compares the error of a graph that does not start. Errors of construction name what is refused. */
const compareRefusal = (golden: Case, error: unknown): Differences => {
  const { inputs = [], nodes = [], outputs = [], expected: { error: expected } } = golden
  if (expected === undefined) return [`does not start: ${showError(error)}`]
  const { at, phase } = expected
  const refused = nodes.find(({ id }) => id === at)?.op ?? inputs.find(({ id }) => id === at)?.kind
  const isNamed = at === undefined ||
    (refused === undefined ? outputs.some(({ id }) => id === at) : isOf(refused, error))
  return [
    compareErrors("start", expected, error),
    phase === undefined ? undefined : compareValues("phase", phase, at === undefined ? "start" : "construct"),
    isNamed ? undefined : `refused node: expected ${at} (${refused ?? "unknown"}), got ${showError(error)}`,
  ].filter((found) => found !== undefined)
}

/** What the graph of a case is made of. */
const graphSpec = ({ inputs = [], nodes = [], outputs = [], sentinel }: Case, root: string): GraphSpec => ({
  inputs,
  nodes,
  outputs,
  levels: Array.from(addLevels(new Map(), nodes)),
  folder: "",
  written: root,
  isNamed: false,
  hasSentinel: sentinel !== false,
})

/** Runs a case of the kind `stream` on one engine and compares it. */
export const streamCase = (golden: Case, engine: Testing.EngineName): Effect.Effect<Differences> =>
  Effect.gen(function* () {
    const { expected } = golden
    const { files } = expected
    const root = yield* folder
    const recorder = new Recorder(root)
    const program = emptyProgram(addLevels(new Map(), golden.nodes ?? []))
    const events: Array<StreamingContext.StreamingEvent> = []
    const outputs: Array<DStream.AnyOutput> = []
    const built = Effect.sync(() => {
      outputs.push(...buildAll(recorder, program, golden), ...(golden.sentinel === false ? [] : [sentinel()]))
    })
    const graph = () => engine === "threads" ? portable(outputs, graphSpec(golden, root)) : outputs
    const ended = yield* Effect.exit(
      Effect.andThen(built, Effect.suspend(() => Effect.scoped(run(golden, recorder, events, graph())))).pipe(
        Effect.provideService(Console.Console, recording(recorder)),
        Effect.provide(Testing.layer(layerOptions(golden, engine))),
      ),
    )
    if (ended._tag === "Failure") return compareRefusal(golden, errorOf(ended.cause))
    if (expected.error !== undefined) {
      return [`expected ${expected.error.class} ${expected.error.message}, but it starts`]
    }
    const slideOf = (id: string) => streamOf(program, id).slideDuration ?? golden.batchMs ?? 1000
    const ids = inputIds(golden, program, outputs)
    return [
      ...recorder.faults,
      ...compareOutputs(golden, slideOf, recorder),
      ...compareFailures(expected.batchErrors ?? [], recorder.failures),
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
        : compareEvents(expected.events, toFields(events.map((event) => [event, ids])), recorder.failures)),
    ]
  }).pipe(Effect.scoped)
