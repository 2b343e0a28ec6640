/** A server that behaves as X's API does: rules, the filtered and the sample stream, backfill, limits, refusals. */

/** A rule that the server keeps. */
interface Rule {
  readonly id: string
  readonly value: string
  readonly tag?: string
}

/** A post that was published. */
interface Published {
  readonly at: number
  readonly data: { readonly id: string; readonly text: string }
}

/** What a client has asked for. */
export interface Asked {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

/** How the server behaves; any of it may change while it runs. */
export interface Behaviour {
  token: string
  /** How often an open stream gets an empty line. */
  keepAliveMs: number
  /** How many streams one app may have open. */
  maxConnections: number
  maxRules: number
  /** Whether the access level has backfill. */
  hasBackfill: boolean
  /** A stream that has so many bytes waiting is too slow, and ended. */
  maxBacklogBytes: number
  /** How many rules a page of the list has. */
  pageSize: number
  /** Fields that posts have besides ID and text. */
  fields: Readonly<Record<string, unknown>>
}

/** A running server. */
export interface TwitterServer extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly behaviour: Behaviour
  readonly rules: Map<string, Rule>
  readonly asked: ReadonlyArray<Asked>
  /** Answers to the next requests for a stream, in place of streams. */
  readonly refusals: Array<() => Response>
  /** How many streams are open. */
  readonly streams: () => number
  /** How many streams have been opened so far. */
  readonly count: () => number
  /** Waits until so many streams have been opened. */
  readonly opened: (count?: number) => Promise<void>
  /** Publishes a post, and keeps it for backfill. `ageMs` says how long ago it was written. Returns its ID. */
  readonly publish: (text: string, ageMs?: number) => string
  /** Sends bytes to all open streams as they are. */
  readonly send: (...pieces: ReadonlyArray<string | Uint8Array>) => void
  /** Ends all open streams, after a last line if there is one. */
  readonly end: (line?: unknown) => void
}

const EPOCH = 1_288_834_974_657

/** What X answers when it refuses a request. */
export const problem = (
  status: number,
  title: string,
  type: string,
  more: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): Response =>
  Response.json({ title, detail: title, status, type: `https://api.twitter.com/2/problems/${type}`, ...more }, {
    status,
    headers,
  })

/** What X sends before it ends a stream for reasons of its own. */
export const disconnect = (disconnect_type: string): unknown => ({
  errors: [{
    title: "operational-disconnect",
    disconnect_type,
    detail: "This stream has been disconnected for operational reasons.",
    type: "https://api.twitter.com/2/problems/operational-disconnect",
  }],
})

const encoder = new TextEncoder()
const lineOf = (value: unknown): Uint8Array => encoder.encode(`${JSON.stringify(value)}\r\n`)

/** Whether all words of a rule are in a text. */
const matches = (value: string, text: string): boolean =>
  value.toLowerCase().split(/\s+/).every((word) => text.toLowerCase().includes(word))

