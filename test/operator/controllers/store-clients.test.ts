import type { SecurityGroup } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { tableDescriptions } from '../../../operator/aws/dynamodb/table-descriptions.ts';
import { tables } from '../../../operator/aws/dynamodb/tables.ts';
import { securityGroups } from '../../../operator/aws/ec2/security-group.ts';
import { dbInstances } from '../../../operator/aws/rds/db-instances.ts';
import type { AwsSession } from '../../../operator/aws/session.ts';
import { dismissingServices } from '../../../operator/controllers/dismissing-services.ts';
import { providersOf } from '../../../operator/controllers/graph-kinds.ts';
import { parsed } from '../../../operator/controllers/pass.ts';
import { recallStore } from '../../../operator/controllers/recall-store.ts';
import type { Collection, World } from '../../../operator/graph/kind.ts';
import { TAG } from '../../../operator/graph/ownership.ts';
import { smallService } from '../../support/manifests.ts';
import { store, table } from '../compile/data-store/fixtures.ts';

/** A world of these records, by collection; each is of the owner that its tags name, or of everybody's. */
function worldOf(records: Readonly<Record<string, readonly object[]>>): World<AwsSession> {
  return {
    view: <R>(collection: Collection<R, AwsSession>) => {
      const all = (records[collection.name] ?? []) as readonly R[];
      return {
        all: () => all,
        get: (id: string) => all.find((record) => collection.id(record) === id),
        ownedBy: (owner: string) =>
          all.filter((record) => (collection.tags(record)[TAG.owner] ?? owner) === owner),
      };
    },
  };
}

describe('whom an object asks to let it in', () => {
  it('is, of a service, each of its stores, and nothing else that it refers to', () => {
    const service = parsed(
      'EcsService',
      smallService('shop', 'team', 'net', {
        dataStores: [{ name: 'orders' }, { name: 'prices', namespace: 'other' }],
      }),
    );
    expect(providersOf(service)).toEqual(['DataStore/team/orders', 'DataStore/other/prices']);
  });

  it('is, of a consumer of PrivateLink, its provider', () => {
    const link = parsed('PrivateLinkEndpoint', {
      apiVersion: 'landfall.dev/v1alpha1',
      kind: 'PrivateLinkEndpoint',
      metadata: { name: 'api', namespace: 'team' },
      spec: {
        accountRef: { name: 'main' },
        region: 'us-east-1',
        consume: {
          from: { name: 'api', namespace: 'other' },
          networkRef: { name: 'net' },
          ports: [{ port: 80 }],
          allowFrom: [{ name: 'shop' }],
        },
      },
    });
    expect(providersOf(link)).toEqual(['PrivateLinkEndpoint/other/api']);
  });

  it('is nobody, of a store', () => {
    expect(providersOf(store({ networkRef: { name: 'net' }, redis: {} }))).toEqual([]);
  });
});

describe('a store that is to go with some of its services', () => {
  const owned = (id: string, owner: string, more: SecurityGroup = {}): SecurityGroup => ({
    GroupId: id,
    Tags: [{ Key: TAG.owner, Value: owner }],
    ...more,
  });
  const own = owned('sg-store', 'DataStore/team/orders', {
    IpPermissions: [
      {
        IpProtocol: 'tcp',
        FromPort: 3306,
        ToPort: 3306,
        UserIdGroupPairs: [
          { GroupId: 'sg-shop', Description: 'Tasks of team/shop' },
          { GroupId: 'sg-mail', Description: 'Tasks of team/mail' },
        ],
      },
    ],
  });
  const groups = [own, owned('sg-shop', 'EcsService/team/shop'), owned('sg-mail', 'EcsService/team/mail')];
  const orders = store({ networkRef: { name: 'net' }, mysql: {} });

  it('takes away their rules, and those of no others', () => {
    const nodes = dismissingServices(orders, worldOf({ [securityGroups.name]: groups }), [
      'EcsService/team/shop',
    ]);
    expect(nodes.map(({ type, inputs }) => [type, inputs])).toEqual([
      [
        'SecurityGroupRules',
        {
          groupId: 'sg-store',
          ingress: [
            {
              protocol: 'tcp',
              fromPort: 3306,
              toPort: 3306,
              peer: 'sg-mail',
              description: 'Tasks of team/mail',
            },
          ],
          egress: [],
        },
      ],
    ]);
  });

  it('has nothing to take away without a group', () => {
    expect(dismissingServices(table(), worldOf({}), ['EcsService/team/shop'])).toEqual([]);
  });
});

describe('a store that has its address before anything listens', () => {
  const cluster = store({ networkRef: { name: 'net' }, auroraPostgresql: {} });
  const ofCluster = (...members: object[]) =>
    recallStore(cluster, worldOf({ [dbInstances.name]: members })).isComing;

  it('is, of Aurora, one without a member that can be reached', () => {
    expect(ofCluster()).toBe(true);
    expect(ofCluster({ DBInstanceStatus: 'creating' })).toBe(true);
    expect(ofCluster({ DBInstanceStatus: 'creating' }, { Endpoint: { Address: 'one' } })).toBeUndefined();
  });

  it('is a table that AWS creates', () => {
    const of = (TableStatus: string) => {
      const TableArn = 'arn:table';
      const records = {
        [tables.name]: [{ TableArn, TableName: 'orders' }],
        [tableDescriptions.name]: [{ table: { TableArn, TableStatus } }],
      };
      return recallStore(table(), worldOf(records)).isComing;
    };
    expect(of('CREATING')).toBe(true);
    expect(of('UPDATING')).toBeUndefined();
    expect(recallStore(table(), worldOf({})).isComing).toBeUndefined();
  });

  it('is no database of MySQL, and no cache', () => {
    expect(
      recallStore(store({ networkRef: { name: 'net' }, mysql: {} }), worldOf({})).isComing,
    ).toBeUndefined();
    expect(
      recallStore(store({ networkRef: { name: 'net' }, redis: {} }), worldOf({})).isComing,
    ).toBeUndefined();
  });
});
