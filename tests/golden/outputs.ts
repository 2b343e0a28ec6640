/** The outputs of a case, and the recorder of what they give. */
import * as Effect from "effect/Effect"
import { DStream, RDD } from "../../mod.ts"
import { Testing } from "../../lib/testing.ts"
import type { AnyOutput } from "../../lib/dstream/outputs/output.ts"
import { Engine } from "../../lib/rdd/engine.ts"
import { actionOf, partitionerName } from "./actions.ts"
import { type BatchErrorSpec, lookUp, type OutputSpec } from "./case.ts"
import type { Entry } from "./compare.ts"
import { errorOf } from "./errors.ts"
import { boomSomehow, UserError } from "./functions.ts"
import type { Stream } from "./nodes.ts"
import { one, rddProgram } from "./rdd_nodes.ts"
import { show } from "./values.ts"

/** A batch or an output that failed here. */
export interface BatchError extends Omit<BatchErrorSpec, "error" | "outputOpId"> {
  readonly outputOpId?: number
  /** The output that failed. */
  readonly output?: string
  readonly error: unknown
}

/** What has happened in a run, in order. */
export class Recorder {
  readonly entries = new Map<string, Array<Entry>>()
  readonly order: Array<string> = []
  readonly errors: Array<BatchError> = []
  stdout = ""

  /** The folder is where outputs write files. */
  constructor(readonly folder = "") {}

  /** Notes what an output gave. */
  add(id: string, entry: Entry): void {
    const known = this.entries.get(id)
    if (known === undefined) this.entries.set(id, [entry])
    else known.push(entry)
  }

  /** The failures with Spark's ids of outputs: the place among those that had something to do in the batch. */
  get errorsAsSpark(): ReadonlyArray<BatchError> {
    return this.errors.map((each) => {
      if (each.output === undefined) return each
      const ran = this.order.filter((run) => run.startsWith(`${each.time} `))
      return { ...each, outputOpId: ran.indexOf(`${each.time} ${each.output}`) }
    })
  }

  /** An output whose runs are noted. */
  watch(id: string, output: AnyOutput): AnyOutput {
    return {
      ...output,
      run: (rdd, info) =>
        Effect.suspend(() => {
          this.order.push(`${info.time} ${id}`)
          return output.run(rdd, info)
        }).pipe(Effect.tapCause((cause) =>
          Effect.sync(() => {
            const error = errorOf(cause)
            this.add(id, { time: info.time, error })
            this.errors.push({ time: info.time, phase: "job", outputOpId: info.outputId, output: id, error })
          })
        )),
    }
  }
}

type Build = (stream: Stream, spec: OutputSpec, add: (entry: Entry) => void, folder: string) => AnyOutput

const saving =
  (save: (stream: Stream, prefix: string, suffix: string) => AnyOutput): Build => (stream, spec, _, folder) =>
    save(stream, `${folder}/${spec.dir ?? "."}/${spec.prefix ?? ""}`, String(spec.suffix ?? ""))

const table: Readonly<Record<string, Build>> = {
  collect: (stream, _, add) =>
    DStream.foreachRDD(stream, (rdd, { time }) =>
      Effect.gen(function* () {
        const engine = yield* Engine
        const blocks = yield* engine.run(rdd)
        const { partitioner } = yield* engine.layout(rdd)
        add({ time, partitions: blocks.map(({ records }) => [...records]), partitioner: partitionerName(partitioner) })
      })),
  printDefault: (stream) => DStream.print(stream),
  print: (stream, { num }) => DStream.print(stream, num),
  called: (stream, _, add) =>
    DStream.foreachRDD(stream, (__, { time }) => Effect.sync(() => add({ time, called: true }))),
  failAt: (stream, spec, add) =>
    DStream.foreachRDD(stream, (_, { time }) =>
      Effect.sync(() => {
        if (time === spec.time) {
          if (spec.message === undefined) boomSomehow(`boom at ${time}`)
          throw new UserError(spec.message)
        }
        add({ time, called: true })
      })),
  saveAsTextFiles: saving(DStream.saveAsTextFiles),
  saveAsObjectFiles: saving(DStream.saveAsObjectFiles),
  // Of relaxations: a stream that must not have records.
  nothing: (stream) =>
    DStream.foreachRDD(
      stream,
      (rdd) =>
        Effect.flatMap(RDD.take(rdd, 1), ([found]) =>
          found === undefined ? Effect.void : Effect.die(new UserError(`they differ: ${show(found)}`))),
    ),
  rddAction: (stream, spec, add) => {
    const program = rddProgram(spec.rdd ?? [])
    const action = actionOf(spec.action ?? { op: "collect" })
    return DStream.foreachRDD(stream, (rdd, { time }) =>
      Effect.map(
        Effect.suspend(() => action(program([rdd], time) ?? one([]))),
        (value) => add({ time, value }),
      ))
  },
}

/** The output that a case describes. */
export const outputOf = (recorder: Recorder, stream: Stream, spec: OutputSpec): AnyOutput =>
  recorder.watch(
    spec.id,
    lookUp(table, spec.kind ?? "collect", "output")(
      stream,
      spec,
      (entry) => recorder.add(spec.id, entry),
      recorder.folder,
    ),
  )

/** The output that was registered last while recording: it has an RDD in every batch. */
export const sentinel = (): AnyOutput => DStream.foreachRDD(Testing.input<unknown>([]), () => Effect.void)
