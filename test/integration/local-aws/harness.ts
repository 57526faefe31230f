import { EC2Client } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, expect } from 'vitest';

import { type LocalAws, startLocalAws } from '../../../k8s-local/aws/local-aws.ts';
import { nursery } from '../../support/prepared.ts';

/** What an SDK client needs to call the local AWS as the administrator of `account`. */
export function clientOptions(
  aws: LocalAws,
  account = '123456789012',
): { endpoint: string; region: string; credentials: ReturnType<LocalAws['credentials']> } {
  return { endpoint: aws.url, region: 'us-east-1', credentials: aws.credentials(account) };
}

let server: LocalAws | undefined;
let client: EC2Client | undefined;

function started<T>(thing: T | undefined): T {
  if (thing === undefined) throw new Error('only inside a test');
  return thing;
}

/** The server of this run; one for all parts, each of which begins by resetting it. */
export function aws(): LocalAws {
  return started(server);
}

/** An EC2 client of the home account that does not retry, so that every refusal is seen once. */
export function ec2(): EC2Client {
  return started(client);
}

beforeAll(async () => {
  server = await startLocalAws({ nursery, progress: console.log });
  client = new EC2Client({ ...clientOptions(server), maxAttempts: 1 });
});

afterAll(async () => {
  client?.destroy();
  await server?.stop();
});

/** The value, or a failed test where AWS left it out. */
export function given<T>(value: T | null | undefined): T {
  if (value === undefined || value === null) throw new Error('AWS left out what it always gives');
  return value;
}

/** Expects `call` to be refused with AWS's `code` and, where given, words matching `message`. */
export async function refused(call: Promise<unknown>, code: string, message?: RegExp): Promise<void> {
  const error = await call.then(
    (answer) => new Error(`was not refused: ${JSON.stringify(answer)}`),
    (problem: unknown) => problem as Error,
  );
  // Of some services the SDK names its classes otherwise than AWS their code.
  const { Code } = error as { readonly Code?: string };
  const name = Code === code ? Code : error.name;
  expect(`${name}: ${error.message}`).toMatch(new RegExp(`^${code.replaceAll('.', '\\.')}: `));
  if (message) expect(error.message).toMatch(message);
}

/** TagSpecifications with one tag. */
export function tagged<K extends string>(
  kind: K,
  value: string,
): { ResourceType: K; Tags: { Key: string; Value: string }[] }[] {
  return [{ ResourceType: kind, Tags: [{ Key: 'test', Value: value }] }];
}
