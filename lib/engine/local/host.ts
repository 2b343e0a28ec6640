/**
 * What the parts of the local engine share: RDDs as it sees them, and what a planner lends to those that lower them.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Block from "../../rdd/block.ts"
import type { Address, JobContext } from "../../rdd/engine.ts"
import type { Partitioner } from "../../rdd/partitioner.ts"
import type { Primitive } from "../../rdd/primitive.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
import type { StateView } from "../../rdd/state.ts"
import type { Computed } from "../plan/computed.ts"
import type { StateStore } from "../state_store.ts"
import type { Executor } from "./executor.ts"
import type { Job, Step } from "./task.ts"

/** One partition of an RDD: a block, and the steps still to be run over it. */
export interface Piece {
  readonly read: Job<Block.Block<unknown>>
  readonly steps: ReadonlyArray<Step>
}

/** An RDD as the engine sees it. */
export interface Lowered {
  readonly pieces: ReadonlyArray<Piece>
  readonly partitioner: Partitioner | undefined
  /** For a state operation: its versions, by partition. */
  readonly views?: ReadonlyArray<StateView> | undefined
}

/** A kind of primitive. */
export type Kind<K extends Primitive["kind"]> = Extract<Primitive, { readonly kind: K }>

/** What a planner lends to those that lower some of the operations. */
export interface Host {
  readonly states: StateStore
  readonly executor: Executor
  readonly job: JobContext
  /** Only how the RDD lies is wanted, so nothing that can be known without it is run. */
  readonly dry: boolean
  /** Partitions of operations by key, if not as many as their parents have. */
  readonly defaultParallelism: number | undefined
  /** The address of an operation, where it has one. */
  readonly addressOf: (rdd: AnyRDD) => Address | undefined
  /** What exchanges have gathered, for later actions of the same job. */
  readonly ofJob: Computed
  readonly lower: (rdd: AnyRDD) => Job<Lowered>
  /** Runs one partition. */
  readonly run: (rdd: AnyRDD, piece: Piece, index: number) => Job<Block.Block<unknown>>
  readonly runAll: (rdd: AnyRDD, lowered: Lowered) => Job<ReadonlyArray<Block.Block<unknown>>>
  /** Lowers an RDD in a planner of its own, which runs what it takes. */
  readonly lowerForReal: (rdd: AnyRDD) => Job<Lowered>
}

/** A partition that is there already. */
export const there = (block: Block.Block<unknown>): Piece => ({ read: Effect.succeed(block), steps: [] })

/** Whether an RDD is kept, once computed, for whoever asks. */
export const isPersisted = ({ primitive: { kind } }: AnyRDD): boolean => kind === "persist" || kind === "state"

/** The partition that is missing in an RDD with fewer. */
export const noPiece: Piece = there(Block.empty)

/** Partitions that are read as a function says. */
export const reading = (n: number, read: (i: number) => Job<Block.Block<unknown>>): ReadonlyArray<Piece> =>
  Array.from({ length: n }, (_, i) => ({ read: read(i), steps: [] }))

/** The operation as the executor knows it, if that is of the same kind. */
export const resolved = <K extends Primitive["kind"]>(
  { executor, addressOf }: Pick<Host, "executor" | "addressOf">,
  rdd: AnyRDD,
  own: Kind<K>,
): Kind<K> => {
  const { primitive } = executor.resolve(rdd, addressOf)
  return isKind(primitive, own.kind) ? primitive : own
}

const isKind = <K extends Primitive["kind"]>(primitive: Primitive, kind: K): primitive is Kind<K> =>
  primitive.kind === kind
