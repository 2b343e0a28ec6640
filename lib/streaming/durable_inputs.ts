/**
 * The inputs of a run and its checkpoint: where each input goes on, and what it has planned or received since.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type AnyDStream, originalOf } from "../dstream/dstream.ts"
import type { Allocation, InputAllocation, LoggedBlock } from "../dstream/inputs/allocation.ts"
import * as Block from "../rdd/block.ts"
import type { BlockLog } from "../receiver/block_log.ts"
import type { Checkpoint } from "./checkpoint/checkpoint.ts"
import type { Resume } from "./checkpoint/entries.ts"
import type { CheckpointFailed } from "./checkpoint/errors.ts"
import { after } from "./checkpoint/resume.ts"
import type { InputLog } from "./inputs/input_log.ts"

/** The inputs of a run, as its checkpoint knows them. */
export class DurableInputs implements InputLog {
  readonly #checkpoint: Checkpoint
  readonly #names: ReadonlyMap<AnyDStream, string>
  /** Whether the data that the checkpoint has under a name can be used. */
  readonly #isUsable: (name: string) => boolean
  /** For inputs that are read by position: gives one position that stands for all that have been planned. */
  readonly #positions = new Map<string, Effect.Effect<unknown, unknown, unknown>>()
  /** Where inputs go on, as far as `#positions` does not tell. */
  readonly #resume: Map<string, Resume>
  /** The inputs of the run, with the names that user interfaces show. */
  #shown: ReadonlyArray<readonly [stream: AnyDStream, shown: string]> = []

  constructor(
    checkpoint: Checkpoint,
    names: ReadonlyMap<AnyDStream, string>,
    isUsable: (name: string) => boolean,
  ) {
    this.#checkpoint = checkpoint
    this.#names = names
    this.#isUsable = isUsable
    this.#resume = checkpoint.recovered.resume
  }

  /** Tells which inputs the run has. */
  has(inputs: ReadonlyArray<{ readonly stream: AnyDStream; readonly name: string }>): void {
    this.#shown = inputs.map(({ name, stream }) => [stream, name])
  }

  /** The name of an input in the checkpoint. */
  #nameOf(stream: AnyDStream): string {
    return this.#names.get(originalOf(stream)) ?? stream.operation
  }

  /** The write-ahead log of a receiver. */
  blocks(stream: AnyDStream): BlockLog | undefined {
    if (stream.traits.source?.kind === "blocks" && stream.traits.source.isLogged === false) return undefined
    const name = this.#nameOf(stream)
    const { positions, waiting } = this.#checkpoint.recovered
    const resume = this.#resume.get(name)
    const taken = resume?._tag === "Blocks" ? resume : undefined
    const unread = this.#isUsable(name) ? waiting.get(name) ?? [] : []
    const last = positions.get(name) ?? taken?.position
    return {
      unread,
      next: Math.max(taken?.number ?? -1, waiting.get(name)?.at(-1)?.number ?? -1) + 1,
      last: this.#isUsable(name) ? Option.fromUndefinedOr(last) : Option.none(),
      write: (number, parts, position) => this.#checkpoint.receive(name, number, parts, position),
    }
  }

  /** Reads the records that a batch takes of a block. */
  read({ from, place }: LoggedBlock, records: number): Effect.Effect<Block.Block<unknown>, CheckpointFailed> {
    return Effect.map(
      this.#checkpoint.readReceived(place),
      (block) =>
        from === 0 && records === block.length ? block : Block.fromArray(block.records.slice(from, from + records)),
    )
  }

  /** The positions behind which a source goes on, oldest first; undefined if it is new. */
  positions(stream: AnyDStream): ReadonlyArray<unknown> | undefined {
    const name = this.#nameOf(stream)
    const resume = this.#resume.get(name)
    return this.#isUsable(name) && resume?._tag === "Positions" ? resume.positions : undefined
  }

  /** Tells how a source gives one position that stands for all that it has planned. */
  summarizes(stream: AnyDStream, position: Effect.Effect<unknown, unknown, unknown>): void {
    this.#positions.set(this.#nameOf(stream), position)
  }

  /** Where the inputs with these names go on. */
  resumeOf(
    isKnown: (name: string) => boolean,
  ): Effect.Effect<Readonly<Record<string, Resume>>, never, unknown> {
    return Effect.gen({ self: this }, function* () {
      const resume: Record<string, Resume> = {}
      for (const [name, each] of this.#resume) if (isKnown(name)) resume[name] = each
      for (const [name, position] of this.#positions) {
        const all = yield* Effect.orDie(position)
        if (all !== undefined) resume[name] = { _tag: "Positions", positions: [all] }
      }
      return resume
    })
  }

  /** Notes what a batch reads, and gives it by the names in the checkpoint. */
  logged({ inputs, time }: Allocation): Allocation {
    const named = this.#renamed(inputs, (stream, shown) => [shown, this.#nameOf(stream)])
    for (const [name, share] of Object.entries(named)) {
      // Sources that are read by position tell where they are.
      const resume = share._tag === "Blocks" ? after(this.#resume.get(name), share) : undefined
      if (resume !== undefined) this.#resume.set(name, resume)
    }
    return { time, inputs: named }
  }

  /** What a batch reads, by the names that user interfaces show. */
  shown({ inputs, time }: Allocation): Allocation {
    return { time, inputs: this.#renamed(inputs, (stream, shown) => [this.#nameOf(stream), shown]) }
  }

  #renamed(
    inputs: Readonly<Record<string, InputAllocation>>,
    names: (stream: AnyDStream, shown: string) => readonly [from: string, to: string],
  ): Readonly<Record<string, InputAllocation>> {
    const renamed: Record<string, InputAllocation> = {}
    for (const [stream, shown] of this.#shown) {
      const [from, to] = names(stream, shown)
      const share = inputs[from]
      if (share !== undefined) renamed[to] = share
    }
    return renamed
  }
}
