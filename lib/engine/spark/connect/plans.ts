/**
 * Relations as the messages of Spark Connect.
 *
 * @module
 */
import { create, type MessageInitShape } from "@bufbuild/protobuf"
import type { Relation } from "../relations.ts"
import { DDL, encodeRows } from "./arrow.ts"
import { type Plan, PlanSchema } from "./proto/execution_pb.ts"
import { type Expression, ExpressionSchema } from "./proto/expressions_pb.ts"
import { type Relation as Message, RelationSchema, SetOperation_SetOpType } from "./proto/relations_pb.ts"

type Kind = NonNullable<MessageInitShape<typeof RelationSchema>["relType"]>

/** Spark's number for functions that get Arrow batches of a partition, and give Arrow batches (`mapInArrow`). */
const MAP_IN_ARROW = 207

const message = (relType: Kind): Message => create(RelationSchema, { relType })

const sql = (expression: string): Expression =>
  create(ExpressionSchema, { exprType: { case: "expressionString", value: { expression } } })

const column = (unparsedIdentifier: string): Expression =>
  create(ExpressionSchema, { exprType: { case: "unresolvedAttribute", value: { unparsedIdentifier } } })

/** An array of whole numbers in SQL. Spark does not know the type of an empty one. */
const sqlArray = (numbers: ReadonlyArray<number>): string =>
  numbers.length === 0 ? "cast(array() as array<int>)" : `array(${numbers.join(", ")})`

/** Unions as a balanced tree, so that Spark does not descend deeply for a union of many relations. */
const union = (of: ReadonlyArray<Message>): Message => {
  const [first] = of
  if (first === undefined) return localRows({ p: none, t: none, s: none, c: none, b: [] })
  if (of.length === 1) return first
  const middle = of.length >> 1
  const [leftInput, rightInput] = [union(of.slice(0, middle)), union(of.slice(middle))]
  return message({
    case: "setOp",
    value: { leftInput, rightInput, setOpType: SetOperation_SetOpType.UNION, isAll: true },
  })
}

const none = new Int32Array()

const localRows = (rows: Parameters<typeof encodeRows>[0]): Message =>
  message({ case: "localRelation", value: { data: encodeRows(rows) } })

/** Rows beside other relations, which one task can read. Otherwise, Spark would start a task for each. */
const inOnePartition = (input: Message): Message =>
  message({ case: "repartition", value: { input, numPartitions: 1, shuffle: false } })

/** Makes the message of a relation. `version` is the version of Spark, which tells workers what they are sent. */
export const relationMessage = (relation: Relation, version: string): Message => {
  const input = (of: Relation): Message => relationMessage(of, version)
  const gathered = (of: Relation): Message => of.kind === "rows" ? inOnePartition(input(of)) : input(of)
  switch (relation.kind) {
    case "rows":
      return localRows(relation.rows)
    case "kept":
      return message({ case: "cachedRemoteRelation", value: { relationId: relation.id } })
    case "union":
      return union(relation.of.map(gathered))
    case "tagged": {
      const condition = relation.tags.length === 0 ? "false" : `t in (${relation.tags.join(", ")})`
      return message({ case: "filter", value: { input: gathered(relation.of), condition: sql(condition) } })
    }
    case "routed": {
      if (relation.to.length === 0) return union([])
      const targets = `explode(array(${relation.to.map(sqlArray).join(", ")})[p]) as p`
      const expressions = [sql(targets), ...["t", "s", "c", "b"].map(column)]
      return message({ case: "project", value: { input: gathered(relation.of), expressions } })
    }
    case "shuffled": {
      const child = column("p")
      const partitionExprs = [{ exprType: { case: "directShufflePartitionId" as const, value: { child } } }]
      const numPartitions = relation.partitions
      return message({
        case: "repartitionByExpression",
        value: { input: input(relation.of), partitionExprs, numPartitions },
      })
    }
    case "stage": {
      const { bundle, command } = relation
      // The server parses the notation, so that no messages of types have to be made.
      const outputType = { kind: { case: "unparsed" as const, value: { dataTypeString: DDL } } }
      const pythonUdf = { outputType, evalType: MAP_IN_ARROW, command, pythonVer: `${version};${bundle}` }
      const func = {
        functionName: "dstream",
        deterministic: true,
        function: { case: "pythonUdf" as const, value: pythonUdf },
      }
      return message({ case: "mapPartitions", value: { input: input(relation.of), func } })
    }
  }
}

/** The plan that gives the rows of a relation. */
export const rowsPlan = (relation: Message): Plan => create(PlanSchema, { opType: { case: "root", value: relation } })

/** The plan that computes a relation and keeps its rows on executors. */
export const keepPlan = (relation: Message, copies: number): Plan => {
  const storageLevel = { useDisk: true, useMemory: true, deserialized: true, replication: copies }
  const value = { relation, local: true, eager: true, storageLevel }
  return create(PlanSchema, {
    opType: { case: "command", value: { commandType: { case: "checkpointCommand", value } } },
  })
}

/** The plan that releases what was kept. */
export const forgetPlan = (relationId: string): Plan => {
  const commandType = { case: "removeCachedRemoteRelationCommand", value: { relation: { relationId } } } as const
  return create(PlanSchema, { opType: { case: "command", value: { commandType } } })
}
