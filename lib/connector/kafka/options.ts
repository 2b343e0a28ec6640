/**
 * Options that say which cluster to use, and how to reach it.
 *
 * @module
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { invalidOptions } from "../../core/option_checks.ts"
import { durationCheck, millisOf } from "../durations.ts"
import { readSecret, readSetting, type SecretSetting, type Setting, SettingError } from "../settings.ts"

/** How to prove to the brokers who the program is. */
export interface KafkaSasl {
  /** PLAIN sends the password as it is: use it with TLS only. */
  readonly mechanism: "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512"
  /** The name of the user. */
  readonly username: Setting<string>
  /** The password. It is never shown in errors and events. */
  readonly password: SecretSetting
}

/** How to encrypt connections to the brokers. */
export interface KafkaTls {
  /** Certificates in PEM format that are trusted. Default: those that the runtime trusts. */
  readonly ca?: string | undefined
  /** The certificate of this program in PEM format, if the brokers ask for one. */
  readonly cert?: string | undefined
  /** The key of the certificate in PEM format. */
  readonly key?: SecretSetting | undefined
}

/** Which cluster to use. Settings are read when the stream, or the batch of a sink, begins. */
export interface KafkaConnection {
  /** Some of the brokers, as `host:port`. One that answers is enough to find the others. Kafka 3.5 or newer. */
  readonly brokers: Setting<string | ReadonlyArray<string>>
  /** The name that brokers show in their logs and quotas. Default: `dstream`. */
  readonly clientId?: string | undefined
  /** How to log in. Default: without a user. */
  readonly sasl?: KafkaSasl | undefined
  /** Encrypts connections; `true` trusts what the runtime trusts. Default: false. */
  readonly tls?: boolean | KafkaTls | undefined
  /**
   * How long what a job needs is asked for again while brokers do not answer, before the job fails. Default: 2 minutes. Errors
   * that do not pass, such as a wrong password, fail at once.
   */
  readonly retryFor?: Duration.Input | undefined
}

/** A broker that can be connected to. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** A connection as the options say, with all settings read. */
export interface ReadConnection {
  readonly brokers: ReadonlyArray<Address>
  readonly clientId: string
  readonly sasl:
    | { readonly mechanism: KafkaSasl["mechanism"]; readonly username: string; readonly password: string }
    | undefined
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string } | undefined
  readonly retryMs: number
}

const listOf = (brokers: string | ReadonlyArray<string>): ReadonlyArray<string> =>
  typeof brokers === "string" ? brokers.split(",").map((each) => each.trim()) : brokers

const addressOf = (broker: string): Address | undefined => {
  const [, host, port] = /^\[?([^\s/[\]]+?)\]?:(\d{1,5})$/.exec(broker) ?? []
  return host === undefined || port === undefined ? undefined : { host, port: Number(port) }
}

const EXPECTED = "one or more brokers, such as localhost:9092"

/** Whether brokers are a list of addresses. */
const areBrokers = (brokers: unknown): boolean => {
  const list = typeof brokers === "string" || Array.isArray(brokers) ? listOf(brokers) : []
  return list.length > 0 && list.every((each) => typeof each === "string" && addressOf(each) !== undefined)
}

const DEFAULT_RETRY = "2 minutes"

/** What is wrong with the options, as far as they can be checked before configuration is read. */
export const connectionProblems = (
  where: string,
  { brokers, retryFor = DEFAULT_RETRY }: KafkaConnection,
): ReadonlyArray<string> =>
  invalidOptions(where, [
    [Effect.isEffect(brokers) || areBrokers(brokers), "brokers", brokers, EXPECTED],
    durationCheck("retryFor", retryFor),
  ])

/** Reads the settings of a connection. */
export const readConnection = (options: KafkaConnection): Effect.Effect<ReadConnection, SettingError> =>
  Effect.gen(function* () {
    const given = yield* readSetting("brokers", options.brokers)
    if (!areBrokers(given)) {
      return yield* Effect.fail(new SettingError({ setting: "brokers", problem: `it must name ${EXPECTED}` }))
    }
    const { sasl, tls } = options
    const { ca, cert, key: secret } = typeof tls === "object" ? tls : {}
    const key = secret === undefined ? undefined : yield* readSecret("tls.key", secret)
    return {
      brokers: listOf(given).map(addressOf).filter((each) => each !== undefined),
      clientId: options.clientId ?? "dstream",
      sasl: sasl === undefined ? undefined : {
        mechanism: sasl.mechanism,
        username: yield* readSetting("sasl.username", sasl.username),
        password: yield* readSecret("sasl.password", sasl.password),
      },
      tls: tls === undefined || tls === false ? undefined : {
        ...(ca === undefined ? {} : { ca }),
        ...(cert === undefined ? {} : { cert }),
        ...(key === undefined ? {} : { key }),
      },
      retryMs: millisOf(options.retryFor ?? DEFAULT_RETRY),
    }
  })
