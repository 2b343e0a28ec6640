/** Which leases programs take, and ask for. */
import assert from "node:assert/strict"
import { choose } from "../../../lib/connector/kinesis/lease_choice.ts"
import type { Lease } from "../../../lib/connector/kinesis/lease_table.ts"

const lease = (n: number, owner?: string, nextOwner?: string): Lease => ({
  shardId: `shard ${n}`,
  owner,
  counter: 0,
  cursor: undefined,
  nextOwner,
})
const isFree = ({ owner }: Lease) => owner === undefined || owner === "dead"
const idsOf = (leases: ReadonlyArray<Lease>) => leases.map(({ shardId }) => shardId)

Deno.test("choose() takes the leases that no living program has, up to an equal share", () => {
  const leases = [lease(0), lease(1, "dead"), lease(2), lease(3, "other")]
  assert.deepEqual(idsOf(choose(leases, "me", isFree).take), ["shard 0", "shard 1"])
  assert.deepEqual(idsOf(choose(leases.slice(0, 3), "me", isFree).take), ["shard 0", "shard 1", "shard 2"])
})

Deno.test("choose() asks a program with at least two more, for one lease at a time", () => {
  const others = [lease(0, "other"), lease(1, "other"), lease(2, "me")]
  assert.equal(choose(others, "me", isFree).ask, undefined)
  const many = [...others, lease(3, "other")]
  assert.equal(choose(many, "me", isFree).ask?.shardId, "shard 0")
  assert.equal(choose([...many, lease(4, "other", "me")], "me", isFree).ask, undefined)
  assert.equal(choose(many.with(0, lease(0, "other", "third")), "me", isFree).ask?.shardId, "shard 1")
})

Deno.test("choose() ends with shares that differ by one at most, when programs come and go", () => {
  let leases = Array.from({ length: 11 }, (_, n) => lease(n))
  const settle = (workers: ReadonlyArray<string>) => {
    const isGone = ({ owner }: Lease) => owner === undefined || !workers.includes(owner)
    for (let round = 0; round < 50; round++) {
      for (const worker of workers) {
        const { ask, take } = choose(leases, worker, isGone)
        const ids = new Set(idsOf([...take, ...(ask === undefined ? [] : [ask])]))
        leases = leases.map((each) => ids.has(each.shardId) ? { ...each, owner: worker } : each)
      }
    }
    const counts = workers.map((worker) => leases.filter(({ owner }) => owner === worker).length)
    assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, `${counts}`)
    assert.equal(counts.reduce((a, b) => a + b, 0), leases.length)
  }
  settle(["a"])
  settle(["a", "b", "c"])
  settle(["b", "c", "d", "e"])
  settle(["e"])
})
