/**
 * The shapes of values in Parquet files, by the schema of the records.
 *
 * @module
 */
import * as AST from "effect/SchemaAST"
import { type RecordSchema, typesOf } from "../format/schemas.ts"

/** The kind of a value. An `int` is a number that the schema has checked to be whole. */
export type LeafKind = "text" | "number" | "int" | "bigint" | "boolean" | "date" | "bytes"

/** The shape of a value, and whether it may be missing. */
export type Shape =
  & {
    /** Whether the schema takes `null` for a missing value. */
    readonly isNull: boolean
    /** Whether the schema takes a missing property, or `undefined`, for a missing value. */
    readonly isOptional: boolean
  }
  & (
    | { readonly kind: LeafKind }
    | { readonly kind: "list"; readonly item: Shape }
    | { readonly kind: "object"; readonly properties: ReadonlyArray<readonly [name: string, shape: Shape]> }
    /** A shape that a Parquet column cannot have. `why` describes it. */
    | { readonly kind: "other"; readonly why: string }
  )

const idOf = (annotations: unknown): unknown => {
  const representation: unknown = typeof annotations === "object" && annotations !== null &&
      "representation" in annotations
    ? annotations.representation
    : undefined
  return typeof representation === "object" && representation !== null && "id" in representation
    ? representation.id
    : undefined
}

const isWhole = (checks: ReadonlyArray<unknown> | undefined): boolean =>
  checks?.some((check) => {
    if (typeof check !== "object" || check === null) return false
    return ("annotations" in check && idOf(check.annotations) === "effect/schema/isInt") ||
      ("checks" in check && Array.isArray(check.checks) && isWhole(check.checks))
  }) ?? false

const kindOfLiteral = (literal: unknown): LeafKind => {
  switch (typeof literal) {
    case "string":
      return "text"
    case "bigint":
      return "bigint"
    case "boolean":
      return "boolean"
    default:
      return Number.isInteger(literal) ? "int" : "number"
  }
}

const declared: ReadonlyMap<unknown, LeafKind> = new Map([
  ["effect/schema/Date", "date"],
  ["effect/schema/Uint8Array", "bytes"],
])

/** The kind of a value that is neither a list nor an object. Undefined for one that no column has. */
const leafOf = (ast: AST.AST): LeafKind | undefined => {
  if (AST.isString(ast) || AST.isTemplateLiteral(ast)) return "text"
  if (AST.isNumber(ast)) return isWhole(ast.checks) ? "int" : "number"
  if (AST.isBigInt(ast)) return "bigint"
  if (AST.isBoolean(ast)) return "boolean"
  if (AST.isLiteral(ast)) return kindOfLiteral(ast.literal)
  if (AST.isEnum(ast)) return ast.enums.every(([, value]) => typeof value === "string") ? "text" : "number"
  return AST.isDeclaration(ast) ? declared.get(idOf(ast.annotations)) : undefined
}

const shapeOfAST = (ast: AST.AST): Shape => {
  const types = typesOf(ast)
  const present = types.filter((type) => !AST.isNull(type) && !AST.isUndefined(type))
  const missing = {
    isNull: present.length < types.length && types.some(AST.isNull),
    isOptional: AST.isOptional(ast) || types.some(AST.isUndefined),
  }
  const [only, ...others] = present
  if (only !== undefined && others.length === 0) {
    if (AST.isArrays(only) && only.elements.length === 0 && only.rest[0] !== undefined) {
      return { ...missing, kind: "list", item: shapeOfAST(only.rest[0]) }
    }
    if (AST.isObjects(only) && only.indexSignatures.length === 0) {
      const properties = only.propertySignatures.map(({ name, type }) => [String(name), shapeOfAST(type)] as const)
      return { ...missing, kind: "object", properties }
    }
  }
  const kinds = new Set(present.map(leafOf))
  if (kinds.has("number")) kinds.delete("int")
  const [kind] = kinds
  return kind === undefined || kinds.size > 1
    ? { ...missing, kind: "other", why: present.map(({ _tag }) => _tag).join(" | ") || "nothing" }
    : { ...missing, kind }
}

/** The shape of the records of a schema, as the schema encodes them. */
export const shapeOf = <A>(schema: RecordSchema<A>): Shape => shapeOfAST(AST.toEncoded(schema.ast))

/**
 * Makes the function that fits values of a file to their shape: whole numbers may have another width in the file, and nulls
 * another form.
 */
export const fitter = (shape: Shape): (value: unknown) => unknown => {
  const fit = presentFitter(shape)
  const missing = shape.isOptional && !shape.isNull ? undefined : null
  return (value) => value === null || value === undefined ? missing : fit(value)
}

const presentFitter = (shape: Shape): (value: unknown) => unknown => {
  switch (shape.kind) {
    case "number":
    case "int":
      return (value) => typeof value === "bigint" && Number.isSafeInteger(Number(value)) ? Number(value) : value
    case "bigint":
      return (value) => typeof value === "number" && Number.isInteger(value) ? BigInt(value) : value
    case "list": {
      const fit = fitter(shape.item)
      return (value) => Array.isArray(value) ? value.map(fit) : value
    }
    case "object": {
      const fitters = new Map(shape.properties.map(([name, inner]) => [name, fitter(inner)]))
      return (value) => {
        if (typeof value !== "object" || value === null) return value
        return Object.fromEntries(
          Object.entries(value)
            .map(([name, item]) => [name, fitters.has(name) ? fitters.get(name)!(item) : item] as const)
            .filter(([, item]) => item !== undefined),
        )
      }
    }
    default:
      return (value) => value
  }
}
