import assert from "node:assert/strict"
import { weigh, weighAll } from "../../lib/core/weight.ts"

type Shape = readonly [name: string, bytes: number, one: number, all: number]

const measured = async (): Promise<ReadonlyArray<Shape>> => {
  const { code, stderr, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--v8-flags=--expose-gc", new URL("weights.ts", import.meta.url).pathname],
  }).output()
  assert.equal(code, 0, new TextDecoder().decode(stderr))
  return JSON.parse(new TextDecoder().decode(stdout))
}

Deno.test("weigh() and weighAll() are within a factor of two of the memory that records of any shape take", async () => {
  const shapes = await measured()
  assert.equal(shapes.length, 30)
  const wrong = shapes.filter(([, bytes, one, all]) =>
    [one, all].some((weight) => weight > 2 * bytes || weight < bytes / 2)
  )
  assert.deepEqual(wrong, [])
})

Deno.test("weighAll() estimates long arrays from a sample, whatever pattern the records have", () => {
  const pattern = Array.from({ length: 100_000 }, (_, i) => i % 2 === 0 ? { id: i } : { id: i, text: "x".repeat(500) })
  const exact = pattern.reduce((sum, record) => sum + weigh(record), 0)
  const estimate = weighAll(pattern)
  assert(Math.abs(estimate - exact) < exact / 10, `${estimate} for ${exact}`)
  const texts = Array.from({ length: 10_000 }, (_, i) => "x".repeat(i === 9_999 ? 1_000_000 : 1))
  const heavy = texts.reduce((sum, text) => sum + weigh(text), 0)
  assert(Math.abs(weighAll(texts) - heavy) < texts.length, "texts are all counted")
})

Deno.test("weigh() visits a bounded part of a record that is large", () => {
  let reads = 0
  const counting = new Proxy({}, {
    get: () => {
      reads++
      return undefined
    },
    getOwnPropertyDescriptor: () => ({ configurable: true, enumerable: true }),
    ownKeys: () => Array.from({ length: 50_000 }, (_, i) => `field ${i}`),
  })
  assert(weigh(counting) > 50_000)
  assert(reads < 2_000, `${reads} reads`)
})

Deno.test("weigh() counts what errors hold, and is cautious about instances that show nothing", () => {
  class Hidden {
    readonly #text = "a".repeat(50)
    get(): string {
      return this.#text
    }
  }
  const long = "x".repeat(10_000)
  assert(weigh(new Error("no")) > 900)
  assert(weigh(new Error(long)) > 10_000)
  assert(weigh(new Error("no", { cause: { long } })) > 10_000)
  assert(weigh(Object.assign(new Error("no"), { long })) > 10_000)
  assert(weigh(new Hidden()) > 200)
  assert(weigh(new Date()) < 200)
})

Deno.test("weigh() counts the buffer that a small view keeps in memory, once for views that follow each other", () => {
  const chunk = new Uint8Array(20_000)
  assert(weigh(chunk.subarray(0, 10)) > 20_000)
  assert(weigh(chunk.subarray(10, 20)) < 1_000)
  assert(weigh(new Uint8Array(20_000).subarray(0, 10)) > 20_000)
  assert(weighAll(Array.from({ length: 100 }, () => new Uint8Array(20_000).subarray(0, 10))) > 2_000_000)
})

Deno.test("weigh() of a record whose getter throws is a guess", () => {
  const broken = {
    get text(): string {
      throw new TypeError("not now")
    },
  }
  assert.equal(weigh(broken), 1_024)
  assert.equal(weighAll([broken, broken]), 2_048)
})
