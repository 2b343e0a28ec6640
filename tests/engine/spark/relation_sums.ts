/** Sums over a relation and all relations below it that are computed with it. */
import type { Relation } from "../../../lib/engine/spark/relations.ts"

/** Adds up what each relation counts for. */
export const sumOver = (relation: Relation, own: (relation: Relation) => number): number => {
  const below = relation.kind === "rows" || relation.kind === "kept"
    ? []
    : relation.kind === "union"
    ? relation.of
    : [relation.of]
  return below.reduce((sum, each) => sum + sumOver(each, own), own(relation))
}
