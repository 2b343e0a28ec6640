import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import { userFrames } from "../../lib/core/call_site.ts"

// TypeScript removes these types, so compiled line numbers differ. Call sites must have the line numbers of the source.
interface Shifting {
  readonly one: number
  readonly two: number
}
interface ShiftingMore extends Shifting {
  readonly three: number
}

import * as DStream from "../../lib/dstream.ts"
import * as RDD from "../../lib/rdd.ts"
import * as StreamingContext from "../../lib/streaming_context.ts"
import { Testing } from "../../lib/testing.ts"

const numbers: ShiftingMore = { one: 1, two: 2, three: 3 }
const lineAfter = (here: Error): number => Number(/call_site_test\.ts:(\d+):\d+/.exec(here.stack ?? "")?.[1]) + 1

/** Returns the line that the message of an error names. The message is the first part of the stack. */
const named = (error: unknown): number => {
  const [text = ""] = error instanceof Error ? (error.stack ?? "").split("\n    at ") : []
  return Number(/call_site_test\.ts:(\d+):\d+/.exec(text)?.[1])
}

const failure = (outputs: readonly [DStream.Output<unknown, never>]): Promise<unknown> =>
  Effect.runPromise(
    Effect.scoped(Effect.flip(Effect.gen(function* () {
      const active = yield* StreamingContext.start(yield* StreamingContext.make, outputs)
      yield* Testing.advance(active)
      yield* StreamingContext.awaitTermination(active)
    }))).pipe(Effect.provide(Testing.layer())),
  )

Deno.test("errors name the line in the source, also if their message is computed while their stack is formatted", async () => {
  const input = () => Testing.input([[numbers.one, numbers.two]])
  const first = lineAfter(new Error())
  const unfit = DStream.window(input(), "1500 millis")
  assert.equal(named(await failure([DStream.print(unfit)])), first)
  const second = lineAfter(new Error())
  const transformed = DStream.transform(input(), (rdd) => {
    if (numbers.three === 3) throw new RangeError("no")
    return rdd
  })
  assert.equal(named(await failure([DStream.print(transformed)])), second)
  const third = lineAfter(new Error())
  const mapped = DStream.map(input(), (): number => {
    throw new RangeError("no")
  })
  assert.equal(named(await failure([DStream.print(mapped)])), third)
  const action = Effect.flip(RDD.collect(RDD.map(RDD.range(0, 1), (): number => {
    throw new RangeError("no")
  })))
  assert.equal(named(await Effect.runPromise(Effect.provide(action, Testing.layer()))), lineAfter(new Error()) - 4)
})

Deno.test("the error of a second start names the line of the first", async () => {
  const program = Effect.gen(function* () {
    const ssc = yield* StreamingContext.make
    const outputs = [DStream.print(DStream.constant([1]))] as const
    const here = lineAfter(new Error())
    yield* StreamingContext.start(ssc, outputs)
    const again = yield* Effect.flip(StreamingContext.start(ssc as never, outputs))
    const another = yield* Effect.flip(StreamingContext.start(yield* StreamingContext.make, outputs))
    return [again, another].map((error) => named(error) - here)
  })
  assert.deepEqual(await Effect.runPromise(Effect.scoped(Effect.provide(program, Testing.layer()))), [0, 0])
})

Deno.test("userFrames() leaves out the library, whether the runtime names files by URL or by path", () => {
  const library = new URL("../../lib/core/dual.ts", import.meta.url)
  const stack = [
    "Error: no",
    `    at pipe (${library.href}:25:18)`,
    `    at pipe (${library.pathname}:25:18)`,
    "    at run (/app/node_modules/effect/dist/internal/core.js:1:2)",
    "    at <anonymous> (/app/words.ts:5:79)",
    "    at file:///app/main.ts:7:1",
  ].join("\n")
  assert.deepEqual(userFrames(stack).map((frame) => frame.trim()), [
    "at <anonymous> (/app/words.ts:5:79)",
    "at file:///app/main.ts:7:1",
  ])
})

Deno.test("the library names no global of Deno in its code, so that programs for Node can be checked", async () => {
  const open = [new URL("../../lib/", import.meta.url)]
  const found: Array<string> = []
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    for await (const { isDirectory, name } of Deno.readDir(folder)) {
      if (isDirectory) open.push(new URL(`${name}/`, folder))
      else {
        const code = (await Deno.readTextFile(new URL(name, folder))).replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, "")
        if (/(?<![.\w"])Deno\.\w/.test(code)) found.push(name)
      }
    }
  }
  assert.deepEqual(found, [])
})
