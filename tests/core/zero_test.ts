import assert from "node:assert/strict"
import { HashMap, MutableHashMap, Option } from "effect"
import { checkZero, zeros } from "../../lib/core/zero.ts"

class Sum {
  total = 0
  readonly seen = new Set<number>()
  add(n: number) {
    this.total += n
    this.seen.add(n)
    return this
  }
}

class Hidden {
  #total = 0
  add(n: number) {
    this.#total += n
    return this.#total
  }
}

Deno.test("zeros() gives copies of arrays, objects, maps, sets, dates, bytes and instances, to any depth", () => {
  const zero = {
    list: [[1]],
    map: new Map([["a", [1]]]),
    set: new Set([1]),
    date: new Date(5),
    bytes: new Uint8Array(2),
    sum: new Sum(),
  }
  const next = zeros(zero)
  const changed = next()
  assert.deepEqual(changed, zero)
  assert(changed.sum instanceof Sum)
  changed.list[0]?.push(2)
  changed.map.get("a")?.push(2)
  changed.set.add(2)
  changed.date.setTime(6)
  changed.bytes[0] = 1
  changed.sum.add(3)
  assert.deepEqual(next(), {
    list: [[1]],
    map: new Map([["a", [1]]]),
    set: new Set([1]),
    date: new Date(5),
    bytes: new Uint8Array(2),
    sum: new Sum(),
  })
})

Deno.test("zeros() copies mutable data of Effect and shares immutable data", () => {
  const mutable = zeros(MutableHashMap.empty<string, number>())
  MutableHashMap.set(mutable(), "a", 1)
  assert.equal(MutableHashMap.size(mutable()), 0)
  for (const shared of [0, "", null, undefined, Option.none(), HashMap.empty<string, number>()]) {
    assert.equal(zeros(shared)(), shared)
    assert.equal(checkZero("RDD.fold", shared), undefined)
  }
})

Deno.test("zeros() copies a value that contains itself", () => {
  const zero: { self?: unknown } = {}
  zero.self = zero
  const copy = zeros(zero)()
  assert.notEqual(copy, zero)
  assert.equal(copy.self, copy)
})

Deno.test("checkZero() refuses objects whose state is hidden, wherever they are", () => {
  for (
    const zero of [new Hidden(), [new Hidden()], { a: new Map([["b", new Hidden()]]) }, new URL("https://deno.com")]
  ) {
    assert.match(
      checkZero("RDD.fold", zero)?.message ?? "",
      /^RDD\.fold: zero is instance of (Hidden|URL), but must be /,
    )
  }
  assert.equal(checkZero("RDD.fold", new Sum()), undefined)
})

Deno.test("checkZero() refuses functions, own methods, accessors, and collections with properties", () => {
  const list: Array<number> = []
  const wrong: Readonly<Record<string, unknown>> = {
    "function": () => list.length,
    "object with a method": { add: (n: number) => list.push(n) },
    "method under a symbol": { [Symbol.iterator]: () => list.values() },
    "getter": {
      get size() {
        return list.length
      },
    },
    "function in a map": new Map([["add", (n: number) => list.push(n)]]),
    "array with a property": Object.assign([1, 2], { total: [3] }),
    "map with a property": Object.assign(new Map(), { total: 0 }),
  }
  for (const [name, zero] of Object.entries(wrong)) {
    assert.equal(checkZero("RDD.fold", zero)?.option, "zero", name)
    assert.equal(checkZero("RDD.fold", [{ zero }])?.option, "zero", name)
  }
  for (const zero of [[1, , 2], new Uint8Array(3), new Date(0), { __proto__: null, n: 1 }, new Set([[1]])]) {
    assert.equal(checkZero("RDD.fold", zero), undefined)
  }
})
