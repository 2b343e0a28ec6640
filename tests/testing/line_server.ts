/** A TCP server that sends numbered lines to the client that has connected last. */

/** A running server. */
export interface LineServer extends AsyncDisposable {
  readonly port: number
  /** Sends lines, in order. Waits for a client first; lines for a client that goes away are lost. */
  readonly send: (numbers: ReadonlyArray<number>, signal: AbortSignal) => Promise<void>
  /** Closes all connections. */
  readonly cut: () => void
  /** Closes all connections, and new ones at once. */
  readonly refuse: () => void
  readonly accept: () => void
  readonly connections: () => number
}

export const lineServer = (): LineServer => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 })
  const open = new Set<Deno.Conn>()
  let isRefusing = false
  const close = (connection: Deno.Conn) => {
    if (open.delete(connection)) connection.close()
  }
  /** Notices when the client closes the connection. */
  const watch = async (connection: Deno.Conn) => {
    await connection.read(new Uint8Array(1)).catch(() => null)
    close(connection)
  }
  const serving = (async () => {
    const watching: Array<Promise<void>> = []
    for await (const connection of listener) {
      if (isRefusing) connection.close()
      else watching.push((open.add(connection), watch(connection)))
    }
    await Promise.all(watching)
  })()
  return {
    port: listener.addr.port,
    send: async (numbers, signal) => {
      while (open.size === 0 && !signal.aborted) await new Promise((resolve) => setTimeout(resolve, 5))
      const connection = [...open].at(-1)
      const onAbort = () => connection && close(connection)
      signal.addEventListener("abort", onAbort)
      const bytes = new TextEncoder().encode(numbers.map((number) => `${number}\n`).join(""))
      try {
        for (let at = 0; at < bytes.length && connection !== undefined;) {
          at += await connection.write(bytes.subarray(at))
        }
      } catch {
        // The client has gone.
      }
      signal.removeEventListener("abort", onAbort)
    },
    cut: () => open.forEach(close),
    refuse: () => {
      isRefusing = true
      open.forEach(close)
    },
    accept: () => {
      isRefusing = false
    },
    connections: () => open.size,
    [Symbol.asyncDispose]: async () => {
      listener.close()
      open.forEach(close)
      await serving
    },
  }
}
