/**
 * What a task needs of the place where it runs, and what stands behind the operations that it names.
 *
 * @module
 */
import { Mismatch, reasonOf } from "../../core/errors.ts"
import type { Block } from "../../rdd/block.ts"
import type { Partitioner } from "../../rdd/partitioner.ts"
import * as Partitioners from "../../rdd/partitioner.ts"
import type { Narrow, Primitive } from "../../rdd/primitive.ts"
import type { StateStore } from "../state_store.ts"
import type { By, Input, Operation, Place, Step } from "../plan/task.ts"
import { PlaceFailed } from "./failure.ts"

/** What a task needs of the place where it runs. */
export interface Surroundings {
  /** Whether loops may be generated code. */
  readonly generateCode: boolean
  /** Whether records that several tasks can see become read-only, so that a function that changes one fails. */
  readonly freezeRecords: boolean
  /** What stands at an operation. Throws `Mismatch` if there is nothing. */
  readonly primitiveAt: (operation: Operation) => Primitive
  /** The versions of states. */
  readonly states: StateStore
  /**
   * What has been gathered of buckets, where tasks share them: combine functions may change what they are given. Undefined
   * where every task has buckets of its own.
   */
  readonly gathered: WeakMap<Input, Block<unknown>> | undefined
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

/** The operation at a place, which must be of a certain kind. */
export const primitiveAt = <K extends Primitive["kind"]>(around: Surroundings, place: Place, kind: K): Kind<K> => {
  try {
    return find(around, place.operation, kind)
  } catch (cause) {
    throw new PlaceFailed(place, reasonOf(cause))
  }
}

/** The narrow operation of a step. */
export const narrowAt = (around: Surroundings, step: Step): Narrow => {
  if (step.offsets === undefined) return primitiveAt(around, step, "narrow").step
  const { f } = primitiveAt(around, step, "indexed")
  try {
    return f(step.offsets, step.index)
  } catch (cause) {
    throw new PlaceFailed(step, reasonOf(cause))
  }
}

/** The partitioner that a task cuts its records by. */
export const partitionerOf = (around: Surroundings, by: By): Partitioner => {
  switch (by.kind) {
    case "hash":
      return Partitioners.hash(by.partitions)
    case "local":
      return by.partitioner
    case "range": {
      const range = find(around, by.operation, "shuffle").by
      if (typeof range === "object" && "make" in range) return range.make(by.keys, by.partitions)
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
