/**
 * What a planner lends to those that lower some of the operations, and the contract between planners and executors.
 *
 * @module
 */
import type * as Effect from "effect/Effect"
import type { Block } from "../../rdd/block.ts"
import type { ActionError } from "../../rdd/engine.ts"
import type { Primitive } from "../../rdd/primitive.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
import type { StateStore } from "../state_store.ts"
import type { References } from "./references.ts"
import * as Blocks from "../../rdd/block.ts"
import { type Cut, type Lowered, type Partition, there, type ToBuckets } from "./task.ts"

/** Something that fails the way actions do, with whatever errors and services the user's effects have. */
export type Job<A> = Effect.Effect<A, ActionError<unknown>, unknown>

/** A kind of primitive. */
export type Kind<K extends Primitive["kind"]> = Extract<Primitive, { readonly kind: K }>

/** What a planner lends to those that lower some of the operations. */
export interface Lowering {
  /** Only how the RDD lies is wanted: nothing is run that can be done without. */
  readonly dry: boolean
  /** Partitions of operations by key, if not as many as their parents have. */
  readonly defaultParallelism: number | undefined
  readonly states: StateStore
  readonly references: References
  /** Lowers an RDD, running the stages it depends on. */
  readonly lower: (rdd: AnyRDD) => Job<Lowered>
  /** How an RDD lies: its partitions, which are not computed, and its partitioner. */
  readonly layout: (rdd: AnyRDD) => Job<Lowered>
  /** Lowers an RDD in full, also where only its layout is wanted. */
  readonly lowerInFull: (rdd: AnyRDD) => Job<Lowered>
  /** Runs partitions, side by side where they wait for effects, and gives their blocks in order. */
  readonly blocks: (partitions: ReadonlyArray<Partition>) => Job<ReadonlyArray<Block<unknown>>>
  /** Runs a stage whose tasks cut their records for the next one, one task after another. */
  readonly cuts: (partitions: ReadonlyArray<Partition>, write: (index: number) => ToBuckets) => Job<ReadonlyArray<Cut>>
  /** Runs plain code of an operation on the driver; what it throws becomes a job failure. */
  readonly attempt: <A>(rdd: AnyRDD, body: () => A) => Job<A>
  /** A failure of an operation on the driver. */
  readonly fail: (rdd: AnyRDD, reason: unknown) => Job<never>
  /** Keeps what an exchange has brought together, for later actions of the same job. */
  readonly keep: (rdd: AnyRDD, lowered: Lowered) => void
}

/** A partition without records. */
export const nothing: Partition = there(Blocks.empty)

/** Partitions without records. */
export const nothings = (n: number): ReadonlyArray<Partition> => Array.from({ length: n }, () => nothing)

/** Whether an RDD is kept, once computed, until it is released. */
export const isPersisted = ({ primitive: { kind } }: AnyRDD): boolean => kind === "persist" || kind === "state"

/** Whether an RDD only passes on the partitions of its parents: for several consumers the parents are kept in its place. */
export const passesOn = ({ primitive: { kind } }: AnyRDD): boolean => kind === "union" || kind === "input"
