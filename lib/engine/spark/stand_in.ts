/**
 * A stand-in for a Spark cluster: computes relations in the isolate of the program. Everything that travels goes through bytes,
 * and rows come in another order, as on a cluster.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Address, Engine, GraphCopy } from "../../rdd/engine.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
import * as LocalEngine from "../local/engine.ts"
import type { Elsewhere, Here } from "../local/elsewhere.ts"
import { ownAddress, throughCodec } from "../local/loopback.ts"
import * as StateStore from "../state_store.ts"
import { placeOf } from "../threads/task_place.ts"
import { decodeCommand } from "./command.ts"
import { BLOCK_NOT_FOUND, SparkFailed } from "./errors.ts"
import { StageRunner } from "./executor.ts"
import type { Cluster, Relation, Rows, RowsOfTasks } from "./relations.ts"
import * as RemoteStates from "./states.ts"
import { runPartition, type Worksite } from "./worker_stage.ts"

interface Row {
  readonly p: number
  readonly t: number
  readonly s: number
  readonly c: number
  readonly b: Uint8Array
}

const toList = ({ b, c, p, s, t }: Rows): ReadonlyArray<Row> =>
  b.map((bytes, i) => ({ p: p[i] ?? 0, t: t[i] ?? 0, s: s[i] ?? 0, c: c[i] ?? 0, b: bytes }))

const toRows = (list: ReadonlyArray<Row>): Rows => ({
  p: Int32Array.from(list, ({ p }) => p),
  t: Int32Array.from(list, ({ t }) => t),
  s: Int32Array.from(list, ({ s }) => s),
  c: Int32Array.from(list, ({ c }) => c),
  // Bytes that come from elsewhere do not begin where arrays of numbers can.
  b: list.map(({ b }) => {
    const shifted = new Uint8Array(b.length + 1)
    shifted.set(b, 1)
    return shifted.subarray(1)
  }),
})

/** On how many executors rows are kept. */
const COPIES = 1

/** Where the numbers of the tasks of a stage begin that may be a part of a union. */
const OFFSET = 5

/** A stand-in for a cluster. It computes relations with the worksite that it is given. */
export class StandIn implements Pick<Cluster, "collect" | "forget" | "keep"> {
  /** The kept rows; undefined for those that are lost. */
  readonly #kept = new Map<string, ReadonlyArray<Row> | undefined>()
  #next = 0
  /** Where tasks run. */
  worksite: Effect.Effect<Worksite> = Effect.die(new TypeError("the stand-in has no workers"))

