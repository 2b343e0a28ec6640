/**
 * A server in a process of its own. It prints its port, and sends numbered lines to one client after another: `rate` lines
 * a second while the client takes them, for some seconds after the first client has connected. `flapping` closes each
 * connection after a second, after a whole line. When the time is up it prints how many lines it has sent.
 */
import { optionsOf } from "./options.ts"

const { flapping, rate, seconds } = optionsOf({ rate: 1_000, seconds: 10, flapping: 0 })
/** Lines are sent this often, in milliseconds. */
const STEP = 20
/** Lines that are due because the client was slow are not made up for beyond this many steps. */
const MOST_STEPS = 5

const encoder = new TextEncoder()
const pause = (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, millis))
let sent = 0

const write = async (connection: Deno.Conn, bytes: Uint8Array) => {
  for (let written = 0; written < bytes.length;) written += await connection.write(bytes.subarray(written))
}

const serve = async (connection: Deno.Conn, end: number) => {
  const closes = flapping > 0 ? performance.now() + 1_000 * flapping : Infinity
  let last = performance.now()
  let owed = 0
  while (performance.now() < Math.min(end, closes)) {
    await pause(STEP)
    const now = performance.now()
    owed = Math.min(owed + (now - last) * rate / 1000, MOST_STEPS * STEP * rate / 1000)
    last = now
    const lines = Array.from({ length: Math.floor(owed) }, (_, i) => `${sent + i} of the lines that the server sends\n`)
    owed -= lines.length
    sent += lines.length
    await write(connection, encoder.encode(lines.join("")))
  }
  connection.close()
}

const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 })
console.log(listener.addr.port)
let end: number | undefined
for await (const connection of listener) {
  end ??= performance.now() + 1000 * seconds
  await serve(connection, end)
  if (performance.now() >= end) break
}
console.log(sent)
