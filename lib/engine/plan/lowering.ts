/**
 * What the functions that lower single operations need of the planner.
 *
 * @module
 */
import type * as Effect from "effect/Effect"
import type { Piecewise } from "../../core/pace.ts"
import type { Block } from "../../rdd/block.ts"
import type { ActionError } from "../../rdd/engine.ts"
import type { Primitive } from "../../rdd/primitive.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
import type { StateStore } from "../state_store.ts"
import type { References } from "./references.ts"
import * as Blocks from "../../rdd/block.ts"
import { type Cut, type Lowered, type Partition, there, type ToBuckets } from "./task.ts"

/** An Effect that fails as actions do. Its errors and services are those of the user's effects, which engines do not know. */
export type Job<A> = Effect.Effect<A, ActionError<unknown>, unknown>

/** A kind of primitive. */
export type Kind<K extends Primitive["kind"]> = Extract<Primitive, { readonly kind: K }>

/** What the functions that lower single operations need of the planner. */
export interface Lowering {
  /** Whether only the layout is wanted: then only the stages run that the layout depends on. */
  readonly dry: boolean
  /** The number of partitions of operations by key; undefined: as many as their parents have. */
  readonly defaultParallelism: number | undefined
  readonly states: StateStore
  readonly references: References
  /** Lowers an RDD, and runs the stages that it depends on. */
  readonly lower: (rdd: AnyRDD) => Job<Lowered>
  /** Finds how an RDD lies: its partitions, which are not computed, and its partitioner. */
  readonly layout: (rdd: AnyRDD) => Job<Lowered>
  /** Lowers an RDD and runs the stages that it depends on, also where only the layout is wanted. */
  readonly lowerInFull: (rdd: AnyRDD) => Job<Lowered>
  /** Computes partitions, side by side where they wait for effects, and gives their blocks in order. */
  readonly blocks: (partitions: ReadonlyArray<Partition>) => Job<ReadonlyArray<Block<unknown>>>
  /** Computes pairs as `blocks` does, as columns. */
  readonly columns: (partitions: ReadonlyArray<Partition>) => Job<ReadonlyArray<Block<unknown>>>
  /** Computes partitions as `blocks` does, for later stages: their blocks may stay where tasks run. */
  readonly kept: (partitions: ReadonlyArray<Partition>) => Job<ReadonlyArray<Block<unknown>>>
  /** Runs a stage whose tasks write buckets for the next stage, one task after another. */
  readonly cuts: (partitions: ReadonlyArray<Partition>, write: (index: number) => ToBuckets) => Job<ReadonlyArray<Cut>>
  /** Does work of an operation on the driver. What it throws becomes the failure of the job. */
  readonly attempt: <A>(rdd: AnyRDD, work: () => Piecewise<A>) => Job<A>
  /** Fails the job in the name of an operation. */
  readonly fail: (rdd: AnyRDD, reason: unknown) => Job<never>
  /** Keeps the shuffled pairs of an operation for later actions of the same job. */
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
