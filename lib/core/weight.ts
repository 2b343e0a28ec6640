/**
 * Estimates of the memory that records take.
 *
 * The constants are what V8 needs on 64-bit machines. The estimates are within a factor of two of it for what programs
 * usually receive: strings, numbers, bytes, arrays, pairs, objects, maps and sets, in any nesting.
 *
 * Some memory cannot be seen from JavaScript. Strings are weighed by their length, so those that were cut out of longer
 * strings, or put together of many short ones, may take far more. Errors and instances without visible properties have
 * a fixed weight. Private fields, variables of closures and properties under symbols are not weighed.
 *
 * @module
 */
import * as Option from "effect/Option"
import { isPlain } from "./plain.ts"

/** The place of a record in the array of its block. */
const SLOT = 8
const ARRAY = 48
const OBJECT = 32
/** Small objects without properties, such as functions and dates. */
const OPAQUE = 96
/** Instances without properties, whose content is most likely in private fields. */
const HIDDEN = 256
/** An error with a stack of ten frames, which is the usual limit, before the stack is read as text. */
const ERROR = 900
const BYTES = 200
const COLLECTION = 150
const MAP_ENTRY = 36
const SET_ENTRY = 26
/** A property whose name no other object has: the name, and its place in a table of the object. */
const OWN_PROPERTY = 80

/** How many elements of a container are visited; the rest is assumed to be like them. */
const VISITED_IN_CONTAINER = 1_024
/** How many objects are visited in one record, and in the records of one array. */
const VISITED = 65_536
/** Elements are chosen by steps of this fraction of the length, so that no regular pattern misleads the estimate. */
const GOLDEN = 0.6180339887498949

/** What a string takes: one or two bytes a character, which only V8 knows. */
const ofString = (length: number): number => 16 + 1.5 * length

/**
 * Names of properties that objects have had lately, by a hash. A name that was seen before is taken for one of a shape
 * that many objects share.
 */
const names = new Array<string>(4_096).fill("")

/** Returns whether a name was seen lately, and remembers it. */
const isKnown = (name: string): boolean => {
  const { length } = name
  let hash = length
  for (let i = Math.max(0, length - 8); i < length; i++) hash = (31 * hash + name.charCodeAt(i)) | 0
  const at = hash & (names.length - 1)
  if (names[at] === name) return true
  names[at] = name
  return false
}

/** The buffer of the last view that kept a large buffer in memory: views that are cut out of one chunk follow each other. */
let lastBuffer: WeakRef<ArrayBufferLike> | undefined

/** What a view takes. If it shows a small part of its buffer, it keeps the rest in memory as well. */
const ofView = ({ buffer, byteLength }: ArrayBufferView): number => {
  if (buffer.byteLength <= 2 * byteLength + BYTES) return BYTES + byteLength
  if (lastBuffer?.deref() === buffer) return BYTES
  lastBuffer = new WeakRef(buffer)
  return BYTES + buffer.byteLength
}

/** Adds up what values take, with all that they refer to. */
class Scale {
  #total = 0
  #left = 0
  #visited = 0
  /** Objects that wait to be visited, each followed by the number of objects that it stands for. */
  readonly #objects: Array<object> = []
  readonly #counts: Array<number> = []
  /** Objects that were met inside others. They count once, and circles end. */
  #met: Set<object> | undefined
  /** The record that is visited. */
  #record: object | undefined

  /** Adds a record. */
  record(value: unknown): void {
    this.#total += SLOT
    if (typeof value !== "object" || value === null) {
      this.#total += ofPrimitive(value)
      return
    }
    this.#record = value
    this.#left = VISITED
    this.#visit(value, 1)
    if (this.#objects.length > 0) this.#visitAll()
    this.#visited += VISITED - this.#left
  }

  /** Whether so much has been visited that the other records are assumed to be like the ones before. */
  get hasEnough(): boolean {
    return this.#visited >= VISITED
  }

  /** What all records so far take, in bytes. */
  get total(): number {
    return this.#total
  }

  #visitAll(): void {
    for (let object = this.#objects.pop(); object !== undefined; object = this.#objects.pop()) {
      const count = this.#counts.pop() ?? 1
      if (--this.#left > 0) this.#visit(object, count)
      else this.#total += OPAQUE * count
    }
  }

