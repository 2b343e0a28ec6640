/** Sends the same lines to every connection for as long as it takes them; prints its port. A process of its own. */
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
    // The reader has had enough.
  }
}
for await (const connection of listener) serve(connection)
