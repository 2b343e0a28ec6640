/**
 * The planner: turns lineage into stages and runs them, from the sources down to the RDD that was asked for.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Semaphore from "effect/Semaphore"
import { Mismatch } from "../../core/errors.ts"
import type * as Block from "../../rdd/block.ts"
import type { JobContext } from "../../rdd/engine.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
import * as TaskUpdates from "../../rdd/task_updates.ts"
import type { StateStore } from "../state_store.ts"
import { Computed } from "../plan/computed.ts"
import * as Exchange from "./exchange.ts"
import type { Executor } from "./executor.ts"
import { type Host, isPersisted, type Kind, type Lowered, type Piece, reading, there } from "./host.ts"
import { type LocalBatch, passesOn } from "./open_batch.ts"
import * as Partitions from "./partitions.ts"
import type { ProvidedLayers } from "./provided.ts"
import * as Stateful from "./stateful.ts"
import { attempt, failed, isEffectful, type Job, toBlock } from "./task.ts"

/** What a planner works with. */
export interface Environment {
  readonly parallelism: number
  readonly defaultParallelism: number | undefined
  readonly executor: Executor
  readonly states: StateStore
  /** What is kept until it is released: state, and what is persisted. */
  readonly released: Computed
  /** What is kept for the actions of one job. */
  readonly ofJob: Computed
  /** Jobs take turns at computing what is persisted. */
  readonly turns: WeakMap<AnyRDD, Semaphore.Semaphore>
  /** The open batch that the job belongs to. */
  readonly batch: LocalBatch | undefined
}

/** Plans and runs one job. `dry`: only how the RDD lies is wanted, so nothing that can be known without it is run. */
export class Planner {
  readonly #env: Environment
  readonly #job: JobContext
  readonly #layers: ProvidedLayers
  readonly #dry: boolean
  readonly #host: Host
  readonly #consumers = new Map<AnyRDD, number>()
  readonly #computed: Computed

