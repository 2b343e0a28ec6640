/**
 * The codec of the reasons of failures: as bytes, for executors in other isolates.
 *
 * Errors of the library, and of the classes that a graph declares, come back as instances of their classes. Other errors come back as errors of the built-in class with
 * the same name, or as `Error`, with their `name`, `message`, `stack`, `_tag`, `cause` and fields. Text takes the place of
 * values that cannot be encoded.
 *
 * @module
 */
import type { ErrorClass } from "../../rdd/engine.ts"
import type { CallSite } from "../../core/call_site.ts"
import * as Codec from "../../core/codec.ts"
import {
  BlockUnreadable,
  describeCause,
  EmptyCollection,
  FunctionFailed,
  InvalidOption,
  JobFailed,
  Mismatch,
  PartitionTooLarge,
  SparkContextStopped,
  TaskTimedOut,
} from "../../core/errors.ts"
import { UnsupportedKey } from "../../core/keys.ts"
import { SqlError } from "../../dstream/outputs/sql_sink.ts"
import { InvalidStateChange } from "../../dstream/state/key_state.ts"
import { NoRange } from "../../rdd/actions/histogram.ts"
import { BroadcastDestroyed } from "../../rdd/broadcast.ts"
import { FileError } from "../../rdd/files/files.ts"
import { PartialRecord } from "../../rdd/files/whole.ts"
import { ProcessFailed } from "../../rdd/processes.ts"

type Fields = Record<string, unknown>

/** The errors of the library that a task can fail with, apart from those of connectors. */
const faults: ReadonlyMap<string, new (fields: never) => Error> = new Map(
  Object.entries({
    BroadcastDestroyed,
    BlockUnreadable,
    CorruptBlock: Codec.CorruptBlock,
    EmptyCollection,
    FileError,
    FunctionFailed,
    InvalidOption,
    InvalidStateChange,
    JobFailed,
    Mismatch,
    NoRange,
    NotPortable: Codec.NotPortable,
    PartialRecord,
    PartitionTooLarge,
    ProcessFailed,
    SparkContextStopped,
    SqlError,
    TaskTimedOut,
    UnsupportedKey,
  }),
)

const builtIn: ReadonlyMap<string, new (message: string) => Error> = new Map(
  Object.entries({ EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError }),
)

/** A value as plain data. */
type Packed =
  | { readonly kind: "data"; readonly data: unknown }
  | { readonly kind: "fields"; readonly fields: PackedFields }
  | {
    readonly kind: "error"
    /** The tag of an error of the library, or the index of its class among those of the graph. */
    readonly fault: string | number | undefined
    readonly name: string
    readonly message: string
    readonly stack: string | undefined
    readonly fields: PackedFields
    readonly cause: Packed | undefined
  }

type PackedFields = ReadonlyArray<readonly [name: string, value: Packed]>

/** How many errors within errors are followed. */
const DEEPEST = 10

/** Where a value is. */
interface Around {
  /** The classes that the graph declares. */
  readonly classes: ReadonlyArray<ErrorClass>
  /** The errors around the value, the outermost first: an error may contain itself. */
  readonly errors: ReadonlyArray<Error>
}

const isPortable = (value: unknown): boolean => {
  try {
    Codec.encode([value])
    return true
  } catch {
    return false
  }
}

const text = (value: unknown): Packed => ({ kind: "data", data: describeCause(value) })

const isCallSite = (value: object): value is CallSite =>
  "short" in value && "long" in value && typeof value.short === "string" && typeof value.long === "string"

const packField = (value: unknown, around: Around): Packed => {
  if (isPortable(value)) return { kind: "data", data: value }
  if (value instanceof Error && around.errors.length < DEEPEST && !around.errors.includes(value)) {
    return packError(value, around)
  }
  if (typeof value !== "object" || value === null || !isCallSite(value)) return text(value)
  return { kind: "data", data: { short: value.short, long: value.long } }
}

/** The fields of an object. */
const fieldsOf = (of: object): ReadonlyArray<readonly [name: string, value: unknown]> => {
  const fields = Object.entries(of)
  // A class may declare its tag for all of its errors at once.
  return "_tag" in of && !Object.hasOwn(of, "_tag") ? [...fields, ["_tag", of._tag]] : fields
}

