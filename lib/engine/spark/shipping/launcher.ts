/**
 * The script that executors start in place of Python. It starts Deno with the worker program.
 *
 * @module
 */
import type { WorkerSettings } from "../worker/settings.ts"

/** Where executors find Deno. */
export type DenoPlace =
  /** At this path on every executor. */
  | { readonly kind: "path"; readonly path: string }
  /** At this path, or else on the `PATH`. */
  | { readonly kind: "guess"; readonly path: string }
  /** In the archive, beside the script. */
  | { readonly kind: "archive" }

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

const findDeno = (place: DenoPlace): string =>
  place.kind === "archive"
    ? `deno=$here/deno`
    : `deno=${quoted(place.path)}${place.kind === "path" ? "" : `\n[ -x "$deno" ] || deno=$(command -v deno)`}`

/**
 * Writes the script. The program that it starts runs no code of users. It may use the loopback address, read the environment
 * and start Deno. For Unix sockets Deno asks for all of the network permission. `DENO_DIR` is in the session's directory,
 * which Spark removes.
 */
export const launcher = (place: DenoPlace, settings: WorkerSettings): string =>
  `#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd)
${findDeno(place)}
if [ ! -x "$deno" ]; then
  echo "dstream: no Deno on this executor (\${deno:-deno} is not executable). Install it there, set the option deno, or set shipDeno" >&2
  exit 127
fi
export DENO_DIR="$PWD/.deno" DENO_NO_UPDATE_CHECK=1 NO_COLOR=1
sockets=\${PYTHON_WORKER_FACTORY_SOCK_DIR:-$PYTHON_WORKER_FACTORY_SOCK_PATH}
net='--allow-net=127.0.0.1,[::1]'
if [ -n "$sockets" ]; then net=--allow-net; fi
exec "$deno" run --quiet --no-prompt --no-config --no-lock --no-npm --no-remote --allow-env \\
  "--allow-run=$deno" "$net" \\
  \${sockets:+"--allow-read=$sockets"} \${sockets:+"--allow-write=$sockets"} \\
  "$here/worker.js" ${quoted(JSON.stringify(settings))} "$@"
`
