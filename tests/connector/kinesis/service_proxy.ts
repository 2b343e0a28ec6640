/** An HTTP proxy in front of a mock of Kinesis or DynamoDB, which answers some calls itself. */

/** What the proxy does with a call: passes it on, with another body if one is given, or answers itself. */
export type Verdict =
  | { readonly body?: Readonly<Record<string, unknown>> }
  | { readonly error: string; readonly status?: number }
  | { readonly answer: unknown }

/** A running proxy. */
export interface ServiceProxy extends AsyncDisposable {
  readonly port: number
  /** The names of the operations that were called, such as `GetRecords`. */
  readonly calls: Array<string>
}

/** Forwards calls to a port of this machine. `judge` decides about each one. */
export const serviceProxy = (
  port: number,
  judge: (operation: string, body: Record<string, unknown>) => Verdict,
): ServiceProxy => {
  const calls: Array<string> = []
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const operation = request.headers.get("x-amz-target")?.split(".").at(-1) ?? ""
    calls.push(operation)
    const text = await request.text()
    const verdict = judge(operation, JSON.parse(text))
    if ("error" in verdict) {
      const answer = { __type: verdict.error, message: `${verdict.error} of the proxy` }
      return Response.json(answer, { status: verdict.status ?? 400, headers: { "content-type": TYPE } })
    }
    if ("answer" in verdict) return Response.json(verdict.answer, { headers: { "content-type": TYPE } })
    const headers = new Headers(request.headers)
    headers.delete("content-length")
    const body = verdict.body === undefined ? text : JSON.stringify(verdict.body)
    const answer = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", headers, body })
    const type = answer.headers.get("content-type") ?? TYPE
    return new Response(await answer.arrayBuffer(), { status: answer.status, headers: { "content-type": type } })
  })
  return {
    port: server.addr.port,
    calls,
    [Symbol.asyncDispose]: () => server.shutdown(),
  }
}

const TYPE = "application/x-amz-json-1.1"
