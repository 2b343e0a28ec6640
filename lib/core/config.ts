/**
 * Reading Effect's `Config`. Loaded when a setting is one: `Config` brings `Schema` along, most of Effect's start-up time.
 *
 * @module
 */
import type * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

/** The `ConfigProvider` that the program provides, if it does. The reference itself would make the default one. */
const Provided: Context.Service<ConfigProvider.ConfigProvider, ConfigProvider.ConfigProvider> = Context.Service(
  ConfigProvider.ConfigProvider.key,
)

/** What this module uses of the process. Browsers have none, and then no variables. */
const { process } = globalThis as {
  readonly process?: { readonly env: Readonly<Record<string, string | undefined>> }
}

/**
 * Environment variables, looked up one by one. Effect's default provider copies the whole environment, which Deno refuses
 * unless `--allow-env` is given without names.
 */
const environment: ConfigProvider.ConfigProvider = ConfigProvider.make((path) => {
  const name = path.join("_")
  return Effect.try({
    try: () => {
      const value = process?.env[name]
      return value === undefined || value === "" ? undefined : ConfigProvider.makeValue(value)
    },
    catch: (cause) => new ConfigProvider.SourceError({ message: String(cause), cause }),
  })
})

/** Reads a `Config` from the program's `ConfigProvider`, or else from the environment. Fails with the reason as text. */
export const readConfig = <A>(config: Config.Config<A>): Effect.Effect<A, string> =>
  Effect.serviceOption(Provided).pipe(
    Effect.flatMap((provided) => config.parse(Option.getOrElse(provided, () => environment))),
    Effect.mapError(({ cause }) => cause.message.replaceAll(/\s+/g, " ")),
  )
