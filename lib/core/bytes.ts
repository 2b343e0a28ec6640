/**
 * Pieces of bytes as one.
 *
 * @module
 */

/** Gives an array of so many bytes, whose contents are overwritten. */
export type Allocate = (length: number) => Uint8Array<ArrayBuffer>

/** Allocates memory that no one has used. */
export const fresh: Allocate = (length) => new Uint8Array(length)

/** Copies pieces into one array. */
export const joined = (pieces: ReadonlyArray<Uint8Array>, allocate: Allocate = fresh): Uint8Array<ArrayBuffer> => {
  const all = allocate(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.length
  }
  return all
}
