/** Servers that speak S3, and buckets on them for tests. */
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import { callS3 } from "../../lib/remote/s3/calls.ts"
import { readSettings } from "../../lib/remote/s3/settings.ts"
import { testServer } from "./launching.ts"

/** The servers. Only `moto` follows conditional puts; only `s3proxy` checks signatures. */
export type S3Kind = "moto" | "s3proxy"

/** A server for the tests of one file. */
export interface S3Server {
  readonly kind: S3Kind
  /** Whether there is a server. Without one, tests are ignored. */
  readonly available: boolean
  /** The environment variables by which the library finds the server. */
  readonly env: () => Readonly<Record<string, string>>
  /** Provides these variables as the ConfigProvider. */
  readonly provide: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Makes a bucket of a new name, and gives the name. */
  readonly bucket: Effect.Effect<string, unknown>
}

/** Provides environment variables as the ConfigProvider. */
export const withEnv = (env: Readonly<Record<string, string>>): S3Server["provide"] => (effect) =>
  Effect.provideService(effect, ConfigProvider.ConfigProvider, ConfigProvider.fromEnvRecord(env)) as typeof effect

/** Called in a test file before its tests. Without a server it prints why there is none. */
export const s3Server = (file: string, kind: S3Kind): S3Server => {
  const variable = `S3_${kind.toUpperCase()}`
  const { available, setting } = testServer(file, {
    name: `a server of kind ${kind}`,
    script: "s3.sh",
    kinds: [kind],
    variable,
  })
  const env = () => ({
    AWS_ENDPOINT_URL_S3: setting(variable),
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test-secret",
    AWS_REGION: "us-east-1",
  })
  const provide: S3Server["provide"] = (effect) => Effect.suspend(() => withEnv(env())(effect))
  const bucket = Effect.suspend(() => {
    const name = `test-${crypto.randomUUID()}`
    return Effect.as(
      Effect.flatMap(readSettings(name), (s3) => callS3(s3, { method: "PUT", bucket: name })),
      name,
    )
  })
  return { kind, available, env, provide, bucket: provide(bucket) }
}
