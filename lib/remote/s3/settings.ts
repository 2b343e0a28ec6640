/**
 * How S3 is reached: the settings that other tools for AWS read from the environment.
 *
 * @module
 */
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import { readConfig } from "../../core/config.ts"
import { S3Error } from "./errors.ts"

/** How S3 is reached. */
export interface S3Settings {
  readonly accessKeyId: string
  readonly secretAccessKey: Redacted.Redacted<string>
  readonly sessionToken: Redacted.Redacted<string> | undefined
  readonly region: string
  /** The URL of a compatible store. The bucket is then part of the path, not of the host. */
  readonly endpoint: URL | undefined
}

const optional = (name: string) => Config.option(Config.String(name))

const config = Config.all({
  accessKeyId: optional("AWS_ACCESS_KEY_ID"),
  secretAccessKey: Config.option(Config.Redacted("AWS_SECRET_ACCESS_KEY")),
  sessionToken: Config.option(Config.Redacted("AWS_SESSION_TOKEN")),
  region: optional("AWS_REGION"),
  endpoint: optional("AWS_ENDPOINT_URL_S3"),
  endpointOfAll: optional("AWS_ENDPOINT_URL"),
})

const failure = (bucket: string, code: string, detail: string) =>
  new S3Error({ method: "GET", bucket, key: "", status: undefined, code, detail })

const NO_CREDENTIALS =
  "there are no credentials for S3. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, " +
  "or provide a ConfigProvider that has them"

const endpointOf = (bucket: string, text: string): Effect.Effect<URL, S3Error> => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url !== undefined && /^https?:$/.test(url.protocol) ? Effect.succeed(url) : Effect.fail(
    failure(
      bucket,
      "InvalidSettings",
      `AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL is ${JSON.stringify(text)}; use a URL such as https://host:9000`,
    ),
  )
}

/**
 * Reads the settings from the program's `ConfigProvider`, or else from the environment: AWS_ACCESS_KEY_ID,
 * AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION (us-east-1 without it), AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL.
 * Fails with `NoCredentials` without the first two. `bucket` is for the error.
 */
export const readSettings: (bucket: string) => Effect.Effect<S3Settings, S3Error> = Effect.fnUntraced(
  function* (bucket: string) {
    const found = yield* Effect.mapError(
      readConfig(config),
      (problem) => failure(bucket, "InvalidSettings", `the settings of S3 cannot be read: ${problem}`),
    )
    const { accessKeyId, secretAccessKey, sessionToken } = found
    if (Option.isNone(accessKeyId) || Option.isNone(secretAccessKey)) {
      return yield* failure(bucket, "NoCredentials", NO_CREDENTIALS)
    }
    const endpoint = Option.getOrUndefined(Option.orElse(found.endpoint, () => found.endpointOfAll))
    return {
      accessKeyId: accessKeyId.value,
      secretAccessKey: secretAccessKey.value,
      sessionToken: Option.getOrUndefined(sessionToken),
      region: Option.getOrElse(found.region, () => "us-east-1"),
      endpoint: endpoint === undefined ? undefined : yield* endpointOf(bucket, endpoint),
    }
  },
)
