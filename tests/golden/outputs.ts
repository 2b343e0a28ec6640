/** The outputs of a case. Adding one is one line of a table. */
import * as Effect from "effect/Effect"
import { DStream, RDD } from "../../mod.ts"
import { Testing } from "../../lib/testing.ts"
import { actionOf, glomCollect, partitionerName } from "./actions.ts"
import { lookUp, missing, type OutputSpec } from "./case.ts"
import type { Entry } from "./compare.ts"
import { throwOpenText, UserError } from "./functions.ts"
import type { Stream } from "./nodes.ts"
import { type AnyRDD, one, rddProgram } from "./rdd_nodes.ts"
import type { Recorder } from "./recorder.ts"

/** What an output does with the RDD of a batch: it gives the entry of that batch, without the time. */
export type Body = (rdd: AnyRDD, time: number) => Effect.Effect<Omit<Entry, "time">, unknown, Testing.Services>

const called: Body = () => Effect.succeed({ called: true })

const bodies: Readonly<Record<string, (spec: OutputSpec) => Body>> = {
  collect: () => (rdd) =>
    Effect.all({
      partitions: glomCollect(rdd) as Effect.Effect<Array<Array<unknown>>, unknown, Testing.Services>,
      partitioner: Effect.map(RDD.partitioner(rdd), partitionerName) as Effect.Effect<
        string | null,
        unknown,
        Testing.Services
      >,
    }),
  called: () => called,
  failAt: (spec) => (rdd, time) =>
    Effect.suspend(() => {
      if (time !== spec.time) return called(rdd, time)
      if (spec.message === undefined) return throwOpenText(`boom at ${time}`)
      throw new UserError(spec.message)
    }),
  rddAction: (spec) => {
    const program = rddProgram(spec.rdd ?? [])
    const action = actionOf(spec.action ?? { op: "collect" })
    return (rdd, time) =>
      Effect.map(Effect.suspend(() => action(program([rdd], time) ?? one([]))), (value) => ({ value }))
  },
}

/** Gives what an output does in each batch; undefined for outputs that print or write files. */
export const bodyOf = (spec: OutputSpec): Body | undefined => {
  const kind = spec.kind ?? "collect"
  return Object.hasOwn(bodies, kind) ? bodies[kind]?.(spec) : undefined
}

type Save = (stream: Stream, prefix: string, suffix: string) => DStream.AnyOutput

const saving = (save: Save) => (stream: Stream, spec: OutputSpec, folder: string): DStream.AnyOutput =>
  save(stream, `${folder}/${spec.dir ?? "."}/${spec.prefix ?? missing("the prefix of files")}`, `${spec.suffix ?? ""}`)

/** Outputs that leave no entries: what they print or write is recorded. */
const writers: Readonly<Record<string, (stream: Stream, spec: OutputSpec, folder: string) => DStream.AnyOutput>> = {
  printDefault: (stream) => DStream.print(stream),
  print: (stream, { num }) => DStream.print(stream, num),
  saveAsTextFiles: saving(DStream.saveAsTextFiles),
  saveAsObjectFiles: saving(DStream.saveAsObjectFiles),
}

/** Tells whether an output leaves no entries. */
export const isSilent = ({ kind }: OutputSpec): boolean => Object.hasOwn(writers, kind ?? "")

/** Makes the output that a case describes, for a place of the graph. */
export const outputOf = (recorder: Recorder, stream: Stream, spec: OutputSpec, place: number): DStream.AnyOutput => {
  const body = bodyOf(spec)
  const output = body === undefined
    ? lookUp(writers, spec.kind ?? "", "output")(stream, spec, recorder.folder)
    : DStream.foreachRDD(stream, (rdd, { time }) =>
      Effect.map(body(rdd, time), (entry) => recorder.add(spec.id, { time, ...entry })))
  return recorder.watch(spec.id, place, output)
}

/** Makes the output that was registered last while recording: its stream has an RDD in every batch. */
export const sentinel = (): DStream.AnyOutput =>
  Testing.input<unknown>([]).pipe(
    DStream.named("input of the sentinel"),
    DStream.foreachRDD(() => Effect.void),
    DStream.nameOutput("sentinel"),
  )
