/** Runs the account of a graph: what its outputs give in each batch. */
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { RDD, Time } from "../../../mod.ts"
import { Testing } from "../../../lib/testing.ts"
import { type Case, type ContextSpec, type Expected, idsOf, lookUp, type NodeSpec, type OutputSpec } from "../case.ts"
import type { Entry } from "../compare.ts"
import { layerOptions } from "../contexts.ts"
import { errorOf } from "../errors.ts"
import { bodyOf } from "../outputs.ts"
import type { AnyRDD } from "../rdd_nodes.ts"
import { Recorder } from "../recorder.ts"
import { textOf } from "../values.ts"
import { type Dialect, type Evaluation, Ledger } from "./ledger.ts"
import { addInput, addNode, streamOf, type Streams } from "./nodes.ts"
import { partsOf } from "./records.ts"

/** A graph, and the batches that it runs for. */
export interface Program extends Pick<Case, "inputs" | "nodes" | "outputs"> {
  readonly spec: ContextSpec
  readonly batches: number
}

/** How often the states of streams are checkpointed in Spark: the last node or step of a stream counts. */
const checkpointsOf = (nodes: ReadonlyArray<NodeSpec>): ReadonlyMap<string, number> =>
  new Map(nodes.flatMap((node) => {
    const [id] = idsOf(node) ?? []
    return node.op === "checkpoint" && id !== undefined ? [[id, Number(node.ms)] as const] : []
  }))

/** The nodes that outputs depend on: only these are in the graph. */
const reachable = (nodes: ReadonlyArray<NodeSpec>, outputs: ReadonlyArray<OutputSpec>): ReadonlyArray<NodeSpec> => {
  const needed = new Set<string | undefined>(outputs.map((output) => output.in))
  return nodes.toReversed().filter((node) => {
    const isNeeded = needed.has(node.id)
    if (isNeeded) { for (const id of idsOf(node) ?? []) needed.add(id) }
    return isNeeded
  }).toReversed()
}

const streamsOf = ({ inputs = [], nodes = [], outputs = [], spec }: Program, dialect: Dialect): Streams => {
  const { batchMs = 1000, clockStart = 0 } = spec
  const { defaultParallelism = 2 } = layerOptions(spec, "local")
  const ledger = new Ledger(
    { zeroTime: Time.floor(clockStart, batchMs), batchMs, parallelism: defaultParallelism },
    dialect,
  )
  const all: Streams = { ledger, streams: new Map(), snapshots: new Map(), checkpoints: checkpointsOf(nodes) }
  for (const input of inputs) addInput(all, input)
  for (const node of reachable(nodes, outputs)) addNode(all, node)
  return all
}

const LINE = "-".repeat(43)

/** Prints as Spark does: the first records, and a line of dots if there are more. */
const printing = (recorder: Recorder, num = 10) => (rdd: AnyRDD, time: number): Evaluation<void> =>
  Effect.map(RDD.take(rdd, num + 1) as Evaluation<ReadonlyArray<unknown>>, (records) => {
    const lines = [...records.slice(0, num).map(textOf), ...(records.length > num ? ["..."] : [])]
    recorder.stdout += [LINE, `Time: ${time} ms`, LINE, ...lines, "", ""].join("\n")
  })

type Files = NonNullable<Expected["files"]>

/** What outputs leave in an account. */
interface Shown {
  readonly recorder: Recorder
  readonly files: Array<Files[number]>
}

/** Writes the files of a batch: one for each partition, and one that says that they are complete. */
const saving = (files: Shown["files"], { prefix = "", suffix = "" }: OutputSpec, isText: boolean) =>
(
  rdd: AnyRDD,
  time: number,
): Evaluation<void> =>
  Effect.map(partsOf(rdd), (parts) => {
    const folder = `${prefix}-${time}${suffix === "" ? "" : `.${suffix}`}`
    files.push({ file: `${folder}/_SUCCESS`, text: "" })
    for (const [i, part] of parts.entries()) {
      const file = `${folder}/part-${String(i).padStart(5, "0")}`
      files.push(isText ? { file, text: part.map((record) => `${textOf(record)}\n`).join("") } : { file })
    }
  })

type Run = (rdd: AnyRDD, time: number) => Evaluation<Omit<Entry, "time"> | void>

