import { describe, expect, it } from 'vitest';
import { securityGroups } from '../../../operator/aws/ec2/security-group.ts';
import { interpret } from '../../../operator/aws/errors.ts';
import { meetNeighbours } from '../../../operator/controllers/neighbours.ts';
import { dataStoreKind } from '../../../operator/controllers/data-store.ts';
import { ecsServiceKind } from '../../../operator/controllers/ecs-service.ts';
import type { AnyGraphKind } from '../../../operator/controllers/pass.ts';
import { parsed } from '../../../operator/controllers/pass.ts';
import type { GraphObject } from '../../../operator/controllers/resource-status.ts';
import type { Target } from '../../../operator/controllers/target.ts';
import { Terminal } from '../../../operator/errors.ts';
import type { Collection } from '../../../operator/graph/kind.ts';
import { ownershipTags } from '../../../operator/graph/ownership.ts';
import { smallService } from '../../support/manifests.ts';
import { network, store } from '../compile/data-store/fixtures.ts';

const OWNER = 'DataStore/team/orders';
const orders = store({ networkRef: { name: 'net' }, mysql: {} });
const shop = parsed(
  'EcsService',
  smallService('shop', 'team', 'net', { dataStores: [{ name: 'orders' }] }),
) as GraphObject;
const tags = Object.entries(ownershipTags('test', 'EcsService/team/shop', 'security-group/tasks')).map(
  ([Key, Value]) => ({ Key, Value }),
);

/** An account in which the group of the tasks of the service stands, and which AWS lets be read or not. */
function accountWith(readable: boolean): Target {
  const world = {
    load: () =>
      readable
        ? Promise.resolve()
        : Promise.reject(
            Object.assign(new Error('not allowed'), { name: 'AccessDeniedException', $fault: 'client' }),
          ),
    view: (collection: Collection<object, unknown>) => {
      const all =
        collection.name === securityGroups.name ? [{ GroupId: 'sg-shop', VpcId: 'vpc-1', Tags: tags }] : [];
      return {
        all: () => all,
        get: () => undefined,
        ownedBy: (owner: string) => (owner === 'EcsService/team/shop' ? all : []),
      };
    },
  };
  return { type: 'aws', world, interpret } as unknown as Target;
}

function meet(kind: AnyGraphKind, object: GraphObject, more: { readable?: boolean; refused?: boolean } = {}) {
  const asked: string[] = [];
  const here = accountWith(true);
  const met = meetNeighbours({
    kind,
    object,
    target: here,
    find: ({ kind: of }) => (of === 'SecureVpc' ? (network() as GraphObject) : undefined),
    consumersOf: (owner) => {
      asked.push(owner);
      return [shop];
    },
    accountId: () => undefined,
    open: (other) => {
      if (other.kind !== 'EcsService') return { accountId: '123456789012', target: here };
      if (more.refused) throw new Terminal('AccountNotReady', 'not for this namespace');
      return { accountId: '123456789012', target: accountWith(more.readable ?? true) };
    },
    advice: 'make it',
  });
  return met.then((neighbours) => ({ ...neighbours, asked }));
}
const meetStore = (more?: Parameters<typeof meet>[2]) => meet(dataStoreKind, orders, more);

describe('the neighbours of a store', () => {
  it('are the services that name it, with the groups of their tasks', async () => {
    const { surroundings, exportsNow } = await meetStore();
    expect(surroundings.consumers(OWNER).map(({ object }) => object.metadata.name)).toEqual(['shop']);
    expect(exportsNow()('EcsService/team/shop').get('security-group/tasks')).toMatchObject({ id: 'sg-shop' });
  });

  it('are those that AWS does not let be read, too: nothing is known of their groups', async () => {
    const { surroundings, exportsNow } = await meetStore({ readable: false });
    expect(surroundings.consumers(OWNER)).toHaveLength(1);
    expect(exportsNow()('EcsService/team/shop').size).toBe(0);
  });

  it('are none whose Account does not let them be', async () => {
    expect((await meetStore({ refused: true })).surroundings.consumers(OWNER)).toEqual([]);
  });

  it('are of a service none but what it refers to: it lets nobody in', async () => {
    const { asked } = await meet(ecsServiceKind, shop);
    expect(asked).toEqual([]);
  });
});
