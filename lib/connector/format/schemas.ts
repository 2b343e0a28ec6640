/**
 * Schemas that decode and encode records at once, without Effects.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import { describeCause } from "../../core/errors.ts"
import { Problem } from "./records.ts"

/** A schema of records. It needs no services, and nothing in it waits. */
export type RecordSchema<A> = Schema.Codec<A, unknown>

/** The members of a union, or the type itself. */
export const typesOf = (ast: AST.AST): ReadonlyArray<AST.AST> => AST.isUnion(ast) ? ast.types.flatMap(typesOf) : [ast]

/** How a schema of numbers in JSON form describes what it takes besides numbers. */
const OTHER_NUMBERS = '"Infinity" | "-Infinity" | "NaN"'

/** Describes the failure of a schema on one line. */
const describe = (error: Schema.SchemaError): string =>
  error.message.replace(/\n\s*/g, " ").replaceAll(OTHER_NUMBERS, "number")

const attempt = (
  f: (value: unknown) => Result.Result<unknown, Schema.SchemaError>,
) =>
(value: unknown): unknown => {
  try {
    const result = f(value)
    return Result.isSuccess(result) ? result.success : new Problem(describe(result.failure))
  } catch (cause) {
    // The user's functions in the schema may throw.
    const inner: unknown = cause instanceof Error ? cause.cause : undefined
    return new Problem(describeCause(Cause.isCause(inner) ? Cause.squash(inner) : cause))
  }
}

/** Makes a function that decodes values with a schema. */
export const decoderOf = <A>(schema: RecordSchema<A>): (value: unknown) => A | Problem =>
  attempt(Schema.decodeUnknownResult(schema)) as (value: unknown) => A | Problem

/** Makes a function that encodes records with a schema. */
export const encoderOf = <A>(schema: RecordSchema<A>): (record: A) => unknown =>
  attempt(Schema.encodeUnknownResult(schema))
