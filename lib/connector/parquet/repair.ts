/**
 * What the library leaves to do with the values of a column: missing values inside of lists and objects become null, and
 * decimals the nearest number.
 *
 * @module
 */
import type { SchemaTree } from "hyparquet"

/** Repairs a value. */
export type Repair = (value: unknown) => unknown

const keep: Repair = (value) => value ?? null

/** What a list in a file has: three levels of elements, or two in old files. */
const itemOf = ({ children: [repeated] }: SchemaTree): SchemaTree | undefined =>
  repeated?.children.length === 1 ? repeated.children[0] : repeated

const is = ({ element: { converted_type, logical_type } }: SchemaTree, type: "LIST" | "DECIMAL"): boolean =>
  converted_type === type || logical_type?.type === type

/** Makes the repair of the values of a column. */
export const repairOf = (tree: SchemaTree): Repair => {
  if (tree.children.length === 0) {
    const scale = is(tree, "DECIMAL") ? tree.element.scale ?? 0 : 0
    // The library multiplies by a power of ten, which is not exact.
    return scale === 0 ? keep : (value) => typeof value === "number" ? Number(value.toFixed(scale)) : keep(value)
  }
  if (is(tree, "LIST")) {
    const item = itemOf(tree)
    const repair = item === undefined ? keep : repairOf(item)
    return (value) => Array.isArray(value) ? value.map(repair) : keep(value)
  }
  const repairs = new Map(tree.children.map((child) => [child.element.name, repairOf(child)]))
  return (value) => {
    if (typeof value !== "object" || value === null) return null
    // An entry of a map is no child.
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, (repairs.get(name) ?? keep)(item)]))
  }
}

/** Whether a column has values to repair. */
export const needsRepair = (tree: SchemaTree): boolean => tree.children.length > 0 || is(tree, "DECIMAL")
