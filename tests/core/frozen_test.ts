import assert from "node:assert/strict"
import { decode, encode } from "../../lib/core/codec.ts"
import { frozen } from "../../lib/core/frozen.ts"

Deno.test("frozen() refuses changes of objects, arrays, Maps and Sets, and what they hold can be read and copied", () => {
  const [object, list, map, set] = [{ n: 1 }, [1], new Map([["a", 1]]), new Set(["a"])]
  for (const value of [object, list, map, set]) {
    assert.equal(frozen(value), value)
    assert.equal(frozen(value), value)
  }
  assert.throws(() => object.n = 2, TypeError)
  assert.throws(() => list.push(2), TypeError)
  for (const change of [() => map.set("b", 2), () => map.delete("a"), () => map.clear()]) {
    assert.throws(change, { name: "TypeError", message: /a Map .* cannot be changed in place/ })
  }
  for (const change of [() => set.add("b"), () => set.delete("a"), () => set.clear()]) {
    assert.throws(change, { name: "TypeError", message: /a Set .* cannot be changed in place/ })
  }
  const whole = [new Map([["a", 1]]), new Set(["a"])]
  assert.deepEqual([map, set], whole)
  assert.deepEqual(decode(encode([map, set])), whole)
  assert.deepEqual(new Map(map).set("b", 2), new Map([["a", 1], ["b", 2]]))
  assert.deepEqual(new Set(set).add("b"), new Set(["a", "b"]))
})

Deno.test("frozen() leaves the methods of classes that extend Map", () => {
  class Copied extends Map<string, number> {
    override set(key: string, value: number): this {
      return new Map([...this, [key, value]]) as this
    }
  }
  const map = new Copied()
  assert.deepEqual((frozen(map) as Copied).set("a", 1), new Map([["a", 1]]))
  assert.equal(map.size, 0)
})

Deno.test("frozen() leaves typed arrays and plain values as they are", () => {
  const bytes = new Uint8Array(1)
  assert.deepEqual([frozen(bytes), frozen(1), frozen(null)], [bytes, 1, null])
  assert(!Object.isFrozen(bytes))
})
