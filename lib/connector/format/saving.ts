/**
 * Saving records in a format, as an output of a stream and as an action of an RDD.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { type Piecewise, run } from "../../core/pace.ts"
import * as Block from "../../rdd/block.ts"
import { encodeLines } from "../../rdd/files/encoding.ts"
import type { PartFormat } from "../../rdd/files/parts.ts"
import { Problem, UnwritableRecord } from "./records.ts"

/** How many lines are encoded at a time. */
const LINES = 4096

function* encoded<A>(
  format: string,
  records: ReadonlyArray<A>,
  toLine: (record: A) => string | Problem,
  header: string | undefined,
): Piecewise<ReadonlyArray<Uint8Array> | UnwritableRecord> {
  const pieces: Array<Uint8Array> = []
  let lines = header === undefined ? [] : [header]
  let failure: UnwritableRecord | undefined
  yield* Block.forEachPiece(Block.fromArray(records), (some, from, to) => {
    for (let i = from; i < to && failure === undefined; i++) {
      const line = toLine(some[i]!)
      if (line instanceof Problem) failure = new UnwritableRecord({ format, index: i, problem: line.text })
      else if (lines.push(line) === LINES) {
        pieces.push(...encodeLines(lines))
        lines = []
      }
    }
  })
  return failure ?? [...pieces, ...encodeLines(lines)]
}

/**
 * Makes a format that writes each record as a line of text. `linesOf` is called for each partition. It gives the header,
 * if there is one, and the function that makes the line of a record.
 */
export const textPart = <A>(
  format: string,
  extension: string,
  linesOf: (records: ReadonlyArray<A>) => {
    readonly header: string | Problem | undefined
    readonly toLine: (record: A) => string | Problem
  },
): PartFormat<A, UnwritableRecord> => ({
  extension,
  encode: (records) =>
    Effect.suspend(() => {
      const { header, toLine } = linesOf(records)
      if (header instanceof Problem) {
        return Effect.fail(new UnwritableRecord({ format, index: undefined, problem: header.text }))
      }
      return Effect.flatMap(
        run(() => encoded(format, records, toLine, header)),
        (result) => result instanceof UnwritableRecord ? Effect.fail(result) : Effect.succeed(result),
      )
    }),
})
