/**
 * The planner: turns lineage into stages and runs them, from the sources down to the RDD that was asked for.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { Mismatch } from "../../core/errors.ts"
import * as Block from "../../rdd/block.ts"
import type { JobContext } from "../../rdd/engine.ts"
import { joinColumns, PairBlock } from "../../rdd/pair_block.ts"
import * as Partitioner from "../../rdd/partitioner.ts"
import type { AnyRDD, Combine, Primitive, RangeSpec } from "../../rdd/rdd.ts"
import type { StateView } from "../../rdd/state.ts"
import * as TaskUpdates from "../../rdd/task_updates.ts"
import type { StateStore } from "../state_store.ts"
import type { Executor } from "./executor.ts"
import type { ProvidedLayers } from "./provided.ts"
import * as Shuffle from "./shuffle.ts"
import * as Stateful from "./stateful.ts"
import { attempt, failed, isEffectful, type Job, type Step, toBlock, toTable } from "./task.ts"

/** One partition of an RDD: a block, and the steps still to be run over it. */
export interface Piece {
  readonly read: Job<Block.Block<unknown>>
  readonly steps: ReadonlyArray<Step>
}

/** An RDD as the engine sees it. */
export interface Lowered {
  readonly pieces: ReadonlyArray<Piece>
  readonly partitioner: Partitioner.Partitioner | undefined
  /** For a state operation: its versions, by partition. */
  readonly views?: ReadonlyArray<StateView> | undefined
}

/** What a planner works with. */
export interface Environment {
  readonly parallelism: number
  readonly executor: Executor
  readonly states: StateStore
  readonly persisted: WeakMap<AnyRDD, Lowered>
  readonly shuffled: WeakMap<AnyRDD, Lowered>
}

type Kind<K extends Primitive["kind"]> = Extract<Primitive, { readonly kind: K }>

const there = (block: Block.Block<unknown>): Piece => ({ read: Effect.succeed(block), steps: [] })
const pieces = (n: number, piece: (i: number) => Piece): ReadonlyArray<Piece> =>
  Array.from({ length: n }, (_, i) => piece(i))

/** How the blocks lie that the jobs of a batch share. */
const settled = new WeakMap<ReadonlyArray<Block.Block<unknown>>, Lowered>()

/** Plans and runs one job. `dry`: only how the RDD lies is wanted, so nothing that can be known without it is run. */
export class Planner {
  readonly #env: Environment
  readonly #job: JobContext
  readonly #layers: ProvidedLayers
  readonly #dry: boolean
  readonly #host: Stateful.Host
  readonly #consumers = new Map<AnyRDD, number>()
  readonly #materialised = new Map<AnyRDD, Lowered>()

