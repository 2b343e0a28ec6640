import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import type { Inspection } from "@dstream/dstream/cli"
import { s3Store } from "../../lib/durable/store/s3.ts"
import { s3Server } from "../servers/s3_server.ts"
import { live, running } from "./checkpoints.ts"

const { available, bucket, provide } = s3Server(import.meta.url, "moto")

Deno.test({
  name: "a checkpoint on S3 can be read while its program runs, without taking the place from it",
  ignore: !available,
  fn: () =>
    Effect.runPromise(provide(Effect.gen(function* () {
      const url = `s3://${yield* bucket}/counts`
      const context = yield* Effect.context<never>()
      const read = Effect.gen(function* () {
        const { code, errors, out } = yield* running("checkpoint", "inspect", url, "--json")
        assert.deepEqual([code, errors], [0, ""])
        const inspection: Inspection = JSON.parse(out)
        return inspection
      })
      const whileRunning = Effect.map(provide(read), ({ operators, program }) => {
        assert.equal(program.isClosed, false)
        assert.equal(operators.find(({ name }) => name === "counts")?.keys, 2)
      })
      yield* Effect.promise(() =>
        live(s3Store(url, context), { words: [["a", "b"], ["a"]], lines: ["x"], whileRunning })
      )
      const { findings, program } = yield* read
      assert.deepEqual([program.lives, program.isClosed, findings], [1, true, []])
      const { code, errors } = yield* running("checkpoint", "verify", `${url}/none`)
      assert.equal(code, 2)
      assert.match(errors, /^There is no checkpoint in s3:\/\/.*\/counts\/none: the directory is empty/)
    }))),
})