/** How the class of an error is found again. */
const faultOf = (error: Error, classes: ReadonlyArray<ErrorClass>): string | number | undefined => {
  const tag = "_tag" in error ? String(error._tag) : ""
  const prototype: unknown = Object.getPrototypeOf(error)
  if (faults.get(tag)?.prototype === prototype) return tag
  const index = classes.findIndex((each) => each.prototype === prototype)
  return index < 0 ? undefined : index
}

const packError = (error: Error, { classes, errors }: Around): Packed => {
  const fault = faultOf(error, classes)
  const within: Around = { classes, errors: [...errors, error] }
  const fields = fieldsOf(error).filter(([name]) => name !== "stack")
  // Most errors do not list their cause. Some of the library compute it from their fields.
  const hidesCause = Object.hasOwn(error, "cause") ? !Object.keys(error).includes("cause") : fault === undefined
  return {
    kind: "error",
    fault,
    name: String(error.name),
    message: String(error.message),
    stack: error.stack === undefined ? undefined : String(error.stack),
    fields: fields.map(([name, value]) => [name, (isThrown(name) ? pack : packField)(value, within)]),
    cause: hidesCause && error.cause !== undefined ? pack(error.cause, within) : undefined,
  }
}

/** Whether a field of an error has what was thrown. */
const isThrown = (name: string): boolean => name === "cause" || name === "reason"

/** Packs what was thrown, or what an Effect has failed with. */
const pack = (value: unknown, around: Around): Packed => {
  try {
    const isObject = typeof value === "object" && value !== null && !(value instanceof Error) && !Array.isArray(value)
    return isObject && !isPortable(value)
      ? { kind: "fields", fields: fieldsOf(value).map(([name, field]) => [name, packField(field, around)]) }
      : packField(value, around)
  } catch {
    // Getters of the value throw.
    return text(value)
  }
}

const unpackFields = (fields: PackedFields, classes: ReadonlyArray<ErrorClass>): Fields =>
  Object.fromEntries(fields.map(([name, value]) => [name, unpack(value, classes)]))

/** Makes an error of a class. Undefined if the class refuses the fields, of which some may have become texts. */
const made = (fault: string | number, fields: Fields, classes: ReadonlyArray<ErrorClass>): Error | undefined => {
  const Fault: ErrorClass | undefined = typeof fault === "number" ? classes[fault] : faults.get(fault)
  try {
    return Fault && new Fault(fields as never)
  } catch {
    return undefined
  }
}

const unpackError = (
  { cause, fault, fields: packed, message, name, stack }: Extract<Packed, { kind: "error" }>,
  classes: ReadonlyArray<ErrorClass>,
): Error => {
  const { _tag, ...fields } = unpackFields(packed, classes)
  const hidden = cause === undefined ? {} : { cause: unpack(cause, classes) }
  const fromClass = fault === undefined ? undefined : made(fault, { ...fields, ...hidden }, classes)
  if (fromClass !== undefined) return withHidden(fromClass, { stack })
  const error = new (builtIn.get(name) ?? Error)(message)
  if (_tag !== undefined) Object.assign(error, { _tag })
  Object.assign(error, fields)
  return withHidden(error, {
    message,
    stack,
    ...hidden,
    ...(error.name === name ? {} : { name }),
  })
}

/** Gives an error properties that it does not list. */
const withHidden = (error: Error, properties: Fields): Error => {
  for (const [name, value] of Object.entries(properties)) {
    Object.defineProperty(error, name, { value, configurable: true, writable: true, enumerable: false })
  }
  return error
}

const unpack = (packed: Packed, classes: ReadonlyArray<ErrorClass>): unknown => {
  switch (packed.kind) {
    case "data":
      return packed.data
    case "fields":
      return unpackFields(packed.fields, classes)
    case "error":
      return unpackError(packed, classes)
  }
}

/** Encodes the reason of a failure. `classes`: those of the graph. Never throws. */
export const encodeReason = (reason: unknown, classes: ReadonlyArray<ErrorClass> = []): Uint8Array => {
  const around: Around = { classes, errors: [] }
  try {
    return Codec.encode([pack(reason, around)])
  } catch {
    // Its data may be nested as deep as the codec allows, and is nested deeper here.
    return Codec.encode([text(reason)])
  }
}

/** Decodes the reason of a failure. `classes`: those of the graph, as they were where it was encoded. */
export const decodeReason = (bytes: Uint8Array, classes: ReadonlyArray<ErrorClass> = []): unknown =>
  unpack(Codec.decode(bytes)[0] as Packed, classes)
