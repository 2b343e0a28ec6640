import assert from "node:assert/strict"
import fc from "fast-check"
import { type Block, fromArray } from "../../lib/rdd/block.ts"
import { fromText } from "../../lib/rdd/text_block.ts"
import { countUpTo, split, weightOf } from "../../lib/receiver/parts.ts"

Deno.test("split() cuts parts after a number of records, and divides their weight", () =>
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(3_000), fc.nat(10_000)), { maxLength: 5 }),
      fc.integer({ min: 1, max: 5_000 }),
      (sizes, limit) => {
        let next = 0
        const parts = sizes.map(([length, weight]) => ({
          block: fromArray(Array.from({ length }, () => next++)),
          weight,
        }))
        const { head, records, rest } = split(parts, limit)
        assert.equal(records, Math.min(next, limit))
        assert.equal(countUpTo(head, Infinity), records)
        assert.deepEqual(
          [...head, ...rest].flatMap(({ block }) => block.records),
          Array.from({ length: next }, (_, i) => i),
        )
        assert.equal(weightOf(head) + weightOf(rest), weightOf(parts))
      },
    ),
  ))

Deno.test("split() reads the part at the cut and no other", () => {
  let reads = 0
  const lazy = (text: string): Block<string> => {
    const block = fromText(new TextEncoder().encode(text))
    return {
      length: block.length,
      get records() {
        reads++
        return block.records
      },
    }
  }
  const parts = ["a\nb\n", "c\nd\n", "e\n"].map((text) => ({ block: lazy(text), weight: 4 }))
  assert.equal(split(parts, 2).records, 2)
  assert.equal(split(parts, 10).records, 5)
  assert.equal(reads, 0)
  const { head, rest } = split(parts, 3)
  assert.equal(reads, 1)
  assert.deepEqual(head.map(({ block }) => block.records), [["a", "b"], ["c"]])
  assert.deepEqual(rest.map(({ block }) => block.records), [["d"], ["e"]])
})

Deno.test("countUpTo() stops counting at the limit", () => {
  const unread: Block<number> = {
    get length(): number {
      throw new TypeError("counted")
    },
    records: [],
  }
  const parts = [{ block: fromArray([1, 2, 3]), weight: 1 }, { block: unread, weight: 1 }]
  assert.equal(countUpTo(parts, 2), 3)
})
