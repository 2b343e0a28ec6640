import assert from "node:assert/strict"
import * as Duration from "effect/Duration"
import type { Master, Port, PositiveDuration } from "../../lib/core/literals.ts"

const port = <const N extends number>(port: Port<N>): unknown => port
const every = <const D extends Duration.Input>(interval: PositiveDuration<D>): unknown => interval
const on = <const M extends string>(master: Master<M>): unknown => master

Deno.test("Port accepts 1 to 65535 and plain numbers, and nothing else", () => {
  const plain: number = 70000
  for (const n of [port(1), port(9), port(9999), port(10000), port(59999), port(65499), port(65535), port(plain)]) {
    assert.equal(typeof n, "number")
  }
  // @ts-expect-error below
  port(0)
  // @ts-expect-error negative
  port(-1)
  // @ts-expect-error fractional
  port(80.5)
  // @ts-expect-error one above
  port(65536)
  // @ts-expect-error above
  port(65600)
  // @ts-expect-error above
  port(70000)
  // @ts-expect-error six digits
  port(100000)
  // @ts-expect-error exponent
  port(1e21)
  const either = plain > 0 ? 80 : 70000
  // @ts-expect-error one of them is out of range
  port(either)
})

Deno.test("PositiveDuration accepts positive durations in all forms, and refuses literals of other durations", () => {
  const text: Duration.Input = "0 seconds" as Duration.Input
  const accepted = [
    every(1),
    every(1000),
    every("1 second"),
    every("0.5 seconds"),
    every("100 millis"),
    every(Duration.seconds(1)),
    every(Duration.zero),
    every(text),
    every({ seconds: 1 }),
  ]
  assert.equal(accepted.length, 9)
  // @ts-expect-error zero
  every(0)
  // @ts-expect-error negative
  every(-1000)
  // @ts-expect-error fractional milliseconds
  every(0.5)
  // @ts-expect-error zero
  every("0 seconds")
  // @ts-expect-error zero
  every("0.0 minutes")
  // @ts-expect-error negative
  every("-1 seconds")
  // @ts-expect-error infinite
  every("Infinity")
  // @ts-expect-error no duration at all
  every("soon")
})

Deno.test("Master accepts local, local[*], local[N] and plain strings, and nothing else", () => {
  const plain: string = "anything"
  assert.deepEqual([on("local"), on("local[*]"), on("local[1]"), on("local[16]"), on(plain)], [
    "local",
    "local[*]",
    "local[1]",
    "local[16]",
    "anything",
  ])
  // @ts-expect-error no thread
  on("local[0]")
  // @ts-expect-error negative
  on("local[-1]")
  // @ts-expect-error fractional
  on("local[1.5]")
  // @ts-expect-error empty
  on("local[]")
  // @ts-expect-error another word
  on("remote")
  // @ts-expect-error not closed
  on("local[2")
})
