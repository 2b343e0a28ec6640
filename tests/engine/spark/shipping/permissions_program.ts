/** Prints the flags that tasks would get from a driver with the permissions of this program. */
import * as Effect from "effect/Effect"
import { taskPermissions } from "../../../../lib/engine/spark/shipping/permissions.ts"
import type { Permission } from "../../../../lib/engine/spark/options.ts"

const parts: ReadonlyArray<Permission> = JSON.parse(Deno.args[0] ?? "[]")
console.log(Effect.runSync(Effect.match(taskPermissions(parts), {
  onFailure: ({ message }) => message,
  onSuccess: (flags) => flags.join(" "),
})))