  constructor(env: Environment, job: JobContext, layers: ProvidedLayers, dry: boolean) {
    this.#layers = layers
    this.#env = env
    this.#job = job
    this.#dry = dry
    this.#computed = new Computed(env.ofJob)
    this.#host = {
      states: env.states,
      executor: env.executor,
      addressOf: (rdd) => env.batch?.addressOf(rdd),
      ofJob: env.ofJob,
      defaultParallelism: env.defaultParallelism,
      job,
      dry,
      lower: (rdd) => this.lower(rdd),
      run: (rdd, piece, index) => this.run(rdd, piece, index),
      runAll: (rdd, lowered) => this.#runAll(rdd, lowered),
      lowerForReal: (rdd) => new Planner(env, job, layers, false).lower(rdd),
    }
  }

  /**
   * Counts the consumers of RDDs, so that one with several consumers in an action is computed once. An RDD that only passes
   * partitions on (a union, an input) has its parents used by all of its consumers. The consumers of what the open batch
   * knows have been counted when it was opened, and what lies below kept blocks is not computed again.
   */
  survey(root: AnyRDD): void {
    const { batch } = this.#env
    if (batch?.isKnown(root) === true) return
    const open = [root]
    for (let rdd = open.pop(); rdd !== undefined; rdd = open.pop()) {
      if (this.#computed.find(rdd) !== undefined) continue
      for (const parent of rdd.parents) {
        const count = (this.#consumers.get(parent) ?? 0) + 1
        this.#consumers.set(parent, count)
        const passes = passesOn(parent)
        if ((count === 1 && (passes || batch?.isKnown(parent) !== true)) || (count === 2 && passes)) open.push(parent)
      }
    }
  }

  /** Runs one partition. */
  run(rdd: AnyRDD, piece: Piece, index: number): Job<Block.Block<unknown>> {
    return Effect.flatMap(
      piece.read,
      (block) => toBlock(this.#env.executor, this.#job, piece.steps.at(-1)?.rdd ?? rdd, piece.steps, block, index),
    )
  }

  #runAll(rdd: AnyRDD, lowered: Lowered): Job<ReadonlyArray<Block.Block<unknown>>> {
    return this.runMany(rdd, lowered.pieces.map((piece, i) => [piece, i]))
  }

  /**
   * Runs partitions in order; those that wait for effects side by side, as many as the parallelism allows. `each` is run
   * with every block when it is there.
   */
  runMany(
    rdd: AnyRDD,
    wanted: ReadonlyArray<readonly [piece: Piece, index: number]>,
    each?: (block: Block.Block<unknown>, index: number) => Effect.Effect<void>,
  ): Job<ReadonlyArray<Block.Block<unknown>>> {
    const concurrency = wanted.some(([{ steps }]) => steps.some(isEffectful)) ? this.#env.parallelism : 1
    const run = ([piece, i]: readonly [Piece, number]) => {
      const block = this.run(rdd, piece, i)
      return each === undefined ? block : Effect.tap(block, (it) => each(it, i))
    }
    return Effect.forEach(wanted, run, { concurrency })
  }

  /** Lowers an RDD, running the stages it depends on. */
  lower(rdd: AnyRDD): Job<Lowered> {
    return Effect.suspend((): Job<Lowered> => {
      if (rdd.invalid !== undefined) return Effect.fail(failed(rdd, undefined, this.#job, rdd.invalid))
      const known = this.#computed.find(rdd)
      if (known !== undefined) return Effect.succeed(TaskUpdates.using(known))
      const gone = Stateful.gone(this.#host, rdd)
      if (gone !== undefined) return Effect.succeed(gone)
      const keep = this.#dry ? undefined : this.#keeper(rdd)
      const lowered = keep === undefined ? this.#lower(rdd) : Effect.flatMap(this.#lower(rdd), keep)
      if (keep === undefined && !isExchange(rdd)) return lowered
      const kept = TaskUpdates.keeping(lowered, (it) => [it, this.#computed.find(rdd)])
      return isPersisted(rdd) && !this.#dry ? this.#inTurn(rdd, kept) : kept
    })
  }

  /** Two jobs at once would write the same version of a state, and run the user's functions twice. */
  #inTurn(rdd: AnyRDD, lowered: Job<Lowered>): Job<Lowered> {
    const { batch, released, turns } = this.#env
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

  #keeper(rdd: AnyRDD): ((lowered: Lowered) => Job<Lowered>) | undefined {
    const { kind } = rdd.primitive
    const { batch, released } = this.#env
    if (kind === "source" || passesOn(rdd)) return undefined
    if (isPersisted(rdd)) return (lowered) => this.#compute(rdd, lowered, released)
    if (batch?.isShared(rdd) === true) return (lowered) => this.#compute(rdd, lowered, batch.computed)
    if ((this.#consumers.get(rdd) ?? 0) < 2) return undefined
    return (lowered) => this.#compute(rdd, lowered, this.#computed)
  }

  /** Computes an RDD whole and keeps its blocks. */
  #compute(rdd: AnyRDD, lowered: Lowered, into: Computed): Job<Lowered> {
    const { primitive } = rdd
    const all = this.#runAll(rdd, lowered)
    return Effect.map(
      primitive.kind === "state" ? Effect.tap(all, Stateful.sealed(this.#host, primitive)) : all,
      (blocks) => {
        const kept = { ...lowered, pieces: blocks.map(there) }
        into.keep(rdd, kept)
        return kept
      },
    )
  }

  #lower(rdd: AnyRDD): Job<Lowered> {
    const { primitive } = rdd
    switch (primitive.kind) {
      case "source":
        return this.#source(rdd, primitive)
      case "narrow": {
        const { preserves } = primitive
        return this.#over(rdd, ({ pieces, partitioner }) => ({
          pieces: pieces.map((piece, index) => ({ read: piece.read, steps: [...piece.steps, { rdd, index }] })),
          partitioner: preserves ? partitioner : undefined,
        }))
      }
      case "persist":
      case "input":
        return this.#over(rdd, (lowered) => lowered)
      case "union":
        return Effect.map(this.#parents(rdd), (all) => Partitions.union(this.#host, rdd, all))
      case "coalesce":
        return this.#over(rdd, (parent) => Partitions.coalesce(this.#host, rdd, parent, primitive.partitions))
      case "zip":
        return Effect.flatMap(this.#parents(rdd), (all) => Partitions.zip(this.#host, rdd, primitive, all))
      case "cartesian":
        return Effect.flatMap(this.#parents(rdd), (all) => Partitions.cartesian(this.#host, rdd, all))
      case "shuffle":
        return Effect.flatMap(this.#parent(rdd), (parent) => Exchange.shuffle(this.#host, rdd, primitive, parent))
      case "balance":
        return Effect.flatMap(
          this.#parent(rdd),
          (parent) => Exchange.balance(this.#host, rdd, primitive.partitions, parent),
        )
      case "cogroup":
        return Effect.flatMap(this.#parents(rdd), (all) => Exchange.cogroup(this.#host, rdd, primitive, all))
      case "state":
        return Stateful.state(this.#host, rdd, primitive)
      case "view":
        return this.#over(rdd, (parent) => Stateful.view(this.#host, rdd, primitive, parent))
      case "indexed":
        return Effect.flatMap(this.#parent(rdd), (parent) => Partitions.indexed(this.#host, rdd, primitive, parent))
      case "provide":
        return this.#provide(rdd, primitive)
    }
  }

  #parents(rdd: AnyRDD): Job<ReadonlyArray<Lowered>> {
    return Effect.forEach(rdd.parents, (parent) => this.lower(parent))
  }

  #parent(rdd: AnyRDD): Job<Lowered> {
    const [parent] = rdd.parents
    return parent === undefined
      ? Effect.fail(failed(rdd, undefined, this.#job, new Mismatch({ problem: "an operation without its parent" })))
      : this.lower(parent)
  }

  #over(rdd: AnyRDD, f: (parent: Lowered) => Lowered): Job<Lowered> {
    return Effect.map(this.#parent(rdd), f)
  }

  #source(rdd: AnyRDD, { partitions, partitioner, load }: Kind<"source">): Job<Lowered> {
    const n = partitions === "default" ? this.#env.defaultParallelism ?? this.#env.parallelism : partitions
    const read = (i: number): Job<Block.Block<unknown>> =>
      Effect.flatMap(
        attempt(rdd, i, this.#job, () => load(i, n)),
        (loaded) =>
          Effect.isEffect(loaded)
            ? Effect.mapError(loaded, (reason) => failed(rdd, i, this.#job, reason))
            : Effect.succeed(loaded),
      )
    return Effect.succeed({ pieces: reading(n, read), partitioner })
  }

  #provide(rdd: AnyRDD, { layer }: Kind<"provide">): Job<Lowered> {
    const reason = (error: unknown) => failed(rdd, undefined, this.#job, error)
    const provide = <A>(job: Job<A>) => this.#layers.provide(layer, job, reason)
    return Effect.map(provide(this.#parent(rdd)), ({ pieces, partitioner }) => ({
      pieces: pieces.map((piece, i) => ({ read: provide(this.run(rdd, piece, i)), steps: [] })),
      partitioner,
    }))
  }
}

/** Whether an RDD is kept, once it has been exchanged, for later actions of the same job. */
const isExchange = ({ primitive: { kind } }: AnyRDD): boolean =>
  kind === "shuffle" || kind === "balance" || kind === "cogroup"
