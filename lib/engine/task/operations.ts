/**
 * What tasks need of the isolate where they run, and the operations behind their references.
 *
 * @module
 */
import type { Attached } from "../../core/attached.ts"
import { Mismatch, reasonOf } from "../../core/errors.ts"
import type { Piecewise } from "../../core/pace.ts"
import type { Block } from "../../rdd/block.ts"
import type { Partitioner } from "../../rdd/partitioner.ts"
import * as Partitioners from "../../rdd/partitioner.ts"
import type { Narrow, Primitive } from "../../rdd/primitive.ts"
import type { Heap } from "../heap.ts"
import type { StateStore } from "../state_store.ts"
import type { By, Input, Operation, Place, Step } from "../plan/task.ts"
import { PlaceFailed } from "./failure.ts"

/** What tasks need of a state store. */
export type TaskStates = Pick<StateStore, "open" | "view" | "worked">

/** What tasks need of the isolate where they run. */
export interface Surroundings {
  /** Whether loops may be generated code. */
  readonly generateCode: boolean
  /** Whether records that several tasks can see become read-only, so that a function that changes one fails. */
  readonly freezeRecords: boolean
  /** Finds the operation behind a reference. Throws `Mismatch` if there is none. */
  readonly primitiveAt: (operation: Operation) => Primitive
  /** The heap that records must fit into; undefined if its limit is not known. */
  readonly heap?: Heap | undefined
  /** The versions of states. */
  readonly states: TaskStates
  /**
   * The blocks made of buckets, by input, where several tasks read the same buckets. Combine functions may change the values
   * that they are given, so buckets are read once. Undefined where every task has its own copy of the buckets.
   */
  readonly gathered: Attached<Input, Gathering> | undefined
}

/** The gathering of buckets. A task that needs the block goes on with the work where another one has left it. */
export interface Gathering {
  readonly work: Piecewise<Block<unknown>>
  /** What has come of it. */
  outcome: { readonly block: Block<unknown> } | { readonly cause: unknown } | undefined
}

/** A kind of primitive. */
export type Kind<K extends Primitive["kind"]> = Extract<Primitive, { readonly kind: K }>

const isKind = <K extends Primitive["kind"]>(primitive: Primitive, kind: K): primitive is Kind<K> =>
  primitive.kind === kind

const find = <K extends Primitive["kind"]>(around: Surroundings, operation: Operation, kind: K): Kind<K> => {
  const primitive = around.primitiveAt(operation)
  if (isKind(primitive, kind)) return primitive
  throw new Mismatch({ problem: `the graph copy has the operation ${primitive.kind} here, not ${kind}` })
}

/** Finds the operation at a place. Fails the place if it is of another kind, or if there is none. */
export const primitiveAt = <K extends Primitive["kind"]>(around: Surroundings, place: Place, kind: K): Kind<K> => {
  try {
    return find(around, place.operation, kind)
  } catch (cause) {
    throw new PlaceFailed(place, reasonOf(cause))
  }
}

/** Finds the narrow operation of a step. */
export const narrowAt = (around: Surroundings, step: Step): Narrow => {
  if (step.offsets === undefined) return primitiveAt(around, step, "narrow").step
  const { f } = primitiveAt(around, step, "indexed")
  try {
    return f(step.offsets, step.index)
  } catch (cause) {
    throw new PlaceFailed(step, reasonOf(cause))
  }
}

/** Finds the partitioner of a task. */
export const partitionerOf = (around: Surroundings, by: By): Partitioner => {
  switch (by.kind) {
    case "hash":
      return Partitioners.hash(by.partitions)
    case "local":
      return by.partitioner
    case "range": {
      const range = find(around, by.operation, "shuffle").by
      if (typeof range === "object" && "between" in range) return range.between(by.upperBounds)
      throw new Mismatch({ problem: "the graph copy sorts by something else here" })
    }
    case "own": {
      const primitive = around.primitiveAt(by.operation)
      const own = primitive.kind === "source" ? primitive.partitioner : "by" in primitive ? primitive.by : undefined
      if (typeof own === "object" && "getPartition" in own) return own
      throw new Mismatch({ problem: "the graph copy has no partitioner here" })
    }
  }
}
