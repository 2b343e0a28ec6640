/**
 * Rows that are too large to travel with a request: servers accept messages of 128 MiB.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { ClusterError } from "../errors.ts"
import type { Cluster, Relation, Rows } from "../relations.ts"

const MIB = 1024 * 1024

/** How many bytes the rows of one request have. */
const REQUEST = 96 * MIB

/** How many bytes are sent at a time, where a request would have more. */
const PIECE = 32 * MIB

const bytesOf = ({ b }: Rows): number => b.reduce((sum, bytes) => sum + bytes.length + 20, 0)

const weightOf = (relation: Relation): number => {
  switch (relation.kind) {
    case "rows":
      return bytesOf(relation.rows)
    case "kept":
      return 0
    case "union":
      return relation.of.reduce((sum, of) => sum + weightOf(of), 0)
    default:
      return weightOf(relation.of)
  }
}

/** Cuts rows into pieces, each of one row or of `limit` bytes at most. */
export const piecesOf = (rows: Rows, limit: number): ReadonlyArray<Rows> => {
  const pieces: Array<Rows> = []
  const { b, c, p, s, t } = rows
  let from = 0
  let bytes = 0
  const cut = (to: number) => {
    if (to > from) {
      pieces.push({
        p: p.subarray(from, to),
        t: t.subarray(from, to),
        s: s.subarray(from, to),
        c: c.subarray(from, to),
        b: b.slice(from, to),
      })
    }
    from = to
    bytes = 0
  }
  b.forEach((value, row) => {
    if (bytes > 0 && bytes + value.length > limit) cut(row)
    bytes += value.length
  })
  cut(b.length)
  return pieces
}

/** Replaces the rows of a relation by kept relations. Adds the ids of these to a list. */
const keepingRows = (
  keep: Cluster["keep"],
  relation: Relation,
  ids: Array<string>,
): Effect.Effect<Relation, ClusterError> => {
  switch (relation.kind) {
    case "rows":
      return Effect.map(
        Effect.forEach(
          piecesOf(relation.rows, PIECE),
          (rows) =>
            Effect.map(keep({ kind: "rows", rows }, { copies: 2 }), ({ id }): Relation => {
              ids.push(id)
              return { kind: "kept", id }
            }),
        ),
        (of): Relation => ({ kind: "union", of }),
      )
    case "kept":
      return Effect.succeed(relation)
    case "union":
      return Effect.map(
        Effect.forEach(relation.of, (of) => keepingRows(keep, of, ids)),
        (of): Relation => ({ kind: "union", of }),
      )
    default:
      return Effect.map(keepingRows(keep, relation.of, ids), (of): Relation => ({ ...relation, of }))
  }
}

/**
 * Uses a relation. If its rows are too large for a request, they are kept on the cluster first, piece by piece, and released
 * after use.
 */
export const withLargeRows = <A>(
  { forget, keep }: Pick<Cluster, "forget" | "keep">,
  relation: Relation,
  use: (relation: Relation) => Effect.Effect<A, ClusterError>,
): Effect.Effect<A, ClusterError> => {
  if (weightOf(relation) <= REQUEST) return use(relation)
  const ids: Array<string> = []
  return Effect.flatMap(keepingRows(keep, relation, ids), use).pipe(
    Effect.ensuring(Effect.suspend(() => Effect.ignore(forget(ids)))),
  )
}
