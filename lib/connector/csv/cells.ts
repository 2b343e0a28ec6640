/**
 * The values of cells, by the schema of the records. A cell has the JSON form of its value: texts, numbers and booleans as
 * they are, lists and objects as JSON.
 *
 * @module
 */
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import { describeValue } from "../../core/describe_value.ts"
import { Problem } from "../format/records.ts"
import { type RecordSchema, typesOf } from "../format/schemas.ts"

/** What a column may hold. */
export interface CellKind {
  readonly isText: boolean
  readonly isNumber: boolean
  readonly isBoolean: boolean
  readonly isNull: boolean
  readonly isOptional: boolean
  /** Lists and objects, written as JSON. */
  readonly isJson: boolean
}

const literalIs = (type: "string" | "number" | "boolean") => (ast: AST.AST) =>
  AST.isLiteral(ast) && typeof ast.literal === type

const kindOf = (ast: AST.AST): CellKind => {
  const types = typesOf(ast)
  const some = (...tests: ReadonlyArray<(ast: AST.AST) => boolean>) =>
    types.some((it) => tests.some((test) => test(it)))
  return {
    isText: some(AST.isString, AST.isTemplateLiteral, AST.isEnum, literalIs("string")),
    isNumber: some(AST.isNumber, literalIs("number")),
    isBoolean: some(AST.isBoolean, literalIs("boolean")),
    isNull: some(AST.isNull),
    isOptional: AST.isOptional(ast) || some(AST.isUndefined),
    isJson: some(AST.isArrays, AST.isObjects, AST.isUnknown, AST.isAny, AST.isSuspend, AST.isObjectKeyword),
  }
}

/** The columns of a schema: by name for objects, by position for tuples. */
export interface Columns {
  /** The names of the columns, in order. Undefined for tuples. */
  readonly names: ReadonlyArray<string> | undefined
  /** What the column of a name, or at a position, may hold. Undefined if the schema has no such column. */
  readonly kind: (column: string | number) => CellKind | undefined
}

/** Finds the columns of a schema. Undefined if its records are neither objects nor tuples. */
export const columnsOf = <A>(schema: RecordSchema<A>): Columns | undefined => {
  const ast = AST.toEncoded(Schema.toCodecJson(schema).ast)
  if (AST.isArrays(ast)) {
    const kinds = ast.elements.map(kindOf)
    const rest = ast.rest[0] && kindOf(ast.rest[0])
    return { names: undefined, kind: (column) => kinds[Number(column)] ?? rest }
  }
  if (!AST.isObjects(ast)) return undefined
  const kinds = new Map(ast.propertySignatures.map(({ name, type }) => [String(name), kindOf(type)]))
  const rest = ast.indexSignatures[0] && kindOf(ast.indexSignatures[0].type)
  return { names: [...kinds.keys()], kind: (column) => kinds.get(String(column)) ?? rest }
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

/** Reads the value of a cell. `undefined` for a null in an optional column. */
export const readCell = (text: string, isNull: boolean, kind: CellKind): unknown => {
  if (isNull) {
    if (kind.isNull) return null
    // A text column without nulls takes the text as it is.
    return kind.isOptional || !kind.isText ? undefined : text
  }
  if (kind.isNumber && NUMBER.test(text)) return Number(text)
  if (kind.isBoolean && /^(?:true|false)$/i.test(text)) return text.toLowerCase() === "true"
  if (kind.isJson && /^\s*[[{]/.test(text)) return JSON.parse(text)
  return text
}

/** Writes the value of a cell as text. Undefined for a null. Lists and objects are written only if a schema made them. */
export const writeCell = (value: unknown, hasSchema: boolean): string | undefined | Problem => {
  switch (typeof value) {
    case "string":
      return value
    case "number":
      return Object.is(value, -0) ? "-0" : String(value)
    case "bigint":
    case "boolean":
      return String(value)
    case "undefined":
      return undefined
    case "object": {
      if (value === null) return undefined
      if (hasSchema) return JSON.stringify(value)
      if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString()
    }
  }
  return new Problem(`CSV has no form for an ${describeValue(value)}; encode the records with a schema`)
}
