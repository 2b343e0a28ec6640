/** The steps by which a cluster is checked. */
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { connect } from "../../lib/engine/spark/connect/cluster.ts"
import { addressOf, parseConnectionString } from "../../lib/engine/spark/connect/connection_string.ts"
import type { Cluster, Relation } from "../../lib/engine/spark/relations.ts"
import { ship, type ShippingOptions } from "../../lib/engine/spark/shipping/ship.ts"
import { added, type Command, jsonRows, parsed, type WorkerReport } from "./tasks.ts"

/** A step found that the cluster does not do what it should. */
export class Wrong extends Data.TaggedError("Wrong")<{ readonly message: string }> {}

/** Where workers find Deno. */
export type Place = Pick<ShippingOptions, "deno" | "shipDeno">

/** Tells what a step has found. */
export type Tell = (line: string) => void

/** How often something is measured. */
const ROUNDS = 5
/** How many partitions tasks are spread over, to see all executors of a small cluster. */
const SPREAD = 32
const LINES = ["to be or not to be", "that is the question", "whether tis nobler in the mind to suffer"]

const check = (isRight: boolean, message: string): Effect.Effect<void, Wrong> =>
  isRight ? Effect.void : Effect.fail(new Wrong({ message }))

const stage = (of: Relation, bundle: string, command: Command): Relation => ({
  kind: "stage",
  of,
  command: new TextEncoder().encode(JSON.stringify(command)),
  bundle,
})

const numbers = (count: number): Relation => ({
  kind: "rows",
  rows: jsonRows(Array.from({ length: count }, (_, index) => [index, index])),
})

const values = (cluster: Cluster, relation: Relation) => Effect.map(cluster.collect(relation), ({ b }) => b.map(parsed))

/** Prints what each step has found, and how long it took. */
const step = <A, E extends { readonly message: string }, R>(
  tell: Tell,
  name: string,
  advice: string,
  body: Effect.Effect<readonly [result: A, found: string], E, R>,
): Effect.Effect<A, Wrong, R> =>
  Effect.gen(function* () {
    const started = yield* Clock.currentTimeMillis
    const [result, found] = yield* Effect.mapError(body, ({ message }) => {
      tell(`FAILED  ${name}\n        ${message.split("\n").slice(0, 20).join("\n        ")}\n        ${advice}`)
      return new Wrong({ message })
    })
    tell(`ok      ${name}: ${found} (${(yield* Clock.currentTimeMillis) - started} ms)`)
    return result
  })

const median = (times: ReadonlyArray<number>): number => times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0

const timed = <E>(self: Effect.Effect<unknown, E>): Effect.Effect<number, E> =>
  Effect.gen(function* () {
    const times: Array<number> = []
    for (let round = 0; round < ROUNDS; round++) {
      const started = yield* Clock.currentTimeMillis
      yield* self
      times.push((yield* Clock.currentTimeMillis) - started)
    }
    return median(times)
  })

/** Rows that Spark moves between executors, without workers. */
const shuffling = (cluster: Cluster) =>
  Effect.gen(function* () {
    const { p } = yield* cluster.collect({ kind: "shuffled", of: numbers(100), partitions: 100 })
    yield* check(p.length === 100, `${p.length} of 100 rows have come back`)
    const ms = yield* timed(cluster.collect({ kind: "shuffled", of: numbers(4), partitions: 4 }))
    return [undefined, `100 rows in 100 partitions; a small shuffle takes ${ms} ms`] as const
  })

const starting = (cluster: Cluster, bundle: string) =>
  Effect.gen(function* () {
    const spread: Relation = { kind: "shuffled", of: numbers(SPREAD), partitions: SPREAD }
    const reports = (yield* values(cluster, stage(spread, bundle, { name: "report", ms: 300 }))) as ReadonlyArray<
      WorkerReport
    >
    yield* check(reports.length === SPREAD, `${reports.length} of ${SPREAD} tasks have reported`)
    const executors = new Set(reports.map(({ directory, host }) => `${host} ${directory}`))
    const hosts = [...new Set(reports.map(({ host }) => host))]
    const denos = [...new Set(reports.map(({ deno }) => deno))]
    const processes = new Set(reports.map(({ host, pid }) => `${host} ${pid}`)).size
    const ms = yield* timed(cluster.collect(stage(numbers(1), bundle, { name: "report", ms: 0 })))
    const found =
      `${processes} workers with Deno ${denos.join(" and ")} on ${executors.size} executors of ${hosts.join(", ")}; ` +
      `a small stage takes ${ms} ms`
    return [executors.size, found] as const
  })

