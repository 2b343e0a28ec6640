/**
 * Lists of streams: their types, and what operators of several streams ask of them.
 *
 * @module
 */
import type { AnyDStream, DStream, Traits } from "../dstream.ts"

/** A stream without its types: streams that are written in a list must not take theirs from the list. */
export type Untyped = Pick<AnyDStream, "operation" | "parents" | "site" | "traits">

/** At least one stream. */
export type DStreams = readonly [Untyped, ...ReadonlyArray<Untyped>]

/** The streams of a list. */
export const asStreams = (streams: DStreams): ReadonlyArray<AnyDStream> => streams.map((stream) => stream as AnyDStream)

/** The record type of a stream. */
export type RecordOf<S> = S extends DStream<infer A, unknown, unknown> ? A : never

/** The error type of a stream. */
export type StreamErrorOf<S> = S extends DStream<unknown, infer E, unknown> ? E : never

/** The services that a stream needs. */
export type StreamServicesOf<S> = S extends DStream<unknown, unknown, infer R> ? R : never

/** Reports before start that there are no streams, or that their slides differ. `verb`: what is done to them. */
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
