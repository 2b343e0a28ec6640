/** Workers that the executors of a real cluster start, from code that was shipped to them. */
import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import { connect } from "../../../lib/engine/spark/connect/cluster.ts"
import { parseConnectionString } from "../../../lib/engine/spark/connect/connection_string.ts"
import type { Cluster, Relation, Rows } from "../../../lib/engine/spark/relations.ts"
import { ship } from "../../../lib/engine/spark/shipping/ship.ts"
import { sparkServer } from "../../servers/spark_server.ts"
import { failureOf, run } from "./fake_server.ts"
import { isAlive, until } from "./worker/fake_executor.ts"

const server = sparkServer(import.meta.url)

const here = (name: string): string => new URL(`shipping/${name}`, import.meta.url).href

type Stage = (of: Relation, command: Readonly<Record<string, unknown>>) => Relation

const test = <E>(
  name: string,
  body: (cluster: Cluster, stage: Stage) => Effect.Effect<void, E, Scope.Scope>,
  options: { readonly shipDeno?: boolean } = {},
): void =>
  Deno.test({
    name,
    ignore: !server.available,
    fn: () =>
      run(Effect.gen(function* () {
        const cluster = yield* Effect.flatMap(parseConnectionString(server.master()), (at) => connect(at))
        const bundle = yield* ship(cluster, { entry: here("entry.ts"), modules: [here("user_module.ts")], ...options })
        yield* body(cluster, (of, command) => ({ kind: "stage", of, command: encode(command), bundle }))
      })),
  })

const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))
const decode = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes))

const lines = Array.from(
  { length: 1000 },
  (_, i) => Array.from({ length: 8 }, (_, j) => `w${(i * 7919 + j * 104729) % 997}`).join(" "),
)

/** The lines as four rows, so that each of two executors has some. */
const input: Relation = {
  kind: "rows",
  rows: {
    p: Int32Array.from([0, 1, 2, 3]),
    t: new Int32Array(4),
    s: new Int32Array(4),
    c: new Int32Array(4),
    b: [0, 1, 2, 3].map((i) => encode(lines.slice(i * 250, i * 250 + 250))),
  },
}

const expected = new Map<string, number>()
for (const word of lines.flatMap((line) => line.split(" "))) expected.set(word, (expected.get(word) ?? 0) + 1)

/** A word count of two stages. Each task of the first one takes some time. */
const wordCount = (stage: Stage, ms = 0): Relation =>
  stage({ kind: "shuffled", of: stage(input, { name: "map", partitions: 2, ms }), partitions: 2 }, { name: "reduce" })

const isRight = ({ b }: Rows): void => {
  const counts: ReadonlyArray<[string, number]> = b.flatMap(decode)
  assert.equal(counts.length, expected.size)
  assert.deepEqual(new Map(counts), expected)
}

/** The process ids of the workers, by running a task on each executor. */
const workers = (cluster: Cluster, stage: Stage) =>
  Effect.map(
    cluster.collect(stage({ kind: "shuffled", of: input, partitions: 2 }, { name: "about" })),
    ({ b }): ReadonlyArray<number> => b.map((bytes) => decode(bytes).pid),
  )

test("words are counted in workers that stay for further jobs", (cluster, stage) =>
  Effect.gen(function* () {
    const before = yield* workers(cluster, stage)
    isRight(yield* cluster.collect(wordCount(stage)))
    isRight(yield* cluster.collect(wordCount(stage)))
    const after = yield* workers(cluster, stage)
    assert.ok(after.some((pid) => before.includes(pid)), `${before} and then ${after}`)
  }))

test(
  "words are counted by the Deno that travels with the session",
  (cluster, stage) => Effect.flatMap(cluster.collect(wordCount(stage)), (rows) => Effect.sync(() => isRight(rows))),
  { shipDeno: true },
)

test(
  "words are counted rightly while all workers are killed, again and again",
  (cluster, stage) =>
    Effect.gen(function* () {
      for (let i = 0; i < 3; i++) {
        const pids = yield* workers(cluster, stage)
        const job = yield* Effect.forkChild(cluster.collect(wordCount(stage, 500)))
        yield* Effect.sleep(300)
        for (const pid of new Set(pids)) yield* Effect.try(() => Deno.kill(pid, "SIGKILL")).pipe(Effect.ignore)
        isRight(yield* Fiber.join(job))
        assert.ok(!pids.some(isAlive))
      }
    }),
)

test(
  "the error of a task comes back with its text and where it was thrown",
  (cluster, stage) =>
    Effect.gen(function* () {
      const failure = yield* failureOf(cluster.collect(stage(input, { name: "nonsense" })))
      assert.match(failure.message, /Error: the task nonsense failed\n\s+at .*dstream-program-[0-9a-f]+\.js:\d+:\d+/)
      isRight(yield* cluster.collect(wordCount(stage)))
    }),
)

for (const name of ["spin", "map"]) {
  test(
    `the workers of an interrupted job end, those of tasks that ${name === "spin" ? "compute" : "wait"}`,
    (cluster, stage) =>
      Effect.gen(function* () {
        const pids = yield* workers(cluster, stage)
        const job = yield* Effect.forkChild(cluster.collect(stage(input, { name, ms: 60_000 })))
        yield* Effect.sleep(1000)
        yield* Fiber.interrupt(job)
        yield* Effect.promise(() => until("the workers have ended", () => !pids.some(isAlive)))
        isRight(yield* cluster.collect(wordCount(stage)))
      }),
  )
}
