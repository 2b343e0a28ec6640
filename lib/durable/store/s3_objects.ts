/**
 * The requests of a store of logs on S3.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { S3Error } from "../../remote/s3/errors.ts"
import { listObjects } from "../../remote/s3/listing.ts"
import { placeOf, prefixOf } from "../../remote/s3/location.ts"
import { deleteObject, getObject, putNewObject } from "../../remote/s3/objects.ts"
import { deleteObjects } from "../../remote/s3/removing.ts"
import { readSettings, type S3Settings } from "../../remote/s3/settings.ts"
import type { StoreError, StoreOperation } from "../errors.ts"
import { s3StoreError } from "./s3_errors.ts"
import { type Contents, contentsOf } from "./s3_parts.ts"

/** The objects of a store. Keys are those behind its prefix. Errors name the file that the caller gives. */
export class StoreObjects {
  /** The URL of the store, without a slash at its end. */
  readonly location: string
  readonly #bucket: string
  readonly #prefix: string
  /** Identifies what this store has written. */
  readonly #writer: string = crypto.randomUUID()

  constructor(url: string) {
    const place = placeOf(url)
    this.location = url.replace(/\/+$/, "")
    this.#bucket = place.bucket
    this.#prefix = prefixOf(place)
  }

  /** The full name of a file, for messages. */
  pathOf(file: string): string {
    return file === "" ? this.location : `${this.location}/${file}`
  }

  /** Identifies the place of the store: the service, the bucket and the prefix. */
  get place(): Effect.Effect<string, StoreError> {
    return this.#using(
      "lock",
      "",
      ({ endpoint, region }) => Effect.succeed(`${endpoint?.href ?? region} ${this.#bucket} ${this.#prefix}`),
    )
  }

  /** The settings are read each time, so that credentials may change. */
  #using<A>(
    operation: StoreOperation,
    file: string,
    use: (s3: S3Settings) => Effect.Effect<A, S3Error>,
  ): Effect.Effect<A, StoreError> {
    return Effect.flatMap(readSettings(this.#bucket), use).pipe(
      Effect.mapError((error) => s3StoreError(operation, this.pathOf(file), error)),
    )
  }

  /** Lists what is in the store, or only one of its folders. */
  list(operation: StoreOperation, file: string, folder = ""): Effect.Effect<Contents, StoreError> {
    const prefix = this.#prefix + folder
    return this.#using(
      operation,
      file,
      (s3) => Effect.map(listObjects(s3, this.#bucket, { prefix }), (listing) => contentsOf(this.#prefix, listing)),
    )
  }

  /** Whether there is an object in the same folder whose key is behind another. */
  hasAfter(operation: StoreOperation, file: string, folder: string, key: string): Effect.Effect<boolean, StoreError> {
    const selection = { prefix: this.#prefix + folder, startAfter: this.#prefix + key, limit: 1 }
    return this.#using(
      operation,
      file,
      (s3) => Effect.map(listObjects(s3, this.#bucket, selection), ({ objects }) => objects.length > 0),
    )
  }

  /** Reads a range of an object. */
  get(file: string, key: string, from: number, to: number): Effect.Effect<Uint8Array, StoreError> {
    return this.#using("read", file, (s3) => getObject(s3, this.#bucket, this.#prefix + key, from, to))
  }

  /** Writes an object unless there is one. Gives whether it was written. `as` tells writers in one store apart. */
  putNew(
    operation: StoreOperation,
    file: string,
    key: string,
    body: Uint8Array<ArrayBuffer>,
    as = "",
  ): Effect.Effect<boolean, StoreError> {
    return this.#using(
      operation,
      file,
      (s3) => putNewObject(s3, this.#bucket, this.#prefix + key, body, this.#writer + as),
    )
  }

  /** Removes an object first, and then others. */
  delete(operation: StoreOperation, file: string, first: string | undefined, others: ReadonlyArray<string>) {
    return this.#using(operation, file, (s3) =>
      Effect.andThen(
        first === undefined ? Effect.void : deleteObject(s3, this.#bucket, this.#prefix + first),
        deleteObjects(s3, this.#bucket, others.map((key) => this.#prefix + key)),
      ))
  }
}
