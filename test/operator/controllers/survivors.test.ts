import type { Subnet, Vpc } from '@aws-sdk/client-ec2';
import { expect, it } from 'vitest';
import { awsKinds } from '../../../operator/aws/kinds.ts';
import type { GraphObject } from '../../../operator/controllers/resource-status.ts';
import { findSurvivors } from '../../../operator/controllers/survivors.ts';
import type { Target } from '../../../operator/controllers/target.ts';
import type { Collection } from '../../../operator/graph/kind.ts';
import { ownershipTags } from '../../../operator/graph/ownership.ts';

const OWNER = 'SecureVpc/team/net';

const object: GraphObject = {
  apiVersion: 'landfall.dev/v1alpha1',
  kind: 'SecureVpc',
  metadata: { name: 'net', namespace: 'team' },
  spec: { accountRef: { name: 'main' }, region: 'us-east-1' },
  status: {
    observedGeneration: 1,
    resources: [
      { node: 'vpc', kind: 'Vpc', id: 'vpc-1', state: 'Ready' },
      ...['a', 'b', 'c', 'd'].map((zone) => ({
        node: `subnet/${zone}`,
        kind: 'Subnet',
        id: `subnet-${zone}`,
        state: 'Ready' as const,
      })),
    ],
  },
};

const tagged = (node: string) =>
  Object.entries(ownershipTags('here', OWNER, node)).map(([Key, Value]) => ({ Key, Value }));

/** AWS with these things, and listings that show only the subnet of zone d. */
function targetWith(answers: { Vpcs: Vpc[]; Subnets: Subnet[] }, onCall = () => {}) {
  const calls: string[] = [];
  const written: string[] = [];
  const listed = new Set(['subnet-d']);
  const send = async (command: { constructor: { name: string }; input: { Filters: unknown } }) => {
    onCall();
    calls.push(`${command.constructor.name} ${JSON.stringify(command.input.Filters)}`);
    return answers;
  };
  const target = {
    kinds: awsKinds,
    session: { ec2: { send } },
    world: {
      view: ({ name }: Collection<object, unknown>) => ({
        ownedBy: () =>
          name === 'ec2/subnets' && listed.has('subnet-d')
            ? [{ SubnetId: 'subnet-d', Tags: tagged('subnet/d') } satisfies Subnet]
            : [],
      }),
      wrote: (_collection: unknown, id: string) => written.push(id),
    },
  } as unknown as Target;
  return { target, calls, written, listed };
}

it('what no listing shows is looked up with one call a kind: lost, lost its tags, or only missed', async () => {
  const { target, calls, written } = targetWith({
    Vpcs: [],
    Subnets: [
      { SubnetId: 'subnet-a', Tags: [] },
      { SubnetId: 'subnet-b', Tags: tagged('subnet/b') },
    ],
  });
  expect([...(await findSurvivors(target, object, 'here'))]).toEqual([['subnet/a', { id: 'subnet-a' }]]);
  expect(written).toEqual(['subnet-b']);
  expect(calls).toEqual([
    'DescribeVpcsCommand [{"Name":"vpc-id","Values":["vpc-1"]}]',
    'DescribeSubnetsCommand [{"Name":"subnet-id","Values":["subnet-a","subnet-b","subnet-c"]}]',
  ]);
});

it('what a listing loses while others are looked up is looked up as well: it would be made a second time', async () => {
  const bare = { SubnetId: 'subnet-d', Tags: [] };
  const { target, calls, listed } = targetWith({ Vpcs: [], Subnets: [bare] }, () => listed.clear());
  expect([...(await findSurvivors(target, object, 'here'))]).toEqual([['subnet/d', { id: 'subnet-d' }]]);
  expect(calls.at(-1)).toBe('DescribeSubnetsCommand [{"Name":"subnet-id","Values":["subnet-d"]}]');
});