  /** Adds a value inside another one, where `count` of its kind are. */
  #inside(value: unknown, count: number): void {
    if (typeof value !== "object" || value === null) {
      this.#total += ofPrimitive(value) * count
      return
    }
    if (value === this.#record) return
    this.#met ??= new Set()
    if (this.#met.has(value)) return
    this.#met.add(value)
    this.#objects.push(value)
    this.#counts.push(count)
  }

  #visit(object: object, count: number): void {
    if (Array.isArray(object)) {
      this.#total += (ARRAY + 8 * object.length) * count
      this.#elements(object, count)
    } else if (ArrayBuffer.isView(object)) {
      this.#total += ofView(object) * count
    } else if (object instanceof ArrayBuffer) {
      this.#total += (BYTES + object.byteLength) * count
    } else if (object instanceof Map) {
      this.#total += (COLLECTION + MAP_ENTRY * object.size) * count
      this.#first(object.keys(), object.size, count)
      this.#first(object.values(), object.size, count)
    } else if (object instanceof Set) {
      this.#total += (COLLECTION + SET_ENTRY * object.size) * count
      this.#first(object, object.size, count)
    } else {
      if (object instanceof Error) {
        this.#total += ERROR * count
        this.#inside(object.message, count)
        this.#inside(object.cause, count)
      }
      this.#properties(object as Readonly<Record<string, unknown>>, count)
    }
  }

  #elements(values: ReadonlyArray<unknown>, count: number): void {
    const { length } = values
    if (length <= VISITED_IN_CONTAINER) {
      for (let i = 0; i < length; i++) this.#inside(values[i], count)
    } else {
      const each = count * length / VISITED_IN_CONTAINER
      for (let i = 0; i < VISITED_IN_CONTAINER; i++) this.#inside(values[sampleAt(i, length)], each)
    }
  }

  /** The elements of collections are not found by index: the first ones stand for all. */
  #first(values: Iterable<unknown>, size: number, count: number): void {
    const each = count * Math.max(1, size / VISITED_IN_CONTAINER)
    let left = VISITED_IN_CONTAINER
    for (const value of values) {
      if (left-- === 0) return
      this.#inside(value, each)
    }
  }

  #properties(object: Readonly<Record<string, unknown>>, count: number): void {
    const keys = Object.keys(object)
    const { length } = keys
    if (length === 0) {
      this.#total += ofEmpty(object) * count
      return
    }
    const visited = Math.min(length, VISITED_IN_CONTAINER)
    const each = count * length / visited
    this.#total += (OBJECT + 8 * length) * count
    // The last name tells whether the shape is a known one: names are added in the same order.
    const isOwnShape = !isKnown(keys[length - 1] ?? "")
    for (let i = 0; i < visited; i++) {
      const key = keys[visited === length ? i : sampleAt(i, length)] ?? ""
      if (isOwnShape && (i === length - 1 || !isKnown(key))) this.#total += (OWN_PROPERTY + key.length) * each
      this.#inside(object[key], each)
    }
  }
}

/** What an object without visible properties takes. */
const ofEmpty = (object: object): number => {
  if (isPlain(object)) return OBJECT + 16
  return object instanceof Date || object instanceof Error || Option.isOption(object) ? OPAQUE : HIDDEN
}

/** What a value takes besides its place, which is a field of an object or an element of an array. */
const ofPrimitive = (value: unknown): number => {
  switch (typeof value) {
    case "string":
      return ofString(value.length)
    case "number":
      return 6
    case "bigint":
      return BigInt.asIntN(64, value) === value ? 24 : 16 + value.toString(16).length / 2
    case "function":
      return OPAQUE
    default:
      return 0
  }
}

const sampleAt = (i: number, length: number): number => Math.floor(((i * GOLDEN) % 1) * length)

/** The weight of a record that cannot be visited, because one of its getters or its proxy throws. */
const UNKNOWN = 1_024

/** Estimates the memory that a record takes with everything in it, in bytes. */
export const weigh = (record: unknown): number => {
  if (typeof record !== "object" || record === null) return Math.round(SLOT + ofPrimitive(record))
  const scale = new Scale()
  try {
    scale.record(record)
    return Math.round(scale.total)
  } catch {
    return UNKNOWN
  }
}

/** How many records of an array are visited; the rest is assumed to be like them. Strings are all counted. */
const VISITED_RECORDS = 1_024

/** Estimates the memory that records take, in bytes. */
export const weighAll = (records: ReadonlyArray<unknown>): number => {
  try {
    return Math.round(typeof records[0] === "string" ? weighTexts(records) : weighSample(records))
  } catch {
    return UNKNOWN * records.length
  }
}

const weighTexts = (records: ReadonlyArray<unknown>): number => {
  const others: Array<unknown> = []
  let texts = 0
  for (let i = 0; i < records.length; i++) {
    const record = records[i]
    if (typeof record === "string") texts += SLOT + ofString(record.length)
    else others.push(record)
  }
  return others.length === 0 ? texts : texts + weighSample(others)
}

const weighSample = (records: ReadonlyArray<unknown>): number => {
  const { length } = records
  const sampled = Math.min(length, VISITED_RECORDS)
  const scale = new Scale()
  let done = 0
  while (done < sampled && !scale.hasEnough) {
    scale.record(records[sampled === length ? done : sampleAt(done, length)])
    done++
  }
  return done === 0 ? 0 : scale.total * length / done
}