  constructor(env: Environment, job: JobContext, layers: ProvidedLayers, dry: boolean) {
    this.#layers = layers
    this.#env = env
    this.#job = job
    this.#dry = dry
    this.#host = {
      states: env.states,
      executor: env.executor,
      job,
      dry,
      lower: (rdd) => this.lower(rdd),
      run: (rdd, piece, index) => this.run(rdd, piece, index),
      placed: (rdd, by, parent) => this.#shuffleBy(sideOf(rdd), by, undefined, parent),
      chosen: (by, all) => this.#chosen(by, all),
    }
  }

  /**
   * Counts who uses what, so that an RDD with several consumers in one job is computed once. An RDD that is not kept
   * itself (a union, an input) has its parents used by all of its consumers. What lies below kept blocks is not asked for.
   */
  survey(root: AnyRDD): void {
    const open = [root]
    for (let rdd = open.pop(); rdd !== undefined; rdd = open.pop()) {
      if (this.#env.persisted.has(rdd) || this.#env.shuffled.has(rdd)) continue
      for (const parent of rdd.parents) {
        const seen = this.#consumers.get(parent) ?? 0
        this.#consumers.set(parent, seen + 1)
        if (seen === 0 || (seen === 1 && isPassing(parent))) open.push(parent)
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

  /** Runs partitions in order; those that wait for effects side by side, as many as the parallelism allows. */
  runMany(
    rdd: AnyRDD,
    wanted: ReadonlyArray<readonly [piece: Piece, index: number]>,
  ): Job<ReadonlyArray<Block.Block<unknown>>> {
    const concurrency = wanted.some(([{ steps }]) => steps.some(isEffectful)) ? this.#env.parallelism : 1
    return Effect.forEach(wanted, ([piece, i]) => this.run(rdd, piece, i), { concurrency })
  }

  /** Lowers an RDD, running the stages it depends on. */
  lower(rdd: AnyRDD): Job<Lowered> {
    return Effect.suspend((): Job<Lowered> => {
      if (rdd.invalid !== undefined) return Effect.fail(failed(rdd, undefined, this.#job, rdd.invalid))
      const known = this.#materialised.get(rdd) ?? this.#found(rdd)
      if (known !== undefined) return Effect.succeed(TaskUpdates.using(known))
      const gone = Stateful.gone(this.#host, rdd)
      if (gone !== undefined) return Effect.succeed(gone)
      const keep = this.#dry ? undefined : this.#keeper(rdd)
      const lowered = keep === undefined ? this.#lower(rdd) : Effect.flatMap(this.#lower(rdd), keep)
      return keep !== undefined || isExchange(rdd)
        ? TaskUpdates.keeping(lowered, (it) => [it, this.#found(rdd)])
        : lowered
    })
  }

  /** What is left of an earlier job. */
  #found(rdd: AnyRDD): Lowered | undefined {
    const blocks = this.#job.shared.get(rdd)
    return this.#env.persisted.get(rdd) ?? this.#env.shuffled.get(rdd) ?? (blocks && settled.get(blocks))
  }

  #keeper(rdd: AnyRDD): ((lowered: Lowered) => Job<Lowered>) | undefined {
    const { kind } = rdd.primitive
    if (kind === "source" || isPassing(rdd)) return undefined
    if (kind !== "state" && kind !== "persist" && this.#job.shared.has(rdd)) {
      return (lowered) =>
        Effect.map(this.#runAll(rdd, lowered), (all) => {
          const kept = this.#kept(rdd, lowered, all)
          this.#job.shared.set(rdd, all)
          settled.set(all, kept)
          return kept
        })
    }
    if (kind === "persist" || kind === "state") {
      const whole = (lowered: Lowered) => {
        const blocks = this.#runAll(rdd, lowered)
        const { primitive } = rdd
        return primitive.kind === "state" ? Effect.tap(blocks, Stateful.sealed(this.#host, primitive)) : blocks
      }
      return (lowered) =>
        Effect.map(whole(lowered), (all) => {
          const kept = { ...lowered, pieces: all.map(there) }
          this.#env.persisted.set(rdd, kept)
          return kept
        })
    }
    if ((this.#consumers.get(rdd) ?? 0) < 2) return undefined
    return (lowered) => Effect.map(this.#runAll(rdd, lowered), (all) => this.#kept(rdd, lowered, all))
  }

  #kept(rdd: AnyRDD, lowered: Lowered, blocks: ReadonlyArray<Block.Block<unknown>>): Lowered {
    const kept = { pieces: blocks.map(there), partitioner: lowered.partitioner }
    this.#materialised.set(rdd, kept)
    return kept
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
        return Effect.map(this.#parents(rdd), (all) => this.#union(rdd, all))
      case "coalesce":
        return this.#over(rdd, (parent) => this.#coalesce(rdd, parent, primitive.partitions))
      case "zip":
        return Effect.flatMap(this.#parents(rdd), (all) => this.#zip(rdd, primitive, all))
      case "cartesian":
        return Effect.flatMap(this.#parents(rdd), (all) => this.#cartesian(rdd, all))
      case "shuffle":
        return Effect.flatMap(this.#parent(rdd), (parent) => this.#shuffle(rdd, primitive, parent))
      case "balance":
        return Effect.flatMap(this.#parent(rdd), (parent) => this.#balance(rdd, parent, primitive.partitions))
      case "cogroup":
        return Effect.flatMap(this.#parents(rdd), (all) => this.#cogroup(rdd, primitive, all))
      case "state":
        return Stateful.state(this.#host, rdd, primitive)
      case "view":
        return this.#over(rdd, (parent) => Stateful.view(this.#host, rdd, primitive, parent))
      case "indexed":
        return Effect.flatMap(this.#parent(rdd), (parent) => this.#indexed(rdd, primitive, parent))
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
    const n = partitions === "default" ? this.#env.parallelism : partitions
    const read = (i: number): Job<Block.Block<unknown>> =>
      Effect.flatMap(
        attempt(rdd, i, this.#job, () => load(i, n)),
        (loaded) =>
          Effect.isEffect(loaded)
            ? Effect.mapError(loaded, (reason) => failed(rdd, i, this.#job, reason))
            : Effect.succeed(loaded),
      )
    return Effect.succeed({ pieces: pieces(n, (i) => ({ read: read(i), steps: [] })), partitioner })
  }

  #union(rdd: AnyRDD, all: ReadonlyArray<Lowered>): Lowered {
    const some = all.filter((one) => one.pieces.length > 0)
    const by = some[0]?.partitioner
    if (by !== undefined && some.every((one) => one.partitioner && Partitioner.equals(one.partitioner, by))) {
      const read = (i: number) =>
        Effect.map(
          Effect.forEach(some, (one) => this.run(rdd, one.pieces[i] ?? there(Block.empty), i)),
          Block.concat,
        )
      return { pieces: pieces(by.numPartitions, (i) => ({ read: read(i), steps: [] })), partitioner: by }
    }
    return { pieces: some.flatMap((one) => one.pieces), partitioner: undefined }
  }

  #coalesce(rdd: AnyRDD, parent: Lowered, partitions: number): Lowered {
    const all = parent.pieces
    const n = Math.min(partitions, all.length)
    const read = (i: number) =>
      Effect.map(
        Effect.forEach(
          all.slice(Math.floor((i * all.length) / n), Math.floor(((i + 1) * all.length) / n)),
          (piece, j) => this.run(rdd, piece, Math.floor((i * all.length) / n) + j),
        ),
        Block.concat,
      )
    return {
      pieces: pieces(n, (i) => ({ read: read(i), steps: [] })),
      partitioner: n === all.length ? parent.partitioner : undefined,
    }
  }

  /** The operation as the executor knows it. */
  #resolved(rdd: AnyRDD): Primitive {
    return this.#env.executor.resolve(rdd, this.#job.lookUp).primitive
  }

  #zip(rdd: AnyRDD, own: Kind<"zip">, all: ReadonlyArray<Lowered>): Job<Lowered> {
    const resolved = this.#resolved(rdd)
    const { f, preserves } = resolved.kind === "zip" ? resolved : own
    const { ship } = this.#env.executor
    const counts = all.map((one) => one.pieces.length)
    const n = counts[0] ?? 0
    if (counts.some((count) => count !== n)) {
      const problem = `Can't zip RDDs with unequal numbers of partitions: List(${counts.join(", ")})`
      return Effect.fail(failed(rdd, undefined, this.#job, new Mismatch({ problem })))
    }
    const read = (i: number) =>
      Effect.flatMap(
        Effect.forEach(all, (one) => this.run(rdd, one.pieces[i] ?? there(Block.empty), i)),
        (blocks) =>
          attempt(rdd, i, this.#job, () =>
            ship(Block.fromArray(Array.from(f(
              blocks.map((block) => ship(block).records as ReadonlyArray<never>),
              i,
            ))))),
      )
    const partitioner = preserves ? all.find((one) => one.partitioner !== undefined)?.partitioner : undefined
    return Effect.succeed({ pieces: pieces(n, (i) => ({ read: read(i), steps: [] })), partitioner })
  }

  #cartesian(rdd: AnyRDD, [left, right]: ReadonlyArray<Lowered>): Job<Lowered> {
    const rows = left?.pieces.length ?? 0
    const columns = right?.pieces.length ?? 0
    if (left === undefined || right === undefined || this.#dry) {
      return Effect.succeed({ pieces: pieces(rows * columns, () => there(Block.empty)), partitioner: undefined })
    }
    return Effect.map(Effect.all([this.#runAll(rdd, left), this.#runAll(rdd, right)]), ([as, bs]) => ({
      pieces: as.flatMap((a) =>
        bs.map((b) => ({
          read: Effect.sync(() => Block.fromArray(a.records.flatMap((x) => b.records.map((y) => [x, y])))),
          steps: [],
        }))
      ),
      partitioner: undefined,
    }))
  }

  #defaultPartitioner(all: ReadonlyArray<Lowered>): Partitioner.Partitioner {
    const most = all.reduce((n, one) => Math.max(n, one.pieces.length), 0)
    const widest = all.flatMap((one) => one.partitioner ?? [])
      .reduce<Partitioner.Partitioner | undefined>((a, b) => a && a.numPartitions >= b.numPartitions ? a : b, undefined)
    return widest !== undefined && widest.numPartitions * 10 > most ? widest : Partitioner.hash(most)
  }

  #chosen(by: Partitioner.Partitioner | "default" | "own", all: ReadonlyArray<Lowered>): Partitioner.Partitioner {
    if (by === "default") return this.#defaultPartitioner(all)
    if (by !== "own") return by
    const n = all[0]?.pieces.length ?? 0
    const kept = all[0]?.partitioner
    return kept !== undefined && kept.numPartitions === n ? kept : Partitioner.hash(n)
  }

  #shuffle(rdd: AnyRDD, { by, combine }: Kind<"shuffle">, parent: Lowered): Job<Lowered> {
    if (typeof by === "object" && "make" in by) {
      // How many ranges there are depends on the keys: even the layout takes a real run, whose result is kept.
      if (this.#dry) return new Planner(this.#env, this.#job, this.#layers, false).lower(rdd)
      return this.#rangeShuffle(rdd, by, combine, parent)
    }
    return this.#shuffleBy(rdd, this.#chosen(by, [parent]), combine, parent)
  }

  #rangeShuffle(rdd: AnyRDD, by: RangeSpec, combine: Combine | undefined, parent: Lowered): Job<Lowered> {
    return Effect.flatMap(this.#runAll(rdd, parent), (blocks) => {
      const keys = () => blocks.flatMap((block) => block.records.map((pair) => (pair as readonly [unknown])[0]))
      const settled = { pieces: blocks.map(there), partitioner: parent.partitioner }
      return Effect.flatMap(
        attempt(rdd, undefined, this.#job, () => by.make(keys(), by.partitions ?? parent.pieces.length)),
        (partitioner) => this.#shuffleBy(rdd, partitioner, combine, settled),
      )
    })
  }

  #shuffleBy(
    rdd: AnyRDD,
    by: Partitioner.Partitioner,
    combine: Combine | undefined,
    parent: Lowered,
  ): Job<Lowered> {
    const { executor } = this.#env
    const job = this.#job
    const settled = parent.partitioner !== undefined && Partitioner.equals(parent.partitioner, by)
    if (settled && combine === undefined) return Effect.succeed(parent)
    const own = combine === undefined ? undefined : this.#combineOf(rdd)
    if (settled && own !== undefined) {
      const read = (piece: Piece, i: number) =>
        Effect.map(
          Effect.flatMap(piece.read, (block) => toTable(executor, job, rdd, own, piece.steps, block, i)),
          (table) => new PairBlock(table),
        )
      return Effect.succeed({
        pieces: parent.pieces.map((piece, i) => ({ read: read(piece, i), steps: [] })),
        partitioner: by,
      })
    }
    const write = (piece: Piece, i: number): Job<Shuffle.Cut> =>
      own?.mapSide === true
        ? Effect.flatMap(
          Effect.flatMap(piece.read, (block) => toTable(executor, job, rdd, own, piece.steps, block, i)),
          (table) => attempt(rdd, i, job, () => Shuffle.cutTable(table, by)),
        )
        : Effect.flatMap(
          this.run(rdd, piece, i),
          (block) => attempt(rdd, i, job, () => Shuffle.cutPairs(block, by)),
        )
    return this.#exchange(
      rdd,
      by.numPartitions,
      parent,
      write,
      (parts) => own === undefined ? joinColumns(parts) : Shuffle.gatherCombined(parts, own),
      by,
    )
  }

  #combineOf(rdd: AnyRDD): Combine | undefined {
    const resolved = this.#resolved(rdd)
    return resolved.kind === "shuffle" ? resolved.combine : undefined
  }

  /** A stage boundary: every map task writes buckets now, reduce partition `i` gathers the `i`-th of each. */
  #exchange(
    rdd: AnyRDD,
    n: number,
    parent: Lowered,
    write: (piece: Piece, index: number) => Job<Shuffle.Cut>,
    gather: (parts: ReadonlyArray<Shuffle.Bucket>) => Block.Block<unknown>,
    partitioner: Partitioner.Partitioner | undefined,
  ): Job<Lowered> {
    if (this.#dry) return Effect.succeed({ pieces: pieces(n, () => there(Block.empty)), partitioner })
    return Effect.map(Effect.forEach(parent.pieces, write), (written) => {
      const gathered = new Map<number, Block.Block<unknown>>()
      const gatherOnce = (i: number) => {
        // Kept as gathered, not as buckets: combine functions may change what they are given.
        const known = gathered.get(i)
        if (known !== undefined) return known
        const block = gather(written.flatMap((buckets) => buckets[i] ?? []))
        gathered.set(i, block)
        return block
      }
      const read = (i: number) => attempt(rdd, i, this.#job, () => this.#env.executor.ship(gatherOnce(i)))
      const lowered = { pieces: pieces(n, (i) => ({ read: read(i), steps: [] })), partitioner }
      this.#env.shuffled.set(rdd, lowered)
      return lowered
    })
  }

  #balance(rdd: AnyRDD, parent: Lowered, n: number): Job<Lowered> {
    const write = (piece: Piece, i: number) =>
      Effect.map(this.run(rdd, piece, i), (block) => Shuffle.deal(block.records, n, i))
    const gather = (parts: ReadonlyArray<Shuffle.Bucket>) =>
      Block.fromArray(Block.joinArrays(parts.map((part) => part.values)))
    return this.#exchange(rdd, n, parent, write, gather, undefined)
  }

  #cogroup(rdd: AnyRDD, { by }: Kind<"cogroup">, all: ReadonlyArray<Lowered>): Job<Lowered> {
    const partitioner = this.#chosen(by, all)
    const sides = Effect.forEach(all, (side) => this.#shuffleBy(sideOf(rdd), partitioner, undefined, side))
    return Effect.map(sides, (sides) => {
      const read = (i: number) =>
        Effect.flatMap(
          Effect.forEach(sides, (side) => this.run(rdd, side.pieces[i] ?? there(Block.empty), i)),
          (blocks) => attempt(rdd, i, this.#job, () => Shuffle.gatherGroups(blocks)),
        )
      const lowered = { pieces: pieces(partitioner.numPartitions, (i) => ({ read: read(i), steps: [] })), partitioner }
      if (!this.#dry) this.#env.shuffled.set(rdd, lowered)
      return lowered
    })
  }

  #indexed(rdd: AnyRDD, own: Kind<"indexed">, parent: Lowered): Job<Lowered> {
    if (this.#dry) return Effect.succeed({ ...parent, partitioner: undefined })
    const resolved = this.#resolved(rdd)
    const { f } = resolved.kind === "indexed" ? resolved : own
    return Effect.map(this.#runAll(rdd, parent), (blocks) => {
      const offsets: Array<number> = []
      blocks.reduce((sum, block) => (offsets.push(sum), sum + block.length), 0)
      return {
        pieces: blocks.map((block, index) => ({
          read: Effect.succeed(block),
          steps: [{ rdd, index, own: f(offsets, index) }],
        })),
        partitioner: undefined,
      }
    })
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

/** Whether an RDD hands on what its parents have: keeping it would be keeping them twice. */
const isPassing = ({ primitive }: AnyRDD): boolean => primitive.kind === "input" || primitive.kind === "union"

/** The exchange of one side of an operation that has several: a stand-in, so that each side is kept on its own. */
const sideOf = (rdd: AnyRDD): AnyRDD => Object.create(rdd)

/** Whether an RDD is kept, once computed, for later jobs that have the same context. */
const isExchange = ({ primitive: { kind } }: AnyRDD): boolean =>
  kind === "shuffle" || kind === "balance" || kind === "cogroup"