const writers: Readonly<Record<string, (shown: Shown, spec: OutputSpec) => Run>> = {
  printDefault: ({ recorder }) => printing(recorder),
  print: ({ recorder }, { num }) => printing(recorder, num),
  saveAsTextFiles: ({ files }, spec) => saving(files, spec, true),
  saveAsObjectFiles: ({ files }, spec) => saving(files, spec, false),
}

const runOf = (shown: Shown, spec: OutputSpec): Run =>
  bodyOf(spec) ?? lookUp(writers, spec.kind ?? "", "account of output")(shown, spec)

/** Sorts files as a walk through their folders lists them. */
const sortedFiles = (files: Files): Files =>
  files.toSorted((a, b) => {
    const [some, others] = [a.file.split("/"), b.file.split("/")]
    const at = some.findIndex((name, i) => name !== others[i])
    return (some[at] ?? "") < (others[at] ?? "") ? -1 : 1
  })

/** The RDDs of the outputs in a batch, by place, and the first failure of their evaluation. */
interface Evaluated {
  readonly rdds: ReadonlyArray<AnyRDD | undefined>
  readonly failure: Cause.Cause<unknown> | undefined
}

/**
 * Evaluates the outputs of the current batch. In Spark the first failure leaves no output with an RDD. In DStream it concerns
 * the outputs that need what has failed, and what batches to come need is evaluated as far as it can be.
 */
const evaluate = (all: Streams, outputs: ReadonlyArray<OutputSpec>): Evaluation<Evaluated> =>
  Effect.gen(function* () {
    const { dialect, now } = all.ledger
    const rdds: Array<AnyRDD | undefined> = []
    let failure: Cause.Cause<unknown> | undefined
    for (const spec of outputs) {
      const exit = yield* Effect.exit(streamOf(all, spec.in).at(now))
      if (Exit.isFailure(exit)) failure ??= exit.cause
      rdds.push(Exit.isFailure(exit) ? undefined : exit.value)
      if (failure !== undefined && !dialect.failures) return { rdds: [], failure }
    }
    const kept = dialect.failures ? yield* all.ledger.evaluateKept : []
    return { rdds, failure: failure ?? kept[0] }
  })

/** Runs one batch: first all outputs are evaluated, then their jobs run, whichever of them fail. */
const runBatch = (all: Streams, outputs: ReadonlyArray<OutputSpec>, shown: Shown): Evaluation<string> =>
  Effect.gen(function* () {
    const { recorder } = shown
    const { ledger } = all
    const { dialect, now: time } = ledger
    const { failure, rdds } = yield* evaluate(all, outputs)
    let jobs = 0
    for (const [place, spec] of outputs.entries()) {
      const rdd = rdds[place]
      if (rdd === undefined) continue
      const outputOpId = dialect.outputIds ? place : jobs
      jobs++
      recorder.order.push(`${time} ${spec.id}`)
      const ran = yield* Effect.exit(Effect.suspend(() => runOf(shown, spec)(rdd, time)))
      if (Exit.isFailure(ran)) recorder.fail(spec.id, time, outputOpId, errorOf(ran.cause))
      else if (ran.value !== undefined) recorder.add(spec.id, { time, ...ran.value })
    }
    if (failure !== undefined) recorder.failures.push({ time, phase: "generate", error: errorOf(failure) })
    // The sentinel has a job in every batch.
    return failure === undefined ? "completed" : "generation failed"
  })

/** The result of an account: what a run records, written files, the ends of batches, and the slides of streams. */
export interface Account {
  readonly recorder: Recorder
  readonly files: Files
  readonly ends: ReadonlyArray<string>
  readonly slideOf: (stream: string) => number
}

/** Computes what the outputs of a program give, in one dialect. */
export const accountOf = (program: Program, dialect: Dialect): Effect.Effect<Account, unknown> =>
  Effect.gen(function* () {
    const recorder = new Recorder()
    const shown: Shown = { recorder, files: [] }
    const all = yield* Effect.try({ try: () => streamsOf(program, dialect), catch: (error) => error })
    const ends: Array<string> = []
    for (let i = 0; i < program.batches; i++) {
      all.ledger.now += all.ledger.batchMs
      ends.push(yield* runBatch(all, program.outputs ?? [], shown))
    }
    return { recorder, files: sortedFiles(shown.files), ends, slideOf: (id: string) => streamOf(all, id).slide }
  }).pipe(Effect.provide(Testing.layer(layerOptions(program.spec, "local"))))
