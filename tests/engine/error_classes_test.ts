import assert from "node:assert/strict"
import { caught, failing, OverQuota, Refused, Undeclared } from "./error_classes.ts"
import { run, test } from "./on_copies.ts"

/** The errors that an error was made of, from the outside in. */
const chainOf = (error: unknown): ReadonlyArray<Error> =>
  error instanceof Error ? [error, ...chainOf("reason" in error ? error.reason : error.cause)] : []

test("errors of the classes that a graph declares come back from tasks as their instances", async (engine) => {
  caught.length = 0
  const { events, failures } = await run(
    failing({ batches: [[1, 1], [2, 2], [3, 3]], hasWorkers: engine === "threads" }),
    3,
    engine,
  )
  assert.deepEqual([events, failures], [[], []])
  const [refused, overQuota, undeclared] = caught.map(chainOf)
  const first = refused?.find((error) => error instanceof Refused)
  assert.deepEqual([first?.port, first?.message], [80, "port 80 is closed"])
  assert.match(String(first?.stack), /error_classes\.ts/)
  const cause = first?.cause
  assert.ok(cause instanceof OverQuota)
  assert.deepEqual([cause.account, cause.until], ["a", new Date(0)])
  const second = overQuota?.find((error) => error instanceof OverQuota)
  assert.deepEqual([second?.account, second?.until, second?._tag], ["b", new Date(1), "OverQuota"])
  const third = undeclared?.find((error) => "_tag" in error && error._tag === "Undeclared")
  assert.equal(Reflect.get(third ?? {}, "n"), 3)
  assert.equal(third instanceof Undeclared, engine === "local")
})