const counting = (cluster: Cluster, bundle: string) =>
  Effect.gen(function* () {
    const lines: Relation = { kind: "rows", rows: jsonRows(LINES.map((line, index) => [index, line])) }
    const mapped = stage(lines, bundle, { name: "count", partitions: 3 })
    const counts = stage({ kind: "shuffled", of: mapped, partitions: 3 }, bundle, { name: "add" })
    const expected = added([LINES.flatMap((line) => line.split(" ").map((word) => [word, 1]))])
    const found = (yield* values(cluster, counts)) as ReadonlyArray<readonly [string, number]>
    const text = (pairs: ReadonlyArray<readonly [string, number]>) => pairs.map(String).sort().join(" ")
    yield* check(text(found) === text(expected), `the counts are ${text(found)} in place of ${text(expected)}`)
    return [undefined, `${found.length} words were counted as they are here`] as const
  })

const keeping = (cluster: Cluster, executors: number) =>
  Effect.gen(function* () {
    const { id } = yield* cluster.keep({ kind: "shuffled", of: numbers(20), partitions: 4 }, { copies: 2 })
    const { b } = yield* cluster.collect({ kind: "kept", id })
    yield* check(b.length === 20, `${b.length} of 20 rows are kept`)
    yield* cluster.forget([id])
    const error = yield* Effect.flip(cluster.collect({ kind: "kept", id })).pipe(
      Effect.mapError(() => new Wrong({ message: "a relation can still be read after its release" })),
    )
    yield* check(error._tag === "SparkFailed", error.message)
    const copies = executors > 1
      ? "two copies were asked for"
      : "there is only one executor, so there is no second copy, and the loss of the executor loses states"
    return [undefined, `20 rows were kept, read and released; ${copies}`] as const
  })

/** Checks a cluster step by step. Fails with the first step that does. */
export const checkCluster = (master: string, place: Place, tell: Tell): Effect.Effect<void, Wrong, Scope.Scope> =>
  Effect.gen(function* () {
    const endpoint = yield* step(
      tell,
      "read the master URL",
      "Write it as Spark does: sc://host:15002/;token=…;use_ssl=true",
      Effect.map(
        parseConnectionString(master),
        (endpoint) => [endpoint, `${addressOf(endpoint)}, ${endpoint.isSecure ? "with" : "without"} TLS`] as const,
      ),
    )
    const cluster = yield* step(
      tell,
      "connect, compare versions, set options",
      "Nothing else was tried.",
      Effect.map(connect(endpoint), (cluster) => [cluster, `Spark ${cluster.version}`] as const),
    )
    yield* step(
      tell,
      "run a job",
      "Spark itself cannot run it. If it waited for long: look in Spark's own pages whether the cluster has executors with free cores.",
      shuffling(cluster),
    )
    const bundle = yield* step(
      tell,
      "upload the worker program and tasks",
      "The server keeps uploads below its spark.local.dir: see whether that is full.",
      Effect.map(
        ship(cluster, { ...place, entry: new URL("tasks.ts", import.meta.url).href, modules: [] }),
        (name) => [name, name] as const,
      ),
    )
    const executors = yield* step(
      tell,
      "start workers",
      "Executors start Deno. Install it at one path on all of them (--deno=PATH), or send it (--ship-deno). Directories of " +
        "executors must not be mounted with noexec.",
      starting(cluster, bundle),
    )
    yield* step(
      tell,
      "count words in two stages",
      "Workers or Spark's shuffle have changed records.",
      counting(cluster, bundle),
    )
    yield* step(
      tell,
      "keep a relation in two copies",
      "Executors must reach each other, and have room below spark.local.dir.",
      keeping(cluster, executors),
    )
  })
