import {
  CreateTableCommand,
  DynamoDBClient,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { TABLE } from '../../service/microservice/table-schema.ts';
import { type LocalAws, startLocalAws } from '../aws/local-aws.ts';

const region = 'us-east-1';

/** The table of the service, in a local AWS of its own. */
export interface DynamoTable {
  readonly endpoint: string;
  readonly region: string;
  readonly table: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The same as AWS's SDKs and command line read it. */
  readonly env: Readonly<Record<string, string>>;
  /** It stands still: connections stay open, new ones are made, nothing is answered. */
  pause(): void;
  unpause(): void;
  stop(): Promise<void>;
}

/** Starts a local AWS and makes the table. AWS keeps no state over an end, so it can be paused and not killed. */
export async function startDynamoTable(table = 'microservice-sessions'): Promise<DynamoTable> {
  // Of test/support/prepare.ts, where tests run.
  const nursery = process.env['LANDFALL_TEST_NURSERY'];
  const aws = await startLocalAws({ region, nursery, detached: true, progress: console.log });
  const credentials = aws.credentials('123456789012');
  const client = new DynamoDBClient({ endpoint: aws.url, region, credentials });
  try {
    await make(table, client);
  } catch (error) {
    await aws.stop();
    throw error;
  } finally {
    client.destroy();
  }
  return {
    endpoint: aws.url,
    region,
    table,
    credentials,
    env: aws.env(),
    pause: () => signal(aws, 'SIGSTOP'),
    unpause: () => signal(aws, 'SIGCONT'),
    async stop() {
      signal(aws, 'SIGCONT');
      await aws.stop();
    },
  };
}

function signal({ pid }: LocalAws, name: NodeJS.Signals): void {
  // 0 would be this process, and all that belong to it.
  if (pid === 0) throw new Error('a local AWS in a container cannot be paused: give it Python 3.10 or newer');
  process.kill(pid, name);
}

async function make(TableName: string, client: DynamoDBClient): Promise<void> {
  const keyed = ([hash, range]: readonly [string, string?]) => [
    { AttributeName: hash, KeyType: 'HASH' as const },
    ...(range === undefined ? [] : [{ AttributeName: range, KeyType: 'RANGE' as const }]),
  ];
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: Object.entries(TABLE.types).map(([AttributeName, AttributeType]) => ({
        AttributeName,
        AttributeType,
      })),
      KeySchema: keyed(TABLE.key),
      GlobalSecondaryIndexes: [
        {
          IndexName: TABLE.index.name,
          KeySchema: keyed(TABLE.index.key),
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1 }, { TableName });
  const TimeToLiveSpecification = { AttributeName: TABLE.timeToLive, Enabled: true };
  await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
}
