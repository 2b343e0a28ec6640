/**
 * Lists of streams: their types, and the checks of operators that take several streams.
 *
 * @module
 */
import type { AnyDStream, DStream, Traits } from "../dstream.ts"

/**
 * A stream without its type parameters. Lists of streams are typed with it so that TypeScript infers each stream on its
 * own, not from the list.
 */
export type Untyped = Pick<AnyDStream, "operation" | "parents" | "site" | "traits">

/** A list of at least one stream. */
export type DStreams = readonly [Untyped, ...ReadonlyArray<Untyped>]

/** Gives the streams of a list the type of streams again. */
export const asStreams = (streams: DStreams): ReadonlyArray<AnyDStream> => streams.map((stream) => stream as AnyDStream)

/** The record type of a stream. */
export type RecordOf<S> = S extends DStream<infer A, unknown, unknown> ? A : never

/** The error type of a stream. */
export type StreamErrorOf<S> = S extends DStream<unknown, infer E, unknown> ? E : never

/** The services that a stream needs. */
export type StreamServicesOf<S> = S extends DStream<unknown, unknown, infer R> ? R : never

/**
 * Traits that report, before the context starts, that a list of streams is empty or that their slides differ. `verb`
 * says what the operator does to the streams, for the message.
 */
export const agreeing = (verb: string, streams: ReadonlyArray<AnyDStream>): Traits => ({
  check: (batchDuration) => {
    if (streams.length === 0) return [`List of DStreams to ${verb} is empty`]
    const slideOf = (stream: AnyDStream) => stream.slideDuration ?? batchDuration
    const [first, ...others] = streams
    const other = others.find((stream) => first !== undefined && slideOf(stream) !== slideOf(first))
    if (first === undefined || other === undefined) return []
    const each = [first, other].map((it) => `${it.operation} at ${it.site.short} has ${slideOf(it)} ms`)
    return [`Some of the DStreams have different slide durations: ${each.join(", ")}`]
  },
})
