/**
 * The planner: turns lineage into stages and runs them, from the sources down to the RDD that was asked for.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Semaphore from "effect/Semaphore"
import { Mismatch, reasonOf } from "../../core/errors.ts"
import { tryRun } from "../../core/pace.ts"
import type { Block } from "../../rdd/block.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
import * as TaskUpdates from "../../rdd/task_updates.ts"
import type { Computed } from "./computed.ts"
import * as Exchange from "./exchange.ts"
import { isDropped, keeping, release } from "./keeping.ts"
import { isPersisted, type Job, type Kind, type Lowering, passesOn } from "./lowering.ts"
import { needsNoStage, once, withBlocks } from "./once.ts"
import * as Partitions from "./partitions.ts"
import { partsOf } from "./places.ts"
import type { Scope } from "./scope.ts"
import { failed, runStage, type StageOptions } from "./stage.ts"
import * as Stateful from "./stateful.ts"
import type { Lowered, Partition, Place, Step, Task, ToBlock } from "./task.ts"

const toBlock: ToBlock = { kind: "block" }
const toColumns: ToBlock = { kind: "block", areColumns: true }
const toStay: ToBlock = { kind: "block", stays: "batch" }
const toPersist: ToBlock = { kind: "block", stays: "persisted" }

/** Whether a partition is read from a source that waits. */
const reads = ({ input }: Partition): boolean =>
  input.kind === "load" ? input.waits === true : partsOf(input).some(reads)

/** Whether a partition has been computed already. */
const isThere = ({ input, steps }: Partition): boolean =>
  steps.length === 0 && (input.kind === "block" || input.kind === "held")

/** Plans and runs one action. `layers` are the `provide` operations above, the outermost first. */
export class Planner {
  readonly #scope: Scope
  readonly #host: Lowering
  readonly #layers: ReadonlyArray<Place>