/** Starts a server on a free port. */
export const twitterServer = (given: Partial<Behaviour> = {}): TwitterServer => {
  const behaviour: Behaviour = {
    token: "the-bearer-token",
    keepAliveMs: 20_000,
    maxConnections: 1,
    maxRules: 1000,
    hasBackfill: true,
    maxBacklogBytes: Infinity,
    pageSize: 1000,
    fields: {},
    ...given,
  }
  const rules = new Map<string, Rule>()
  const asked: Array<Asked> = []
  const refusals: Array<() => Response> = []
  const published: Array<Published> = []
  const open = new Map<
    ReadableStreamDefaultController<Uint8Array>,
    { readonly isFiltered: boolean; readonly stop: () => void }
  >()
  const waiting: Array<{ readonly count: number; readonly resolve: () => void }> = []
  let [opened, nextRule, sequence] = [0, 1000, 0n]

  const close = (controller: ReadableStreamDefaultController<Uint8Array>, line?: unknown) => {
    const stream = open.get(controller)
    if (stream === undefined) return
    open.delete(controller)
    stream.stop()
    if (line !== undefined) controller.enqueue(lineOf(line))
    controller.close()
  }
  const enqueue = (controller: ReadableStreamDefaultController<Uint8Array>, bytes: Uint8Array) => {
    controller.enqueue(bytes)
    if (-(controller.desiredSize ?? 0) > behaviour.maxBacklogBytes) close(controller, disconnect("SlowReader"))
  }
  const deliver = (controller: ReadableStreamDefaultController<Uint8Array>, { data }: Published) => {
    const matching = Array.from(rules.values()).filter(({ value }) => matches(value, data.text))
    if (!open.get(controller)?.isFiltered) enqueue(controller, lineOf({ data }))
    else if (matching.length > 0) {
      enqueue(controller, lineOf({ data, matching_rules: matching.map(({ id, tag }) => ({ id, tag })) }))
    }
  }

  const stream = (isFiltered: boolean, query: URLSearchParams): Response => {
    const refusal = refusals.shift()
    if (refusal !== undefined) return refusal()
    const minutes = Number(query.get("backfill_minutes") ?? 0)
    if (
      query.has("backfill_minutes") &&
      (!behaviour.hasBackfill || !Number.isInteger(minutes) || minutes < 1 || minutes > 5)
    ) {
      const errors = [{
        parameters: { backfill_minutes: [String(minutes)] },
        message: "backfill_minutes is not available",
      }]
      return problem(400, "Invalid Request", "invalid-request", { errors })
    }
    if (open.size >= behaviour.maxConnections) {
      const detail = "This stream is currently at the maximum allowed connection limit."
      return problem(429, "ConnectionException", "streaming-connection", {
        detail,
        connection_issue: "TooManyConnections",
      }, { "x-rate-limit-remaining": "48", "x-rate-limit-reset": String(Math.ceil(Date.now() / 1000) + 900) })
    }
    if (isFiltered && rules.size === 0) {
      return problem(409, "ConnectionException", "streaming-connection", {
        detail: "You must define at least one rule.",
        connection_issue: "RuleConfigurationIssue",
      })
    }
    let own: ReadableStreamDefaultController<Uint8Array>
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        own = controller
        const timer = setInterval(() => enqueue(controller, encoder.encode("\r\n")), behaviour.keepAliveMs)
        open.set(controller, { isFiltered, stop: () => clearInterval(timer) })
        const since = Date.now() - minutes * 60_000
        if (minutes > 0) { for (const post of published) if (post.at >= since) deliver(controller, post) }
      },
      cancel: () => {
        open.get(own)?.stop()
        open.delete(own)
      },
    }, new ByteLengthQueuingStrategy({ highWaterMark: 0 }))
    opened++
    for (const { count, resolve } of waiting) if (opened >= count) resolve()
    return new Response(body, { headers: { "content-type": "application/json; charset=utf-8" } })
  }

  const change = (
    body: { add?: ReadonlyArray<Omit<Rule, "id">>; delete?: { ids: ReadonlyArray<string> } },
    dryRun: boolean,
  ) => {
    if (body.delete !== undefined) {
      const found = body.delete.ids.filter((id) => dryRun ? rules.has(id) : rules.delete(id))
      const summary = { deleted: found.length, not_deleted: body.delete.ids.length - found.length }
      return Response.json({ meta: { sent: new Date().toISOString(), summary } })
    }
    const add = body.add ?? []
    const types = "https://api.twitter.com/2/problems/"
    const errors = add.flatMap(({ value }): ReadonlyArray<Readonly<Record<string, unknown>>> => {
      const same = Array.from(rules.values()).find((rule) => rule.value === value)
      if (same !== undefined) return [{ value, id: same.id, title: "DuplicateRule", type: `${types}duplicate-rules` }]
      const details = ["Reference to invalid operator 'nonsense'."]
      return /nonsense:/.test(value)
        ? [{ value, details, title: "UnprocessableEntity", type: `${types}invalid-rules` }]
        : []
    })
    const valid = add.filter(({ value }) => !errors.some((error) => error["value"] === value))
    if (rules.size + valid.length > behaviour.maxRules) {
      const detail = `Your app has more than ${behaviour.maxRules} rules.`
      return Response.json({ errors: [{ title: "RulesCapExceeded", detail, type: `${types}rule-cap` }] }, {
        status: 422,
      })
    }
    const isWhole = errors.every((error) => error["title"] === "DuplicateRule")
    const data = isWhole ? valid.map((rule) => ({ id: String(nextRule++), ...rule })) : []
    if (!dryRun) { for (const rule of data) rules.set(rule.id, rule) }
    const summary = { created: data.length, not_created: add.length - data.length }
    const meta = { sent: new Date().toISOString(), summary }
    const found = { ...(data.length > 0 && { data }), meta, ...(errors.length > 0 && { errors }) }
    return Response.json(found, { status: data.length > 0 ? 201 : 200 })
  }

  const list = (query: URLSearchParams) => {
    const from = Number(query.get("pagination_token") ?? 0)
    const all = Array.from(rules.values())
    const data = all.slice(from, from + behaviour.pageSize)
    const next = from + data.length < all.length ? { next_token: String(from + data.length) } : {}
    return Response.json({
      ...(data.length > 0 && { data }),
      meta: { sent: "now", result_count: data.length, ...next },
    })
  }

  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { pathname, searchParams } = new URL(request.url)
    const isJson = request.headers.get("content-type") === "application/json"
    const body = request.method === "POST" && isJson ? await request.json() : undefined
    asked.push({
      method: request.method,
      path: pathname,
      query: Object.fromEntries(searchParams),
      headers: Object.fromEntries(request.headers),
      body,
    })
    if (request.headers.get("authorization") !== `Bearer ${behaviour.token}`) {
      // The worst that a server can do: it repeats what it was sent.
      const detail = `Unauthorized: ${request.headers.get("authorization")}`
      return problem(401, "Unauthorized", "unauthorized", { detail })
    }
    switch (`${request.method} ${pathname}`) {
      case "GET /2/tweets/search/stream/rules":
        return list(searchParams)
      case "POST /2/tweets/search/stream/rules":
        if (!isJson) return problem(415, "Unsupported Media Type", "invalid-request")
        return change(body, searchParams.get("dry_run") === "true")
      case "GET /2/tweets/search/stream":
        return stream(true, searchParams)
      case "GET /2/tweets/sample/stream":
        return stream(false, searchParams)
    }
    return problem(404, "Not Found", "resource-not-found")
  })

  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    port: server.addr.port,
    behaviour,
    rules,
    asked,
    refusals,
    streams: () => open.size,
    count: () => opened,
    opened: (count = 1) =>
      opened >= count ? Promise.resolve() : new Promise((resolve) => waiting.push({ count, resolve })),
    publish: (text, ageMs = 0) => {
      const at = Date.now() - ageMs
      const id = String((BigInt(at - EPOCH) << 22n) | (sequence++ & 0x3fffffn))
      const post = { at, data: { id, text, edit_history_tweet_ids: [id], ...behaviour.fields } }
      published.push(post)
      for (const controller of open.keys()) deliver(controller, post)
      return id
    },
    send: (...pieces) => {
      for (const piece of pieces) {
        const bytes = typeof piece === "string" ? encoder.encode(piece) : piece
        for (const controller of open.keys()) enqueue(controller, bytes)
      }
    },
    end: (line) => {
      for (const controller of Array.from(open.keys())) close(controller, line)
    },
    [Symbol.asyncDispose]: async () => {
      for (const controller of Array.from(open.keys())) close(controller)
      await server.shutdown()
    },
  }
}
