import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { PolicyDocument } from '../../../operator/aws/least-privilege.ts';
import { policyCommand, type PolicyOptions } from '../../../operator/cli/policy-command.ts';
import { PLAIN } from '../../../operator/cli/terminal.ts';
import { account, smallNetwork } from '../../support/manifests.ts';
import { root } from './portal.ts';

const PORTAL = join(root, 'manifests/examples/portal');
const ACCOUNTS = join(root, 'manifests/examples/accounts');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-policy-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What the command prints, and the notes beside it. */
async function policy(options: PolicyOptions): Promise<{ out: string; notes: string[] }> {
  const out: string[] = [];
  const notes: string[] = [];
  const terminal = {
    out: (text: string) => out.push(text),
    note: (text: string) => notes.push(text),
    paint: PLAIN,
  };
  expect(await policyCommand(options, terminal)).toBe(0);
  return { out: out.join('\n'), notes };
}

/** The documents that were printed as one: a long policy is cut. */
function together(out: string): PolicyDocument {
  const documents = out.split(/^(?=\{$)/m).map((text) => JSON.parse(text) as PolicyDocument);
  return { Version: '2012-10-17', Statement: documents.flatMap(({ Statement }) => Statement) };
}

const actionsOf = ({ Statement }: PolicyDocument) => new Set(Statement.flatMap(({ Action }) => Action));
const writesOf = (document: PolicyDocument) =>
  [...actionsOf(document)].filter((action) => !/:(Describe|Get|List)/.test(action)).sort();

it('prints one document that IAM takes, bounded to account, regions and installation', async () => {
  const { out, notes } = await policy({ filename: [PORTAL], installation: 'platform' });
  const document = together(out);
  expect(out).toMatch(/^\{\n {2}"Version": "2012-10-17",/);
  expect(document.Statement.find(({ Sid }) => Sid === 'ChangeEc2')).toMatchObject({
    Resource: 'arn:aws:ec2:us-east-1:123456789012:*',
    Condition: { StringEquals: { 'aws:ResourceTag/landfall.dev/installation': 'platform' } },
  });
  expect(notes.filter((note) => !/policy [2-9] of/.test(note))).toEqual([
    expect.stringMatching(
      /^landfall: Account portal \(123456789012\)(, policy 1 of \d)?: \d+ actions, \d+ of the 6144 characters/,
    ),
    expect.stringContaining('names no permissionsBoundaryArn'),
  ]);
});

it('says the same in YAML', async () => {
  const [json, yaml] = await Promise.all([
    policy({ filename: [PORTAL] }),
    policy({ filename: [PORTAL], output: 'yaml' }),
  ]);
  const documents = parseAllDocuments(yaml.out).map((one) => one.toJS() as PolicyDocument);
  expect(documents.flatMap(({ Statement }) => Statement)).toEqual(together(json.out).Statement);
});

it('leaves out what the manifests do not use', async () => {
  const network = smallNetwork('one', 'team', { tiers: [{ name: 'private', networkAcl: 'None' }] });
  await writeFile(
    join(folder, 'one.json'),
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [account('main', ['team']), network] }),
  );
  const document = together((await policy({ filename: [folder] })).out);
  const writes = writesOf(document);
  expect(writes).toContain('ec2:CreateSubnet');
  for (const absent of ['iam:CreateRole', 'iam:PassRole', 'ec2:CreateFlowLogs', 'logs:CreateLogGroup'])
    expect(writes).not.toContain(absent);
  for (const absent of ['ec2:CreateNetworkAcl', 'ec2:CreateInternetGateway', 'ec2:CreateVpcEndpoint'])
    expect(writes).not.toContain(absent);
  // The operator lists everything, whatever its objects use.
  expect(actionsOf(document)).toContain('iam:GetAccountAuthorizationDetails');
  expect(actionsOf(document)).not.toContain('iam:GetRole');
});

it('lets the operator at the items of a table that its manifest has made of a copy, and of no other', async () => {
  const table = (name: string, spec: object) => ({
    apiVersion: 'landfall.dev/v1alpha1',
    kind: 'DataStore',
    metadata: { name, namespace: 'team' },
    spec: {
      accountRef: { name: 'main' },
      region: 'us-east-1',
      dynamodb: { partitionKey: { name: 'id', type: 'String' } },
      ...spec,
    },
  });
  const restoreFrom = { pointInTime: { source: 'former', latest: true } };
  const printed = async (...items: object[]) => {
    const one = await mkdtemp(join(folder, 'tables-'));
    const list = { apiVersion: 'v1', kind: 'List', items: [account('main', ['team']), ...items] };
    await writeFile(join(one, 'tables.json'), JSON.stringify(list));
    return together((await policy({ filename: [one] })).out);
  };
  const empty = await printed(table('empty', {}));
  expect(writesOf(empty).filter((action) => /Item|Restore|Scan|Query/.test(action))).toEqual([]);
  const both = await printed(table('empty', {}), table('orders', { restoreFrom }));
  const onItems = both.Statement.filter(({ Action }) => Action.includes('dynamodb:PutItem'));
  expect(onItems).toMatchObject([
    {
      Resource: 'arn:aws:dynamodb:us-east-1:123456789012:table/orders-data',
      Condition: { Null: { 'aws:ResourceTag/landfall.dev/installation': 'true' } },
    },
  ]);
});

it('prints one policy for each Account, or that of one', async () => {
  const { out, notes } = await policy({ filename: [ACCOUNTS], all: true });
  const named = notes.flatMap((note) => /Account (\S+) .* actions, /.exec(note)?.[1] ?? []);
  expect(new Set(named).size).toBe(5);
  expect(out.match(/^\{$/gm)).toHaveLength(named.length);
  const one = await policy({ filename: [ACCOUNTS], all: true, account: 'base-infra' });
  expect(JSON.stringify(together(one.out))).toContain(':111111111111:');
});

it('lets a reader write nothing', async () => {
  const { out } = await policy({ filename: [PORTAL], readOnly: true });
  expect(writesOf(together(out))).toEqual([]);
});

it('names the Accounts that there are', async () => {
  await expect(policy({ filename: [PORTAL], account: 'nobody' })).rejects.toThrow(
    '--account nobody: the manifests use portal',
  );
  await expect(policy({ filename: [ACCOUNTS] })).rejects.toThrow('--all takes every kind of thing');
});