  constructor(scope: Scope, layers: ReadonlyArray<Place> = []) {
    const { defaultParallelism, dry, job, ofJob, references, states } = scope
    this.#scope = scope
    this.#layers = layers
    this.#host = {
      dry,
      defaultParallelism,
      states,
      references,
      lower: (rdd) => this.lower(rdd),
      layout: (rdd) => new Planner({ ...scope, dry: true }, layers).lower(rdd),
      lowerInFull: (rdd) => new Planner({ ...scope, dry: false }, layers).lower(rdd),
      blocks: (partitions) => this.blocks(partitions),
      columns: (partitions) => this.blocks(partitions, undefined, toColumns),
      kept: (partitions) => this.blocks(partitions, undefined, toStay),
      cuts: (partitions, write) =>
        withBlocks(
          partitions,
          (ready) => {
            const stage = this.#stage(partitions.some(reads))
            return runStage(stage, ready.map((partition, i) => ({ partition, write: write(i), layers })))
          },
        ),
      attempt: (rdd, work) => tryRun(work, (cause) => failed(rdd, undefined, job, reasonOf(cause))),
      fail: (rdd, reason) => Effect.fail(failed(rdd, undefined, job, reason)),
      keep: (rdd, lowered) => ofJob.keep(rdd, lowered),
    }
  }

  /** Options of a stage. Tasks that wait run side by side. */
  #stage(waits: boolean): StageOptions {
    const { executor, job, parallelism } = this.#scope
    return { executor, job, concurrency: waits ? parallelism : 1 }
  }

  /**
   * Computes partitions, side by side where they wait for effects or read files, and gives their blocks in order. `each` runs with every
   * block as soon as it is computed, and with the position of its partition among those given.
   */
  blocks(
    partitions: ReadonlyArray<Partition>,
    each?: (block: Block<unknown>, place: number) => Effect.Effect<void>,
    write: ToBlock = toBlock,
  ): Job<ReadonlyArray<Block<unknown>>> {
    const stage = this.#stage(partitions.some((each) => each.steps.some((step) => step.waits) || reads(each)))
    const layers = this.#layers
    const task = (partition: Partition): Task<ToBlock> => ({ partition, write, layers })
    return withBlocks(partitions, (ready) => runStage(stage, ready.map(task), each))
  }

  /** Computes partitions. Those that are kept are not read again. */
  compute(partitions: ReadonlyArray<Partition>): Job<void> {
    return withBlocks(partitions, (ready) => Effect.asVoid(this.#host.kept(ready.filter((each) => !isThere(each)))))
  }

  /** Lowers an RDD, and runs the stages that it depends on. */
  lower(rdd: AnyRDD): Job<Lowered> {
    return Effect.suspend((): Job<Lowered> => {
      if (rdd.invalid !== undefined) return this.#host.fail(rdd, rdd.invalid)
      const { action, dry } = this.#scope
      const known = action.find(rdd)
      if (known !== undefined) return Effect.succeed(TaskUpdates.using(known))
      const gone = Stateful.gone(this.#host, rdd)
      if (gone !== undefined) return Effect.succeed(gone)
      const into = dry ? undefined : this.#keptIn(rdd)
      if (into !== undefined && this.#isByPartition(rdd)) {
        return Effect.map(this.#lower(rdd), (lowered) => this.#once(rdd, lowered, into))
      }
      const lowered = into === undefined
        ? this.#lower(rdd)
        : Effect.flatMap(this.#lower(rdd), (it) => this.#compute(rdd, it, into))
      if (into === undefined && !isExchange(rdd)) return lowered
      const kept = TaskUpdates.keeping(lowered, (it) => [it, action.find(rdd)])
      return into !== undefined && isPersisted(rdd) ? this.#inTurn(rdd, kept) : kept
    })
  }

  /** Lets one job at a time compute an RDD: two would write the same version of a state, and call functions twice. */
  #inTurn(rdd: AnyRDD, lowered: Job<Lowered>): Job<Lowered> {
    const { batch, released, turns } = this.#scope
    const turn = turns.get(rdd) ?? Semaphore.makeUnsafe(1)
    turns.set(rdd, turn)
    return Semaphore.withPermit(
      turn,
      Effect.suspend(() => {
        const known = released.find(rdd)
        if (known !== undefined) return Effect.succeed(TaskUpdates.using(known))
        const lost = batch?.lost
        const before = lost?.size
        return Effect.onExit(lowered, (exit) =>
          Effect.sync(() => {
            // An RDD that failed because one below it did may still be computed without that one.
            if (Exit.isFailure(exit) && lost?.size === before) lost?.add(rdd)
          }))
      }),
    )
  }

  /** Where to keep the blocks of an RDD; undefined if they are not kept. */
  #keptIn(rdd: AnyRDD): Computed | undefined {
    const { action, batch, consumers, released } = this.#scope
    if (rdd.primitive.kind === "source" || passesOn(rdd)) return undefined
    if (isPersisted(rdd)) return released
    if (batch?.isShared(rdd) === true) return batch.computed
    return (consumers.get(rdd) ?? 0) < 2 ? undefined : action
  }

  /** Whether partitions of a kept RDD are computed when they are needed. What later batches need is computed whole. */
  #isByPartition(rdd: AnyRDD): boolean {
    return needsNoStage(rdd) && this.#scope.batch?.isKept(rdd) !== true
  }

  /** The function that computes partitions of an RDD that is kept. */
  #keeping(rdd: AnyRDD, into: Computed): ReturnType<typeof keeping> {
    const isOfBatch = rdd.primitive.kind !== "persist" || this.#scope.batch?.isKept(rdd) === true
    const write = isOfBatch ? toStay : toPersist
    return keeping(this.#scope, rdd, into, (partitions) => this.blocks(partitions, undefined, write))
  }

  /** Lowers an RDD to partitions that are computed and kept when a stage needs them. */
  #once(rdd: AnyRDD, lowered: Lowered, into: Computed): Lowered {
    const { action, turns } = this.#scope
    const turn = turns.get(rdd) ?? Semaphore.makeUnsafe(1)
    turns.set(rdd, turn)
    const partitioned = once({
      rdd,
      lowered,
      into,
      compute: this.#keeping(rdd, into),
      inTurn: (job) => Semaphore.withPermit(turn, job),
    })
    action.keep(rdd, partitioned)
    return partitioned
  }

  /** Computes an RDD whole and keeps its blocks. */
  #compute(rdd: AnyRDD, lowered: Lowered, into: Computed): Job<Lowered> {
    const { primitive } = rdd
    const compute = this.#keeping(rdd, into)
    const computed = Effect.map(
      compute(lowered.partitions, Array.from(lowered.partitions.keys())),
      (partitions): Lowered => ({ ...lowered, partitions }),
    )
    return Effect.map(
      primitive.kind === "state"
        ? Effect.flatMap(computed, (it) => Stateful.seal(this.#host, primitive, it))
        : computed,
      (kept) => {
        const { action, storage } = this.#scope
        if (!isDropped(kept.partitions)) {
          into.keep(rdd, kept)
          return kept
        }
        // There was no room for all of it. This action can still use it.
        release(kept.partitions, storage)
        action.keep(rdd, kept)
        return kept
      },
    )
  }

  #lower(rdd: AnyRDD): Job<Lowered> {
    const { primitive } = rdd
    switch (primitive.kind) {
      case "source":
        return Effect.succeed(this.#source(rdd, primitive))
      case "narrow":
        return this.#narrow(rdd)
      case "persist":
      case "input":
        return this.#parent(rdd)
      case "union":
        return Effect.map(this.#parents(rdd), Partitions.union)
      case "coalesce":
        return Effect.map(this.#parent(rdd), (parent) => Partitions.coalesce(parent, primitive.partitions))
      case "zip":
        return Effect.flatMap(this.#parents(rdd), (all) => Partitions.zip(this.#host, rdd, primitive, all))
      case "distinct":
        return Partitions.distinct(this.#host, rdd, primitive)
      case "cartesian":
        return Effect.flatMap(this.#parents(rdd), (all) => Partitions.cartesian(this.#host, all))
      case "shuffle":
        return Effect.flatMap(this.#parent(rdd), (parent) => Exchange.shuffle(this.#host, rdd, primitive, parent))
      case "balance": {
        const { partitions } = primitive
        return Effect.flatMap(this.#parent(rdd), (parent) => Exchange.balance(this.#host, rdd, partitions, parent))
      }
      case "cogroup":
        return Effect.flatMap(this.#parents(rdd), (all) => Exchange.cogroup(this.#host, rdd, primitive, all))
      case "state":
        return Stateful.state(this.#host, rdd, primitive)
      case "view":
        return Effect.map(this.#parent(rdd), (parent) => Stateful.view(this.#host, rdd, parent))
      case "indexed":
        return Effect.flatMap(this.#parent(rdd), (parent) => Partitions.indexed(this.#host, rdd, parent))
      case "provide":
        return this.#provide(rdd)
    }
  }

  #parents(rdd: AnyRDD): Job<ReadonlyArray<Lowered>> {
    return Effect.forEach(rdd.parents, (parent) => this.lower(parent))
  }

  #parent(rdd: AnyRDD): Job<Lowered> {
    const [parent] = rdd.parents
    return parent === undefined
      ? this.#host.fail(rdd, new Mismatch({ problem: "an operation without its parent" }))
      : this.lower(parent)
  }

  #source(rdd: AnyRDD, source: Kind<"source">): Lowered {
    const { defaultParallelism, parallelism, references } = this.#scope
    const partitions = source.partitions === "default" ? defaultParallelism ?? parallelism : source.partitions
    const operation = references.of(rdd)
    const { fits, waits } = source
    const reading = waits === true ? { waits, ...(fits === true && { fits }) } : {}
    return {
      partitions: Array.from({ length: partitions }, (_, index) => ({
        input: { kind: "load", operation, index, partitions, ...reading },
        steps: [],
      })),
      placed: source.partitioner && references.own(rdd, source.partitioner),
    }
  }

  /** Lowers neighbouring narrow operations at once, down to one that is kept or an operation of another kind. */
  #narrow(rdd: AnyRDD): Job<Lowered> {
    const chain = [rdd]
    let last = rdd
    for (let below = rdd.parents[0]; below !== undefined && this.#continues(below); below = below.parents[0]) {
      chain.push(below)
      last = below
    }
    chain.reverse()
    return Effect.map(this.#parent(last), ({ partitions, placed }) => ({
      partitions: partitions.map(({ input, steps }, index) => ({
        input,
        steps: [...steps, ...this.#steps(chain, index)],
      })),
      placed: chain.every(({ primitive }) => primitive.kind === "narrow" && primitive.preserves) ? placed : undefined,
    }))
  }

  #continues(rdd: AnyRDD): boolean {
    return rdd.primitive.kind === "narrow" && rdd.invalid === undefined && this.#scope.action.find(rdd) === undefined &&
      (this.#scope.dry || this.#keptIn(rdd) === undefined)
  }

  #steps(chain: ReadonlyArray<AnyRDD>, index: number): ReadonlyArray<Step> {
    const { references } = this.#scope
    return chain.map((rdd) => ({
      operation: references.of(rdd),
      index,
      waits: rdd.primitive.kind === "narrow" && rdd.primitive.step.kind === "effect",
    }))
  }

  /** Lowers what is below a layer: the stages below run with its services, and so do the partitions above them. */
  #provide(rdd: AnyRDD): Job<Lowered> {
    const place: Place = { operation: this.#scope.references.of(rdd), index: undefined }
    const within = new Planner(this.#scope, [...this.#layers, place])
    return Effect.map(within.#parent(rdd), ({ partitions, placed }) => ({
      partitions: partitions.map((of) => ({ input: { kind: "provide", ...place, of }, steps: [] })),
      placed,
    }))
  }
}

/** Whether the shuffled pairs of an RDD are kept for later actions of the same job. */
const isExchange = ({ primitive: { kind } }: AnyRDD): boolean =>
  kind === "shuffle" || kind === "balance" || kind === "cogroup"
