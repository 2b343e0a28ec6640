/**
 * Settings of connectors: plain values, secrets, or configuration that is read when it is needed.
 *
 * @module
 */
import type * as Config from "effect/Config"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"

/**
 * A setting: its value, or Effect's `Config` of it.
 *
 * Sinks read a `Config` for each batch, so that a changed value counts from the next batch on. Sources read it when they start
 * or connect. Without a `ConfigProvider` it reads the environment variable of its name, and needs the permission for that one
 * only.
 */
export type Setting<A> = A | Config.Config<A>

/** A setting that messages and events must not show, such as a password. */
export type SecretSetting = Setting<string | Redacted.Redacted<string>>

/** A setting could not be read. The message says where it was looked for, and never has its value. */
export class SettingError extends Data.Error<{
  /** The setting, such as `password`. */
  readonly setting: string
  /** Why it could not be read. */
  readonly problem: string
}> {
  readonly _tag = "SettingError" as const
  override get message(): string {
    return `Cannot read the setting ${this.setting}: ${this.problem}`
  }
}

/** A `Config` is an Effect, and no plain setting is. */
const isConfig = <A>(value: Setting<A>): value is Config.Config<A> => Effect.isEffect(value)

/**
 * The problems of a setting that can be found before it is read: those of a value. A `Config` is checked when it is read.
 * `problemOf` must not put the value into its text, because it may be a secret.
 */
export const settingProblems = (
  where: string,
  setting: string,
  value: SecretSetting,
  problemOf: (value: unknown) => string | undefined,
): ReadonlyArray<string> => {
  if (isConfig(value)) return []
  const problem = problemOf(Redacted.isRedacted(value) ? Redacted.value(value) : value)
  return problem === undefined ? [] : [`${where}: ${setting} ${problem}`]
}

/** Reads a setting. */
export const readSetting = <A>(setting: string, value: Setting<A>): Effect.Effect<A, SettingError> =>
  isConfig(value)
    ? Effect.promise(() => import("../core/config.ts")).pipe(
      Effect.flatMap(({ readConfig }) => readConfig(value)),
      Effect.mapError((problem) => new SettingError({ setting, problem })),
    )
    : Effect.succeed(value)

/** Reads a secret. The result is plain text and must not get into messages and events. */
export const readSecret = (setting: string, value: SecretSetting): Effect.Effect<string, SettingError> =>
  Effect.map(readSetting(setting, value), (found) => Redacted.isRedacted(found) ? Redacted.value(found) : found)
