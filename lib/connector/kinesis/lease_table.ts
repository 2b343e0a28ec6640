/**
 * A table of DynamoDB with a lease for each shard of a stream. Its attributes are those of the Kinesis Client Library, which Spark
 * uses, and two more.
 *
 * @module
 */
import {
  type AttributeValue,
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  ScanCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { inRealTime } from "../../core/steady_clock.ts"
import { openClient } from "./calling.ts"
import { hasName, type KinesisError, thrown } from "./errors.ts"
import type { ClientSettings } from "./options.ts"
import { type Cursor, END, TRIM_HORIZON } from "./shard.ts"

/** The lease of a shard. */
export interface Lease {
  readonly shardId: string
  /** The program that reads the shard; undefined if none does. */
  readonly owner: string | undefined
  /** Grows with each renewal. A lease whose counter stays has expired. */
  readonly counter: number
  /** How far batches that have succeeded have read. Undefined for a position of another library, which depends on its settings. */
  readonly cursor: Cursor | undefined
  /** The program that has asked for the shard. */
  readonly nextOwner: string | undefined
}

/** Values of attributes that an update sets, or expects. Undefined stands for an attribute that is missing. */
export interface Attributes {
  readonly leaseOwner?: string | undefined
  readonly leaseCounter?: number | undefined
  readonly checkpoint?: string | undefined
  /** Milliseconds since the epoch, for the checkpoint `AT_TIMESTAMP`. */
  readonly timestamp?: number | undefined
  readonly nextOwner?: string | undefined
}

/** A position as attributes. */
export const attributesOf = (
  cursor: Cursor,
): { readonly checkpoint: string; readonly timestamp: number | undefined } => {
  switch (cursor.kind) {
    case "trimHorizon":
      return { checkpoint: "TRIM_HORIZON", timestamp: undefined }
    case "time":
      return { checkpoint: "AT_TIMESTAMP", timestamp: cursor.time }
    case "after":
      return { checkpoint: cursor.sequenceNumber, timestamp: undefined }
    case "end":
      return { checkpoint: "SHARD_END", timestamp: undefined }
  }
}

const cursorOf = (checkpoint: string | undefined, timestamp: string | undefined): Cursor | undefined => {
  if (checkpoint === "TRIM_HORIZON") return TRIM_HORIZON
  if (checkpoint === "SHARD_END") return END
  if (checkpoint === "AT_TIMESTAMP" && timestamp !== undefined) return { kind: "time", time: Number(timestamp) }
  return checkpoint !== undefined && /^\d+$/.test(checkpoint)
    ? { kind: "after", sequenceNumber: checkpoint }
    : undefined
}

const leaseOf = (item: Readonly<Record<string, AttributeValue>>): Lease => ({
  shardId: item["leaseKey"]?.S ?? "",
  owner: item["leaseOwner"]?.S,
  counter: Number(item["leaseCounter"]?.N ?? 0),
  cursor: cursorOf(item["checkpoint"]?.S, item["timestamp"]?.N),
  nextOwner: item["nextOwner"]?.S,
})

const valueOf = (value: string | number): AttributeValue =>
  typeof value === "number" ? { N: String(value) } : { S: value }

const MAKING_WAIT = "100 millis"

/** Reads and writes the leases of a stream. Each call makes one attempt. */
export class LeaseTable {
  readonly name: string
  readonly #client: DynamoDBClient

  constructor(name: string, client: DynamoDBClient) {
    this.name = name
    this.#client = client
  }

  #call<A>(operation: string, send: (client: DynamoDBClient, signal: AbortSignal) => Promise<A>) {
    return Effect.tryPromise({
      try: (signal) => send(this.#client, signal),
      catch: thrown("DynamoDB", `${operation} in the table ${this.name}`),
    })
  }

  /** Writes under a condition. Returns whether the condition was met. */
  #write(
    operation: string,
    send: (client: DynamoDBClient, signal: AbortSignal) => Promise<unknown>,
  ): Effect.Effect<boolean, KinesisError> {
    return this.#call(operation, send).pipe(
      Effect.as(true),
      Effect.catchIf((error) => hasName(error, "ConditionalCheckFailedException"), () => Effect.succeed(false)),
    )
  }

  /** Reads all leases. If the table does not exist, creates it and waits until DynamoDB can read it. */
  get leases(): Effect.Effect<ReadonlyArray<Lease>, KinesisError> {
    return Effect.gen({ self: this }, function* () {
      const leases: Array<Lease> = []
      let from: Record<string, AttributeValue> | undefined
      do {
        const input = { TableName: this.name, ConsistentRead: true, ExclusiveStartKey: from }
        const page = yield* this.#call(
          "read the leases",
          (client, abortSignal) => client.send(new ScanCommand(input), { abortSignal }),
        )
        leases.push(...(page.Items ?? []).map(leaseOf))
        from = page.LastEvaluatedKey
      } while (from !== undefined)
      return leases
    }).pipe(
      Effect.catchIf(
        (error) => hasName(error, "ResourceNotFoundException"),
        () => Effect.andThen(this.#make, this.leases),
      ),
    )
  }

  /** Creates the table, and waits a moment before it is read again: it can be read after some seconds. */
  get #make(): Effect.Effect<void, KinesisError> {
    const command = new CreateTableCommand({
      TableName: this.name,
      AttributeDefinitions: [{ AttributeName: "leaseKey", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "leaseKey", KeyType: "HASH" }],
      BillingMode: "PAY_PER_REQUEST",
    })
    return this.#call("make leases", (client, abortSignal) => client.send(command, { abortSignal })).pipe(
      Effect.andThen(Effect.logInfo(`Makes the table ${this.name} of DynamoDB, which takes some seconds`)),
      Effect.catchIf((error) => hasName(error, "ResourceInUseException"), () => Effect.void),
      Effect.andThen(inRealTime(Effect.sleep(MAKING_WAIT))),
    )
  }

  /** Makes a lease without an owner. Returns false, and changes nothing, if the shard has a lease. */
  readonly create = (
    shardId: string,
    cursor: Cursor,
    parents: ReadonlyArray<string>,
  ): Effect.Effect<boolean, KinesisError> => {
    const { checkpoint, timestamp } = attributesOf(cursor)
    const command = new PutItemCommand({
      TableName: this.name,
      Item: {
        leaseKey: { S: shardId },
        leaseCounter: { N: "0" },
        checkpoint: { S: checkpoint },
        checkpointSubSequenceNumber: { N: "0" },
        ownerSwitchesSinceCheckpoint: { N: "0" },
        ...(timestamp === undefined ? {} : { timestamp: valueOf(timestamp) }),
        ...(parents.length === 0 ? {} : { parentShardId: { SS: [...parents] } }),
      },
      ConditionExpression: "attribute_not_exists(leaseKey)",
    })
    return this.#write(
      `make the lease of ${shardId}`,
      (client, abortSignal) => client.send(command, { abortSignal }),
    )
  }

  /** Deletes a lease. */
  readonly remove = (shardId: string): Effect.Effect<void, KinesisError> =>
    Effect.asVoid(this.#call(
      `delete the lease of ${shardId}`,
      (client, abortSignal) =>
        client.send(new DeleteItemCommand({ TableName: this.name, Key: { leaseKey: { S: shardId } } }), {
          abortSignal,
        }),
    ))

  /** Changes a lease if its attributes are as expected, and returns whether they were. */
  readonly change = (
    shardId: string,
    expected: Attributes,
    changed: Attributes,
  ): Effect.Effect<boolean, KinesisError> => {
    const names: Record<string, string> = {}
    const values: Record<string, AttributeValue> = {}
    const terms = (given: Attributes, prefix: string) =>
      Object.entries(given).map(([name, value]: [string, string | number | undefined]) => {
        names[`#${name}`] = name
        if (value !== undefined) values[`:${prefix}${name}`] = valueOf(value)
        return { name: `#${name}`, value: value === undefined ? undefined : `:${prefix}${name}` }
      })
    const conditions = terms(expected, "old").map(({ name, value }) =>
      value === undefined ? `attribute_not_exists(${name})` : `${name} = ${value}`
    )
    const changes = terms(changed, "new")
    const sets = changes.filter(({ value }) => value !== undefined).map(({ name, value }) => `${name} = ${value}`)
    const removes = changes.filter(({ value }) => value === undefined).map(({ name }) => name)
    const command = new UpdateItemCommand({
      TableName: this.name,
      Key: { leaseKey: { S: shardId } },
      ConditionExpression: conditions.join(" AND "),
      UpdateExpression: [
        ...(sets.length === 0 ? [] : [`SET ${sets.join(", ")}`]),
        ...(removes.length === 0 ? [] : [`REMOVE ${removes.join(", ")}`]),
      ].join(" "),
      ExpressionAttributeNames: names,
      ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: values }),
    })
    return this.#write(
      `change the lease of ${shardId}`,
      (client, abortSignal) => client.send(command, { abortSignal }),
    )
  }
}

/** Makes a client of a table. The end of the scope closes its connections. Nothing is sent yet. */
export const openTable = (
  name: string,
  settings: ClientSettings,
): Effect.Effect<LeaseTable, KinesisError, Scope.Scope> =>
  Effect.map(
    openClient("DynamoDB", `open the table ${name}`, (calling) => new DynamoDBClient({ ...settings, ...calling })),
    (client) => new LeaseTable(name, client),
  )
