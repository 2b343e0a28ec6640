/** Cases of the kind `rdd`: RDD operations and actions. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { RDD } from "../../mod.ts"
import { Testing } from "../../lib/testing.ts"
import { actionOf, changeOf } from "./actions.ts"
import { changing } from "./aliases.ts"
import { type Case, type Differences, idsOf, Missing, missing, type NodeSpec } from "./case.ts"
import { compareAction, compareResult, compareValues, type Result } from "./compare.ts"
import { layerOptions } from "./contexts.ts"
import { compareErrors, errorOf } from "./errors.ts"
import { type AnyRDD, rddNode } from "./rdd_nodes.ts"
import { decodeAll } from "./values.ts"

/** The RDDs of a case. In Spark, `persist` and its like change an RDD and return it: its id becomes one more name. */
class Known {
  readonly rdds = new Map<string, AnyRDD>()
  readonly #names = new Map<string, string>()

  #first(id: string): string {
    return this.#names.get(id) ?? id
  }

  get(id: string): AnyRDD {
    return this.rdds.get(this.#first(id)) ?? missing(`RDD ${id}`)
  }

  set(id: string, rdd: AnyRDD): void {
    this.rdds.set(this.#first(id), rdd)
  }

  /** Gives an RDD one more name. */
  rename(id: string, name: string): void {
    if (name !== id) this.#names.set(name, this.#first(id))
  }
}

/** An RDD could not be made. */
class NotBuilt {
  readonly _tag = "NotBuilt"
  constructor(readonly at: string, readonly reason: unknown) {}
}

const built = ({ rdds = [], nodes = [] }: Case): Effect.Effect<Known, NotBuilt> =>
  Effect.gen(function* () {
    const known = new Known()
    for (const { id, data, slices } of rdds) known.set(id, RDD.parallelize(decodeAll(data), { partitions: slices }))
    for (const node of nodes) {
      const ids = idsOf(node) ?? []
      const id = node.id ?? node.op
      const made = yield* Effect.exit(Effect.sync(() => rddNode(node)(ids.map((each) => known.get(each)), 0)))
      if (Exit.isFailure(made)) return yield* Effect.fail(new NotBuilt(id, errorOf(made.cause)))
      if (ids[0] !== undefined && changing.has(node.op)) known.rename(ids[0], id)
      if (made.value !== null) known.set(id, made.value)
    }
    return known
  })

/** Runs an action. Where the action changes its RDD in Spark, the RDD that the library gives takes its place. */
const act = (known: Known, action: NodeSpec): Effect.Effect<unknown, unknown, Testing.Services> =>
  Effect.suspend(() => {
    const id = idsOf(action)?.[0] ?? missing("an action without an RDD")
    const change = changeOf(action)
    if (change === undefined) return actionOf(action)(known.get(id))
    return Effect.map(change(known.get(id)), ([rdd, value]) => {
      known.set(id, rdd)
      return value
    })
  })

/** Gives the error with which an RDD cannot be computed; undefined if it can. */
const errorOfRDD = (rdd: AnyRDD): Effect.Effect<unknown, never, Testing.Services> =>
  Effect.map(
    Effect.exit(RDD.count(rdd) as Effect.Effect<number, unknown, Testing.Services>),
    (exit) => Exit.isSuccess(exit) ? undefined : errorOf(exit.cause),
  )

/** Gives the error of the RDD that Spark refuses, if its parents have none. Operations are lazy, so a job has to run. */
const refusalAt = Effect.fnUntraced(function* (golden: Case, at: string) {
  const made = yield* Effect.exit(built(golden))
  if (Exit.isFailure(made)) {
    const notBuilt = errorOf(made.cause) as NotBuilt
    return notBuilt.at === at ? notBuilt.reason : undefined
  }
  const node = golden.nodes?.find(({ id }) => id === at)
  for (const id of node === undefined ? [] : idsOf(node) ?? []) {
    if ((yield* errorOfRDD(made.value.get(id))) !== undefined) return undefined
  }
  return made.value.rdds.has(at) ? yield* errorOfRDD(made.value.get(at)) : undefined
})

const compareRefusal = Effect.fnUntraced(function* (golden: Case, expected: NonNullable<Case["expected"]["error"]>) {
  const { at = "", phase } = expected
  const error = yield* refusalAt(golden, at)
  if (error === undefined) return [`expected ${at} to fail with ${expected.class} ${expected.message}, but it does not`]
  return [
    phase === undefined ? undefined : compareValues("phase", phase, "construct"),
    compareErrors("building", expected, error),
  ].filter((each) => each !== undefined)
})

const compareActions = Effect.fnUntraced(function* ({ actions = [], expected }: Case, known: Known) {
  const found = [compareValues("number of results", (expected.results ?? []).length, actions.length)]
  for (const [i, action] of actions.entries()) {
    const exit = yield* Effect.exit(act(known, action))
    const got: Result = Exit.isSuccess(exit) ? { value: exit.value } : { error: errorOf(exit.cause) }
    if (got.error instanceof Missing) return []
    const what = `${i} ${action.op}`
    found.push(compareResult(what, expected.results?.[i] ?? {}, got, (a, b) => compareAction(what, a, b, action)))
  }
  return found.filter((each) => each !== undefined)
})

/** Gives the results of the actions of a case without comparing them. */
export const resultsOf = (golden: Case): Effect.Effect<ReadonlyArray<Result>, unknown> =>
  Effect.gen(function* () {
    const known = yield* built(golden)
    return yield* Effect.forEach(golden.actions ?? [], (action) =>
      Effect.map(Effect.exit(act(known, action)), (exit): Result =>
        Exit.isSuccess(exit) ? { value: exit.value } : { error: errorOf(exit.cause) }))
  }).pipe(Effect.provide(Testing.layer(layerOptions(golden, "local"))))

/** Runs a case of the kind `rdd` on one engine and compares it. */
export const rddCase = (golden: Case, engine: Testing.EngineName): Effect.Effect<Differences> =>
  Effect.gen(function* () {
    const { error } = golden.expected
    if (error !== undefined) return yield* compareRefusal(golden, error)
    const known = yield* Effect.exit(built(golden))
    return Exit.isSuccess(known)
      ? yield* compareActions(golden, known.value)
      : [compareResult("building", {}, { error: (errorOf(known.cause) as NotBuilt).reason }) ?? "not built"]
  }).pipe(Effect.provide(Testing.layer(layerOptions(golden, engine))))
