/**
 * A small text server for the examples. It sends its lines to every client, again and again, until its scope closes.
 *
 * @module
 */
import { Effect, type Scope } from "effect"

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
