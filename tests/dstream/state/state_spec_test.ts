import assert from "node:assert/strict"
import type * as Option from "effect/Option"
import * as Partitioner from "../../../lib/partitioner.ts"
import * as StateSpec from "../../../lib/state_spec.ts"

Deno.test("StateSpec functions make new specs, and the last partitioning counts", () => {
  const spec = StateSpec.function((key: string, _: Option.Option<number>, __: StateSpec.State<number>) => key)
  const by = Partitioner.hash(3)
  const changed = spec.pipe(StateSpec.numPartitions(2), StateSpec.partitioner(by), StateSpec.timeout("2 seconds"))
  assert.deepEqual([changed.partitioning, changed.timeoutMillis], [{ partitioner: by }, 2000])
  assert.deepEqual([spec.partitioning, spec.timeoutMillis, spec.initial], [undefined, undefined, undefined])
  assert.deepEqual(StateSpec.partitioner(spec, by).pipe(StateSpec.numPartitions(2)).partitioning, { partitions: 2 })
})
