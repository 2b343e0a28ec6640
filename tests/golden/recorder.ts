/** Records what a run does: what outputs gave, the order in which they ran, failures, and what was printed. */
import * as Effect from "effect/Effect"
import type { DStream } from "../../mod.ts"
import type { BatchErrorSpec } from "./case.ts"
import type { Entry } from "./compare.ts"
import { errorOf } from "./errors.ts"

/** A batch that failed, or one output of it. */
export interface Failure {
  readonly time: number
  readonly phase: BatchErrorSpec["phase"]
  /** The id of the output in the case; undefined where the batch failed before its jobs. */
  readonly output?: string
  /** The place of the output in the graph. */
  readonly outputOpId?: number
  readonly error: unknown
}

/** What has happened in a run, in order. */
export class Recorder {
  readonly entries = new Map<string, Array<Entry>>()
  /** `"<time> <output>"` for each output that ran. */
  readonly order: Array<string> = []
  readonly failures: Array<Failure> = []
  /** Faults that no recording mentions, such as an output that ran twice in one batch. */
  readonly faults: Array<string> = []
  stdout = ""

  /** Outputs write their files into `folder`. */
  constructor(readonly folder = "") {}

  /** Adds what an output gave in one batch. */
  add(id: string, entry: Entry): void {
    const known = this.entries.get(id)
    if (known === undefined) this.entries.set(id, [entry])
    else known.push(entry)
  }

  /** Adds the failure of an output in one batch. */
  fail(id: string, time: number, outputOpId: number, error: unknown): void {
    this.add(id, { time, error })
    this.failures.push({ time, phase: "job", outputOpId, output: id, error })
  }

  /** Gives the ids of the outputs that ran in a batch, in order. */
  ranAt(time: number): ReadonlyArray<string> {
    return this.order.flatMap((run) => run.startsWith(`${time} `) ? [run.slice(`${time} `.length)] : [])
  }

  /** Makes an output record its runs. `place` is its place in the graph. */
  watch(id: string, place: number, output: DStream.AnyOutput): DStream.AnyOutput {
    const times = new Set<number>()
    return {
      ...output,
      run: (rdd, info) =>
        Effect.suspend(() => {
          const { outputId, time } = info
          if (times.has(time)) this.faults.push(`${id} at ${time}: the output ran twice`)
          if (outputId !== place) this.faults.push(`${id} at ${time}: expected output id ${place}, got ${outputId}`)
          times.add(time)
          this.order.push(`${time} ${id}`)
          return output.run(rdd, info)
        }).pipe(Effect.tapCause((cause) => Effect.sync(() => this.fail(id, info.time, info.outputId, errorOf(cause))))),
    }
  }
}
