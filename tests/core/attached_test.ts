import assert from "node:assert/strict"
import { Attached } from "../../lib/core/attached.ts"

Deno.test("Attached has the values of its keys, also of frozen ones, and not those of other maps", () => {
  const [one, other] = [new Attached<object, number>(), new Attached<object, number>()]
  const key = Object.freeze({ name: "a" })
  assert.equal(one.get(key), undefined)
  assert.equal(one.has(key), false)
  assert.equal(one.delete(key), false)
  one.set(key, 1).set(key, 2)
  assert.deepEqual([one.get(key), one.has(key), other.has(key)], [2, true, false])
  other.set(key, 3)
  assert.equal(one.delete(key), true)
  assert.deepEqual([one.get(key), one.has(key), other.get(key)], [undefined, false, 3])
  assert.deepEqual(Reflect.ownKeys(key), ["name"])
})
