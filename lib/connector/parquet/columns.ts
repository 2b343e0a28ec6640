/**
 * The columns of Parquet files that are written.
 *
 * @module
 */
import type { SchemaElement } from "hyparquet"
import { describeValue } from "../../core/describe_value.ts"
import { Problem } from "../format/records.ts"
import type { LeafKind, Shape } from "./shapes.ts"

const leaves: Readonly<Record<LeafKind, Omit<SchemaElement, "name">>> = {
  text: { type: "BYTE_ARRAY", converted_type: "UTF8" },
  number: { type: "DOUBLE" },
  int: { type: "INT64" },
  bigint: { type: "INT64" },
  boolean: { type: "BOOLEAN" },
  date: { type: "INT64", converted_type: "TIMESTAMP_MILLIS" },
  bytes: { type: "BYTE_ARRAY" },
}

const elementsOf = (name: string, shape: Shape, path: string): ReadonlyArray<SchemaElement> | Problem => {
  const repetition_type = shape.isNull || shape.isOptional ? "OPTIONAL" : "REQUIRED"
  switch (shape.kind) {
    case "other":
      return new Problem(`Parquet has no column for ${path}, which the schema encodes as ${shape.why}`)
    case "list": {
      const item = elementsOf("element", shape.item, `the items of ${path}`)
      if (item instanceof Problem) return item
      return [
        { name, repetition_type, converted_type: "LIST", num_children: 1 },
        { name: "list", repetition_type: "REPEATED", num_children: 1 },
        ...item,
      ]
    }
    case "object": {
      const elements: Array<SchemaElement> = []
      for (const [inner, property] of shape.properties) {
        const found = elementsOf(inner, property, `${path}.${inner}`)
        if (found instanceof Problem) return found
        elements.push(...found)
      }
      return elements.length === 0
        ? new Problem(`Parquet has no column for ${path}, which has no properties`)
        : [{ name, repetition_type, num_children: shape.properties.length }, ...elements]
    }
    default:
      return [{ name, repetition_type, ...leaves[shape.kind] }]
  }
}

/** The columns of a shape of objects, as Parquet describes them, or why there are none. */
export const schemaElements = (shape: Shape): ReadonlyArray<SchemaElement> | Problem => {
  if (shape.kind !== "object" || shape.properties.length === 0) {
    return new Problem("the records of the schema are not objects with properties")
  }
  const elements: Array<SchemaElement> = [{ name: "root", num_children: shape.properties.length }]
  for (const [name, property] of shape.properties) {
    const found = elementsOf(name, property, name)
    if (found instanceof Problem) return found
    elements.push(...found)
  }
  return elements
}

/** Makes the value that the library writes of an encoded value. */
export const storable = (value: unknown, shape: Shape): unknown => {
  if (value === null || value === undefined) return undefined
  switch (shape.kind) {
    case "int":
    case "bigint": {
      const whole = typeof value === "bigint" ? value : BigInt(Number(value))
      return BigInt.asIntN(64, whole) === whole ? whole : new Problem(`${whole} does not fit into 64 bits`)
    }
    case "list": {
      const items = Array.isArray(value) ? value.map((item) => storable(item, shape.item)) : []
      return items.find((item) => item instanceof Problem) ?? items
    }
    case "object": {
      if (typeof value !== "object") return new Problem(`expected an object, but found ${describeValue(value)}`)
      const own = (name: string): unknown => Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined
      const entries = shape.properties.map(([name, inner]) => [name, storable(own(name), inner)] as const)
      const problem = entries.find(([, item]) => item instanceof Problem)
      return problem === undefined ? Object.fromEntries(entries) : problem[1]
    }
    default:
      return value
  }
}
