/** A server in a process of its own: prints its port, and sends the same lines to every client until it disconnects. */
import { lines } from "./data.ts"

const text = new TextEncoder().encode(lines(0, 10_000).map((line) => `${line}\n`).join(""))
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 })
console.log(listener.addr.port)

const serve = async (connection: Deno.Conn) => {
  try {
    while (true) {
      for (let sent = 0; sent < text.length;) sent += await connection.write(text.subarray(sent))
    }
  } catch {
    // The client has disconnected.
  }
}
for await (const connection of listener) serve(connection)