  readonly collect: Cluster["collect"] = (relation) => Effect.map(this.#rows(relation, true), toRows)

  readonly keep: Cluster["keep"] = (relation, { observe }) =>
    Effect.map(this.#rows(relation, true), (rows) => {
      const id = String(this.#next++)
      this.#kept.set(id, rows)
      return { id, observed: observe && observedIn(rows, observe) }
    })

  readonly forget: Cluster["forget"] = (ids) => Effect.sync(() => ids.forEach((id) => this.#kept.delete(id)))

  /** How many relations are kept. */
  get size(): number {
    return this.#kept.size
  }

  /** Loses all rows that are kept, as a cluster does whose executors end. */
  lose(): void {
    for (const id of this.#kept.keys()) this.#kept.set(id, undefined)
  }

  #rows(relation: Relation, isRoot = false): Effect.Effect<ReadonlyArray<Row>, SparkFailed> {
    return Effect.suspend((): Effect.Effect<ReadonlyArray<Row>, SparkFailed> => {
      switch (relation.kind) {
        case "rows":
          return Effect.succeed(toList(relation.rows))
        case "kept": {
          const rows = this.#kept.get(relation.id)
          if (rows !== undefined) return Effect.succeed(rows)
          return Effect.fail(failedToRead(relation.id, this.#kept.has(relation.id) ? BLOCK_NOT_FOUND : "NO_RELATION"))
        }
        case "union":
          return Effect.map(Effect.forEach(relation.of, (each) => this.#rows(each)), (all) => all.flat())
        case "tagged":
          return Effect.map(this.#rows(relation.of), (rows) => rows.filter(({ t }) => relation.tags.includes(t)))
        case "routed":
          return Effect.map(
            this.#rows(relation.of),
            (rows) => rows.flatMap((row) => (relation.to[row.p] ?? []).map((p) => ({ ...row, p }))),
          )
        case "shuffled":
          return Effect.map(this.#rows(relation.of), (rows) => rows.toReversed())
        case "stage":
          return this.#stage(relation, isRoot ? 0 : OFFSET)
      }
    })
  }

  #stage({ command, of }: Extract<Relation, { readonly kind: "stage" }>, first: number) {
    const decoded = decodeCommand(command)
    const { heads } = decoded
    const partitions = of.kind === "shuffled" ? of.partitions : heads.length
    return Effect.flatMap(this.#rows(of), (rows) => {
      const parts = Map.groupBy(rows, ({ p }) => p)
      for (const p of parts.keys()) {
        if (p >= partitions) throw new RangeError(`a row is for partition ${p} of ${partitions}`)
      }
      return Effect.map(
        Effect.forEach(
          Array.from({ length: partitions }).keys(),
          (split) =>
            Effect.flatMap(
              this.worksite,
              (worksite) => runPartition(worksite, decoded, first + split, toRows(parts.get(split) ?? [])),
            ),
        ),
        (all) => all.flatMap(toList),
      )
    })
  }
}

/** The rows that a cluster would observe, unless there are others. */
const observedIn = (rows: ReadonlyArray<Row>, { tag, unless }: RowsOfTasks): Rows | undefined =>
  rows.some(({ c, t }) => t === unless || t === tag && c > 0) ? undefined : toRows(rows.filter(({ t }) => t === tag))

const failedToRead = (id: string, errorClass: string): SparkFailed =>
  new SparkFailed({ where: "stand-in", operation: "read", errorClass, text: id, causes: [] })

/** Gives addresses to the driver's own operations, for graphs of which there is no copy. */
class OwnOperations implements GraphCopy {
  readonly #rdds = new Map<number, WeakRef<AnyRDD>>()

  readonly addressOf = (rdd: AnyRDD): Address => {
    this.#rdds.set(rdd.id, new WeakRef(rdd))
    return ownAddress(rdd)
  }

  readonly operationAt = ({ place }: Address): AnyRDD | undefined => this.#rdds.get(place)?.deref()
  readonly evaluate = (): Effect.Effect<void> => Effect.void
  readonly codingOf = (): undefined => undefined
  readonly errors = []
  readonly release = (): void => undefined
}

const none = (): undefined => undefined

/**
 * Makes a local engine whose tasks run on the stand-in. `remembers`: for how many milliseconds later batches look back at a
 * batch. If it is not given, nothing that was kept is released.
 */
export const makeEngine = (
  options: LocalEngine.Options & { readonly remembers?: number },
  standIn: StandIn = new StandIn(),
): Effect.Effect<Engine, never, Scope.Scope> =>
  Effect.gen(function* () {
    let copy: GraphCopy | undefined
    const own = new OwnOperations()
    const states = yield* RemoteStates.make({
      cluster: standIn,
      copies: COPIES,
      codingOf: (id) => copy?.codingOf(id),
    })
    const elsewhere = (here: Here): Elsewhere => {
      const { parallelism } = options
      standIn.worksite = Effect.suspend(() => {
        const given = copy ?? own
        const place = placeOf(given, { ...here, defaultParallelism: parallelism })
        return Effect.map(place, (place): Worksite => ({ copy: given, place }))
      })
      const runner = new StageRunner({
        cluster: standIn,
        bundle: "stand-in",
        told: () => ({ run: undefined, batches: { notes: [], ended: undefined } }),
        states,
        copies: COPIES,
        errors: () => copy?.errors ?? [],
        here: here.executor,
        onDriver: () => undefined,
      })
      return {
        executor: runner.executor,
        addressing: (batch) => copy === undefined ? own.addressOf : batch?.addressOf ?? none,
        openBatch: (notes) => copy?.evaluate(throughCodec(notes)) ?? Effect.void,
        endBatch: (time) =>
          Effect.suspend(() => {
            copy?.release(time)
            return options.remembers === undefined ? Effect.void : runner.release(time - options.remembers)
          }),
        methods: {
          useCopy: (given) => {
            copy = given
          },
        },
      }
    }
    return yield* Effect.provideService(
      LocalEngine.make({ ...options, elsewhere }),
      StateStore.StateStore,
      states,
    )
  })
