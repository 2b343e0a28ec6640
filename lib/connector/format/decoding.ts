/**
 * Flows of records that are parsed one by one, with what happens to malformed ones.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { type Piecewise, run } from "../../core/pace.ts"
import * as Block from "../../rdd/block.ts"
import { Flow, type Pull } from "../../rdd/flow.ts"
import { MalformedRecord, type Nothing, nothing, type OnMalformed, Problem } from "./records.ts"

/** How raw records become records. */
export interface Decoding<in Raw, out A, out E, out R> {
  /** The file. */
  readonly path: string
  /** Makes the function that parses raw records. It runs each time that the flow is opened. */
  readonly parser: Effect.Effect<(raw: Raw) => A | Problem | Nothing, E, R>
  /** On how many lines a raw record is. */
  readonly linesOf: (raw: Raw) => number
  /** How many lines are before the flow. It runs when the first malformed record is found. */
  readonly linesBefore: Effect.Effect<number, E, R>
  /** Gives the text of a raw record, for errors. */
  readonly textOf: (raw: Raw) => string
  /** What happens to malformed records. */
  readonly malformed: OnMalformed
}

interface Bad {
  /** The line within the flow, from 0 on. */
  readonly line: number
  readonly problem: Problem
  readonly text: string
}

/** Parses the raw records of a flow. With `fail`, the records before a malformed one are given before the flow fails. */
export const decode = <Raw, A, E, R, E2, R2>(
  flow: Flow<Raw, E, R>,
  { linesBefore, linesOf, malformed, parser, path, textOf }: Decoding<Raw, A, E2, R2>,
): Flow<A, E | E2 | MalformedRecord, R | R2> =>
  new Flow(Effect.map(Effect.all([parser, flow.open]), ([parse, pull]) => {
    let line = 0
    let before: number | undefined
    let failure: MalformedRecord | undefined
    let skipped = 0
    let first: MalformedRecord | undefined

    const isFailing = (bad: Bad | undefined): boolean =>
      bad !== undefined && (malformed === "fail" || bad.problem.isFatal)

    function* parsed(block: Block.Block<Raw>): Piecewise<{ readonly good: Array<A>; readonly bad: Array<Bad> }> {
      const good: Array<A> = []
      const bad: Array<Bad> = []
      yield* Block.forEachPiece(block, (raws, from, to) => {
        for (let i = from; i < to; i++) {
          if (isFailing(bad.at(-1))) return
          const raw = raws[i]!
          const record = parse(raw)
          if (record instanceof Problem) bad.push({ line, problem: record, text: textOf(raw) })
          else if (record !== nothing) good.push(record as A)
          line += linesOf(raw)
        }
      })
      return { good, bad }
    }

    const report = Effect.fnUntraced(function* (bad: ReadonlyArray<Bad>) {
      before ??= yield* linesBefore
      for (const each of bad) {
        const { problem, text } = each
        const record = new MalformedRecord({ path, line: before + each.line + 1, problem: problem.text, text })
        first ??= record
        skipped++
        if (isFailing(each)) failure = record
        else if (typeof malformed === "function") malformed(record)
      }
    })

    const end = Effect.suspend(() => {
      if (malformed !== "skip" || first === undefined) return Effect.succeed(undefined)
      const records = skipped === 1 ? "a malformed record" : `${skipped} malformed records`
      return Effect.as(Effect.logWarning(`Skipped ${records} of ${path}. The first: ${first.message}`), undefined)
    })

    const next: Pull<A, E | E2 | MalformedRecord, R | R2> = Effect.suspend(() =>
      failure !== undefined
        ? Effect.fail(failure)
        : Effect.flatMap(pull, (block) =>
          block === undefined ? end : Effect.flatMap(
            run(() => parsed(block)),
            ({ bad, good }) =>
              Effect.flatMap(
                bad.length === 0 ? Effect.void : report(bad),
                () => good.length === 0 ? next : Effect.succeed(Block.fromArray(good)),
              ),
          ))
    )
    return next
  }))
