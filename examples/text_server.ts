/**
 * A small text server for the examples, which sends its lines to every client, again and again, until its scope closes.
 * The arguments of the examples say whether to use it.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { checkPort, numbers, type WrongArguments } from "./arguments.ts"

/** Listens on a free port of the loopback interface. Sends the lines to each client every `pause` milliseconds. */
export const textServer = (
  lines: ReadonlyArray<string>,
  pause = 200,
): Effect.Effect<{ readonly hostname: string; readonly port: number }, Error, Scope.Scope> =>
  Effect.gen(function* () {
    const hostname = "127.0.0.1"
    // Permission for the whole host covers listening and connecting, so Deno asks only once.
    const permission = yield* Effect.promise(() => Deno.permissions.request({ name: "net", host: hostname }))
    if (permission.state !== "granted") return yield* Effect.fail(new Error(`Run again with --allow-net=${hostname}`))
    const listener = yield* Effect.acquireRelease(
      Effect.sync(() => Deno.listen({ hostname, port: 0 })),
      (listener) => Effect.sync(() => listener.close()),
    )
    const bytes = new TextEncoder().encode(lines.map((line) => `${line}\n`).join(""))
    const serve = (connection: Deno.TcpConn) =>
      Effect.forever(Effect.andThen(Effect.tryPromise(() => connection.write(bytes)), Effect.sleep(pause))).pipe(
        Effect.ignore,
        Effect.ensuring(Effect.sync(() => connection.close())),
        Effect.forkScoped,
      )
    yield* Effect.tryPromise(() => listener.accept()).pipe(
      Effect.flatMap(serve),
      Effect.forever,
      Effect.ignore,
      Effect.forkScoped,
    )
    return { hostname, port: listener.addr.port }
  })

/** What the examples on text sockets are asked for: a server to read from, or for how many seconds to run. */
export interface TextArguments {
  readonly server: { readonly hostname: string; readonly port: number } | undefined
  readonly seconds: number | undefined
}

/** Reads `host port`, `seconds`, or nothing from the arguments. */
export const serverOrSeconds = (args: ReadonlyArray<string>): Effect.Effect<TextArguments, WrongArguments> =>
  Effect.gen(function* () {
    const [hostname, ...ports] = args
    if (hostname === undefined) return { server: undefined, seconds: undefined }
    if (ports.length === 0) return { server: undefined, seconds: (yield* numbers(args, { seconds: 1 })).seconds }
    const { port } = yield* numbers(ports, { port: 1 })
    yield* checkPort(port)
    return { server: { hostname, port }, seconds: undefined }
  })
