/**
 * Options that say which stream to use, and how to reach it.
 *
 * @module
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { invalidOptions, type OptionCheck } from "../../core/option_checks.ts"
import { durationCheck } from "../durations.ts"
import { readSecret, readSetting, type SecretSetting, type Setting, SettingError } from "../settings.ts"

/** Credentials of AWS. They are never shown in errors and events. */
export interface AwsKeys {
  /** The id of the access key. */
  readonly accessKeyId: Setting<string>
  /** The secret of the access key. */
  readonly secretAccessKey: SecretSetting
  /** For temporary credentials. */
  readonly sessionToken?: SecretSetting | undefined
}

/** Temporary or permanent credentials of AWS, as a provider gives them. */
export interface ProvidedKeys {
  /** The id of the access key. */
  readonly accessKeyId: string
  /** The secret of the access key. */
  readonly secretAccessKey: string
  /** For temporary credentials. */
  readonly sessionToken?: string
  /** When they have to be fetched again. */
  readonly expiration?: Date
}

/**
 * Keys, or a provider that fetches them, such as those of npm's `@aws-sdk/credential-providers`, which can assume a role. Spark:
 * `SparkAWSCredentials`.
 */
export type AwsCredentials = AwsKeys | (() => Promise<ProvidedKeys>)

/** Where a service of AWS is, and who the program is. Settings are read when the stream starts. */
export interface AwsService {
  /** The address of the service, for a private endpoint or a mock. Default: that of AWS in the region. */
  readonly endpoint?: Setting<string> | undefined
  /** Default: those that AWS's SDK finds in the environment, in its files, or for the machine. */
  readonly credentials?: AwsCredentials | undefined
}

/** Which stream to use, and how to reach it. */
export interface KinesisConnection extends AwsService {
  /** The name of the stream. */
  readonly streamName: string
  /** The region of AWS, such as `eu-central-1`. Default: the one that AWS's SDK finds. */
  readonly region?: Setting<string> | undefined
  /**
   * How long what a job needs is asked for again while the service does not answer, before the job fails. Default: 2 minutes.
   * Errors that do not pass, such as wrong credentials, fail at once.
   */
  readonly retryFor?: Duration.Input | undefined
}

/** Settings of a client, as AWS's SDK takes them. */
export interface ClientSettings {
  readonly region?: string
  readonly endpoint?: string
  readonly credentials?: ProvidedKeys | (() => Promise<ProvidedKeys>)
}

/** The default of `retryFor`. */
export const DEFAULT_RETRY: Duration.Input = "2 minutes"

const isUrl = (u: unknown): boolean => typeof u === "string" && URL.canParse(u) && /^https?:/.test(u)
const URL_EXPECTED = "a URL, such as https://host:port"
const isName = (u: unknown): boolean => typeof u === "string" && u !== ""

/** The check of the endpoint of a service, as far as it can be checked before configuration is read. */
export const endpointCheck = (option: string, { endpoint }: AwsService): OptionCheck => [
  endpoint === undefined || Effect.isEffect(endpoint) || isUrl(endpoint),
  option,
  endpoint,
  URL_EXPECTED,
]

/** What is wrong with the options, as far as they can be checked before configuration is read. */
export const connectionProblems = (
  where: string,
  { region, retryFor = DEFAULT_RETRY, streamName, ...service }: KinesisConnection,
): ReadonlyArray<string> =>
  invalidOptions(where, [
    endpointCheck("endpoint", service),
    [isName(streamName), "streamName", streamName, "the name of a stream"],
    [region === undefined || Effect.isEffect(region) || isName(region), "region", region, "a region of AWS"],
    durationCheck("retryFor", retryFor),
  ])

const readKeys = (credentials: AwsKeys): Effect.Effect<ProvidedKeys, SettingError> =>
  Effect.gen(function* () {
    const accessKeyId = yield* readSetting("credentials.accessKeyId", credentials.accessKeyId)
    const secretAccessKey = yield* readSecret("credentials.secretAccessKey", credentials.secretAccessKey)
    if (credentials.sessionToken === undefined) return { accessKeyId, secretAccessKey }
    const sessionToken = yield* readSecret("credentials.sessionToken", credentials.sessionToken)
    return { accessKeyId, secretAccessKey, sessionToken }
  })

/** Reads the settings of a client. */
export const readService = (
  { credentials, endpoint }: AwsService,
  region: Setting<string> | undefined,
): Effect.Effect<ClientSettings, SettingError> =>
  Effect.gen(function* () {
    const url = endpoint === undefined ? undefined : yield* readSetting("endpoint", endpoint)
    if (url !== undefined && !isUrl(url)) {
      return yield* Effect.fail(new SettingError({ setting: "endpoint", problem: `it must be ${URL_EXPECTED}` }))
    }
    return {
      ...(region === undefined ? {} : { region: yield* readSetting("region", region) }),
      ...(url === undefined ? {} : { endpoint: url }),
      ...(credentials === undefined
        ? {}
        : { credentials: typeof credentials === "function" ? credentials : yield* readKeys(credentials) }),
    }
  })
