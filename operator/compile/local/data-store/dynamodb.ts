import type { DynamoDb } from '../../../api/data-store/dynamodb.ts';
import { tableSettings } from '../../data-store/dynamodb.ts';
import { localImage } from '../images.ts';
import { TABLE_PORT } from '../store-connection.ts';
import { DATA, type EngineInput, fromSecret, type LocalEngine, secretOf } from './engine.ts';
import { resourcesFor } from './size.ts';
import { KEEPER, tableWanted } from './table-keeper.ts';

/** `dynamodblocal` in the image of AWS. */
const USER = 1000;
const VERSION = '2.5.2';
/** What has Node, and nothing else that is needed. */
const KEEPER_IMAGE = 'node:24-bookworm-slim';
const LEAST_MIB = 256;
/** Where it says whether the table is as wanted. */
const KEEPER_PORT = 8001;
const KEEPER_MIB = 64;
const STORAGE_GIB = 10;
const SERVER = { vcpus: 1, memoryGiB: 1 };
const SMALL = { vcpus: 0.5, memoryGiB: 0.125 };

/** A table as DynamoDB's stand-in of its own, beside what makes the table there and keeps it as the spec has it. */
export function dynamodb(input: EngineInput<DynamoDb>): LocalEngine {
  const { object, account, spec } = input;
  const secret = secretOf(input);
  return {
    name: 'dynamodb',
    version: VERSION,
    user: USER,
    storageGiB: STORAGE_GIB,
    scratch: {},
    containers: [
      {
        name: 'dynamodb',
        image: localImage(account, `amazon/dynamodb-local:${VERSION}`),
        // The image starts Java. Whatever key and region a client has, it finds the one table.
        args: ['-Djava.library.path=./DynamoDBLocal_lib', '-jar', 'DynamoDBLocal.jar'].concat([
          '-sharedDb',
          '-disableTelemetry',
          '-dbPath',
          DATA,
          '-port',
          String(TABLE_PORT),
        ]),
        env: [],
        port: { name: 'dynamodb', containerPort: TABLE_PORT },
        ready: { tcpSocket: { port: 'dynamodb' } },
        resources: resourcesFor(SERVER, account, LEAST_MIB),
      },
      {
        name: 'table',
        image: localImage(account, KEEPER_IMAGE),
        command: ['node', '--input-type=module', '--eval', KEEPER],
        env: [
          { name: 'ENDPOINT', value: `http://127.0.0.1:${TABLE_PORT}` },
          { name: 'PORT', value: String(KEEPER_PORT) },
          { name: 'REGION', value: object.spec.region },
          { name: 'TABLE', value: JSON.stringify(tableWanted(tableSettings(object, spec), object, spec)) },
          { name: 'TIME_TO_LIVE', value: spec.timeToLive?.attribute ?? '' },
          fromSecret('AWS_ACCESS_KEY_ID', secret, 'AWS_ACCESS_KEY_ID'),
        ],
        port: { name: 'table', containerPort: KEEPER_PORT },
        ready: { httpGet: { path: '/', port: 'table' } },
        // To wait for the engine is to be alive.
        alive: { tcpSocket: { port: 'table' } },
        resources: resourcesFor(SMALL, account, KEEPER_MIB),
      },
    ],
  };
}
