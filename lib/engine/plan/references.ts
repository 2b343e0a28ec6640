/**
 * References from tasks to the operations of the driver's RDDs.
 *
 * @module
 */
import { Attached } from "../../core/attached.ts"
import type { Address } from "../../rdd/engine.ts"
import * as Partitioner from "../../rdd/partitioner.ts"
import type { Known, Primitive } from "../../rdd/primitive.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
import { placesOf } from "./places.ts"
import type { Operation, Placed, Task } from "./task.ts"

const rdds = new Attached<Operation, AnyRDD>()

/** The RDD of a reference that the driver has made. Undefined for references in tasks that were decoded. */
export const rddOf = (operation: Operation): AnyRDD | undefined =>
  operation.kind === "local" ? operation.rdd : rdds.get(operation)

/** The RDD of the last operation of a task that the driver has made; undefined if it has made none. */
export const rddOfTask = (task: Task): AnyRDD | undefined =>
  placesOf(task).flatMap(({ operation }) => rddOf(operation) ?? []).at(-1)

const isHash = ({ name, ofHash }: Partitioner.Partitioner): boolean =>
  name === "HashPartitioner" && ofHash !== undefined

/** The name of an operation whose functions are the library's own; undefined for other operations. */
const knownIn = (primitive: Primitive): Known | undefined =>
  primitive.kind === "narrow"
    ? primitive.step.known
    : primitive.kind === "shuffle"
    ? primitive.combine?.known
    : undefined

/** The references of one plan. The address of each RDD is looked up once. */
export class References {
  readonly #addressOf: ((rdd: AnyRDD) => Address | undefined) | undefined
  readonly #known = new Map<AnyRDD, Operation>()

  /** Without `addressOf` all references are local, for engines that run all functions where the program runs. */
  constructor(addressOf: ((rdd: AnyRDD) => Address | undefined) | undefined) {
    this.#addressOf = addressOf
  }

  /** The reference to an RDD's operation. */
  of(rdd: AnyRDD): Operation {
    const known = this.#known.get(rdd)
    if (known !== undefined) return known
    const operation = this.#make(rdd)
    if (operation.kind !== "local") rdds.set(operation, rdd)
    this.#known.set(rdd, operation)
    return operation
  }

  #make(rdd: AnyRDD): Operation {
    if (this.#addressOf === undefined) return { kind: "local", rdd }
    const known = knownIn(rdd.primitive)
    if (known !== undefined) return { kind: "known", ...known }
    const address = this.#addressOf(rdd)
    return address === undefined ? { kind: "local", rdd } : { kind: "address", address }
  }

  /** A hash partitioner. */
  hash(partitions: number): Placed {
    const partitioner = Partitioner.hash(partitions)
    const isLocal = this.#addressOf === undefined
    return { partitioner, by: isLocal ? { kind: "local", partitioner } : { kind: "hash", partitions } }
  }

  /** The partitioner that an operation was given. */
  own(rdd: AnyRDD, partitioner: Partitioner.Partitioner): Placed {
    if (this.#addressOf !== undefined && isHash(partitioner)) {
      return { partitioner, by: { kind: "hash", partitions: partitioner.numPartitions } }
    }
    const operation = this.of(rdd)
    return {
      partitioner,
      by: operation.kind === "address"
        ? { kind: "own", operation, partitions: partitioner.numPartitions }
        : { kind: "local", partitioner },
    }
  }

  /** The partitioner that an operation has made from keys. */
  range(
    rdd: AnyRDD,
    partitioner: Partitioner.Partitioner,
    upperBounds: ReadonlyArray<unknown>,
  ): Placed {
    const operation = this.of(rdd)
    return {
      partitioner,
      by: operation.kind === "local"
        ? { kind: "local", partitioner }
        : { kind: "range", operation, upperBounds, partitions: partitioner.numPartitions },
    }
  }
}
