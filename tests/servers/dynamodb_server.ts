/** A mock of DynamoDB for tests, which `tests/servers/dynamodb.sh` starts and removes. */
import { type AttributeValue, DynamoDBClient, PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb"
import { NodeHttpHandler } from "@smithy/node-http-handler"
import { reach } from "./kinesis_server.ts"
import { testServer } from "./launching.ts"

/** A server for the tests of one file. Its members other than `available` are for use inside tests. */
export interface DynamoServer {
  /** Whether there is a server. Without one, tests are ignored. */
  readonly available: boolean
  readonly port: () => number
  /** The items of a table, by lease key; none if there is no table. */
  readonly leases: (table: string) => Promise<ReadonlyMap<string, Readonly<Record<string, AttributeValue>>>>
  readonly put: (table: string, item: Record<string, AttributeValue>) => Promise<void>
}

/** Called in a test file before its tests. Without a server it prints why there is none. */
export const dynamoServer = (file: string): DynamoServer => {
  const { available, setting } = testServer(file, {
    name: "a mock of DynamoDB",
    script: "dynamodb.sh",
    variable: "DYNAMODB_ENDPOINT",
    advice: "Install Node and npm; the mock is then downloaded once",
  })
  const port = () => Number(new URL(setting("DYNAMODB_ENDPOINT")).port)
  const using = async <A>(use: (client: DynamoDBClient) => Promise<A>): Promise<A> => {
    const client = new DynamoDBClient({ ...reach(port()), requestHandler: new NodeHttpHandler() })
    try {
      return await use(client)
    } finally {
      client.destroy()
    }
  }
  return {
    available,
    port,
    leases: (table) =>
      using(async (client) => {
        const { Items = [] } = await client.send(new ScanCommand({ TableName: table })).catch(() => ({ Items: [] }))
        return new Map(Items.map((item) => [item["leaseKey"]?.S ?? "", item]))
      }),
    put: (table, item) =>
      using(async (client) => void await client.send(new PutItemCommand({ TableName: table, Item: item }))),
  }
}
