/**
 * Lines as bytes, for files and for the input of processes.
 *
 * @module
 */

/** About how many characters are encoded at a time. */
const PIECE = 65_536

/** Encodes lines in UTF-8, each with `\n` at its end, in pieces of some 64 KiB. */
export const encodeLines = (lines: Iterable<string>): ReadonlyArray<Uint8Array> => {
  const encoder = new TextEncoder()
  const pieces: Array<Uint8Array> = []
  let text = ""
  for (const line of lines) {
    text += `${line}\n`
    if (text.length < PIECE) continue
    pieces.push(encoder.encode(text))
    text = ""
  }
  if (text !== "") pieces.push(encoder.encode(text))
  return pieces
}
