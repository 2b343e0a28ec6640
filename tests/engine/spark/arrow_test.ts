/** Rows as Arrow, and relations as messages. */
import assert from "node:assert/strict"
import fc from "fast-check"
import * as Arrow from "apache-arrow"
import { fromBinary, toBinary } from "@bufbuild/protobuf"
import { decodeRows, encodeRows } from "../../../lib/engine/spark/connect/arrow.ts"
import { keepPlan, relationMessage, rowsPlan } from "../../../lib/engine/spark/connect/plans.ts"
import { PlanSchema } from "../../../lib/engine/spark/connect/proto/execution_pb.ts"
import type { Relation as Message } from "../../../lib/engine/spark/connect/proto/relations_pb.ts"
import type { Relation, Rows } from "../../../lib/engine/spark/relations.ts"

const int = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
const rows: fc.Arbitrary<Rows> = fc.array(
  fc.record({ p: int, t: int, s: int, c: int, b: fc.uint8Array({ maxLength: 40 }) }),
)
  .map((list) => ({
    p: Int32Array.from(list, ({ p }) => p),
    t: Int32Array.from(list, ({ t }) => t),
    s: Int32Array.from(list, ({ s }) => s),
    c: Int32Array.from(list, ({ c }) => c),
    b: list.map(({ b }) => b),
  }))

const plain = ({ b, ...columns }: Rows) => ({
  ...Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, [...values]])),
  b: b.map((bytes) => [...bytes]),
})

const concat = (parts: ReadonlyArray<Rows>): Rows => {
  const column = (name: "p" | "t" | "s" | "c") => Int32Array.from(parts.flatMap((part) => [...part[name]]))
  return { p: column("p"), t: column("t"), s: column("s"), c: column("c"), b: parts.flatMap(({ b }) => b) }
}

Deno.test("property: rows come back from Arrow as they were, from any number of streams", () => {
  fc.assert(fc.property(fc.array(rows, { maxLength: 4 }), (parts) => {
    assert.deepEqual(plain(decodeRows(parts.map(encodeRows))), plain(concat(parts)))
  }))
})

Deno.test("rows with other columns, and with nulls, are refused", () => {
  const bytes = [Uint8Array.of(1), Uint8Array.of(2)]
  const tables: ReadonlyArray<Arrow.Table> = [
    Arrow.tableFromArrays({ p: Int32Array.of(1, 2) }),
    new Arrow.Table({
      p: Arrow.vectorFromArray([1, null], new Arrow.Int32()),
      ...Object.fromEntries(["t", "s", "c"].map((name) => [name, Arrow.vectorFromArray([1, 2], new Arrow.Int32())])),
      b: Arrow.vectorFromArray(bytes, new Arrow.Binary()),
    }),
    new Arrow.Table(
      Object.fromEntries(
        ["p", "t", "s", "c", "b"].map((name) => [name, Arrow.vectorFromArray([1, 2], new Arrow.Int32())]),
      ),
    ),
  ]
  for (const table of tables) {
    assert.throws(
      () => decodeRows([Arrow.tableToIPC(table, "stream")]),
      /in place of p int, t int, s int, c int, b binary/,
    )
  }
})

const leaf: Relation = { kind: "kept", id: "k" }
const messageOf = (relation: Relation): Message => relationMessage(relation, "4.2.0")

/** The parts of a message that a case cares about. */
const expressionsOf = ({ relType }: Message) => {
  const expressions = relType.case === "project"
    ? relType.value.expressions
    : relType.case === "filter"
    ? [relType.value.condition]
    : []
  return expressions.map((it) =>
    it?.exprType.case === "expressionString"
      ? it.exprType.value.expression
      : it?.exprType.case === "unresolvedAttribute"
      ? it.exprType.value.unparsedIdentifier
      : undefined
  )
}

Deno.test("tags and routes become expressions of SQL", () => {
  assert.deepEqual(expressionsOf(messageOf({ kind: "tagged", of: leaf, tags: [0, 7] })), ["t in (0, 7)"])
  assert.deepEqual(expressionsOf(messageOf({ kind: "tagged", of: leaf, tags: [] })), ["false"])
  assert.deepEqual(expressionsOf(messageOf({ kind: "routed", of: leaf, to: [[0, 1], [], [2]] })), [
    "explode(array(array(0, 1), cast(array() as array<int>), array(2))[p]) as p",
    "t",
    "s",
    "c",
    "b",
  ])
})

Deno.test("a stage carries its command and bundle, and the version of Spark", () => {
  const { relType } = messageOf({ kind: "stage", of: leaf, command: Uint8Array.of(1, 2), bundle: "graph-1.js" })
  assert.ok(relType.case === "mapPartitions")
  assert.ok(relType.value.func?.function.case === "pythonUdf")
  const { command, evalType, outputType, pythonVer } = relType.value.func.function.value
  assert.deepEqual([[...command], evalType, pythonVer], [[1, 2], 207, "4.2.0;graph-1.js"])
  assert.deepEqual(outputType?.kind.value?.dataTypeString, "p int, t int, s int, c int, b binary")
})

Deno.test("a union of many relations is not deep, and keeps their order", () => {
  const leaves = (message: Message | undefined): ReadonlyArray<string> => {
    if (message?.relType.case === "cachedRemoteRelation") return [message.relType.value.relationId]
    if (message?.relType.case !== "setOp") return []
    return [...leaves(message.relType.value.leftInput), ...leaves(message.relType.value.rightInput)]
  }
  const depth = (message: Message | undefined): number =>
    message?.relType.case === "setOp"
      ? 1 + Math.max(depth(message.relType.value.leftInput), depth(message.relType.value.rightInput))
      : 0
  const ids = Array.from({ length: 1000 }, (_, index) => `k${index}`)
  const union = messageOf({ kind: "union", of: ids.map((id) => ({ kind: "kept", id })) })
  assert.deepEqual(leaves(union), ids)
  assert.equal(depth(union), 10)
  assert.deepEqual(messageOf({ kind: "union", of: [leaf] }), messageOf(leaf))
})

Deno.test("plans survive their encoding", () => {
  const relation = messageOf({ kind: "shuffled", of: leaf, partitions: 3 })
  for (const plan of [rowsPlan(relation), keepPlan(relation, 2)]) {
    assert.deepEqual(fromBinary(PlanSchema, toBinary(PlanSchema, plan)), plan)
  }
})
