/** Counts the records of a large file in a stream, and prints the most memory that the process has taken. */
import { createGzip } from "node:zlib"
import { createWriteStream } from "node:fs"
import { pipeline } from "node:stream/promises"
import { Readable } from "node:stream"
import * as Effect from "effect/Effect"
import { DStream } from "../../mod.ts"
import { Testing } from "../../lib/testing.ts"

const [kind = "text", size = "0"] = Deno.args
const folder = await Deno.makeTempDir()

/** Pieces of 1 MiB: lines of 16 bytes, or records. */
function* pieces() {
  const piece = new TextEncoder().encode("0123456789abcde\n".repeat(65_536))
  for (let left = Number(size); left > 0; left -= piece.length) yield piece
}

const write = async (): Promise<void> => {
  const path = `${folder}/${kind === "gzip" ? "large.gz" : "large"}`
  if (kind === "gzip") await pipeline(Readable.from(pieces()), createGzip({ level: 1 }), createWriteStream(path))
  else {
    using file = await Deno.open(path, { write: true, create: true })
    for (const piece of pieces()) for (let at = 0; at < piece.length;) at += await file.write(piece.subarray(at))
  }
  await Deno.utime(path, 0.5, 0.5)
}

try {
  await write()
  let peak = 0
  const note = () => void (peak = Math.max(peak, Deno.memoryUsage().rss))
  const timer = setInterval(note, 5)
  const startedAt = performance.now()
  const options = { newFilesOnly: false }
  const counts: DStream.DStream<number, unknown> = kind === "records"
    ? DStream.binaryRecordsStream(folder, 256, options).pipe(
      DStream.filter((bytes) => bytes.length === 256),
      DStream.count,
    )
    : DStream.textFileStream(folder, options).pipe(
      DStream.map((line) => line.length),
      DStream.filter((length) => length === 15),
      DStream.count,
    )
  const batches = await Effect.runPromise(Testing.run(counts as DStream.DStream<number>, { batches: 1 }))
  clearInterval(timer)
  note()
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10
  console.log(JSON.stringify({ records: batches[0]?.[0], peak, seconds }))
} finally {
  await Deno.remove(folder, { recursive: true })
}
