import { describe, expect, it } from 'vitest';
import { storeNetwork } from '../../../../operator/compile/data-store/network.ts';
import { nodeBuilder } from '../../../../operator/compile/nodes.ts';
import { NO_REFERENCES } from '../../../../operator/compile/references.ts';
import { Waiting } from '../../../../operator/errors.ts';
import { printable } from '../../../../operator/graph/ref.ts';
import type { SecureVpc } from '../../../../operator/api/secure-vpc.ts';
import { inputFor, network, store } from './fixtures.ts';

const build = nodeBuilder(() => ({}));
const placed = (spec: object = {}) => store({ mysql: {}, networkRef: { name: 'net' }, ...spec });
const standsIn = (only: SecureVpc, spec: object = {}, zonesMin = 1) =>
  storeNetwork(build, inputFor(placed(spec), only), zonesMin);

describe('the place of a store', () => {
  it('is the data tier of its network, behind a group that lets nobody in whom nobody named', () => {
    const { nodes, ...place } = standsIn(network());
    expect(printable(place)).toEqual({
      vpcId: '${SecureVpc/team/net: vpc.id}',
      subnetIds: ['${SecureVpc/team/net: subnet/data-a.id}', '${SecureVpc/team/net: subnet/data-b.id}'],
      zones: ['us-east-1a', 'us-east-1b'],
      securityGroupId: '${security-group/store.id}',
    });
    expect(nodes.map(({ key, inputs }) => [key, printable(inputs)])).toEqual([
      [
        'security-group/store',
        {
          vpcId: '${SecureVpc/team/net: vpc.id}',
          name: 'team-orders-store',
          description: 'Store team/orders',
        },
      ],
      [
        'security-group-rules/store',
        { groupId: '${security-group/store.id}', ingress: [], egress: [], patient: true },
      ],
    ]);
  });

  it('is the tier that the spec names', () => {
    expect(printable(standsIn(network(), { tier: 'private' }).subnetIds)[0]).toContain('subnet/private-a');
  });

  it('has to be there, in as many zones as the engine wants', () => {
    expect(() => standsIn(network({ tiers: [{ name: 'private' }] }))).toThrow(
      'spec.tier is data, which SecureVpc/team/net does not have: choose one of its spec.tiers, or add the tier there',
    );
    expect(() => standsIn(network({ zones: { count: 1 } }), {}, 2)).toThrow(
      'spec.networkRef: tier data of SecureVpc/team/net has subnets in us-east-1a only, but this store needs them in 2 zones: add zones to its spec.zones',
    );
  });

  it('is waited for, and is one that lets the store in, in its own account and region', () => {
    const nowhere = { ...inputFor(placed()), references: NO_REFERENCES };
    expect(() => storeNetwork(build, nowhere)).toThrow(Waiting);
    const foreign = (spec: object) => network(spec, { namespace: 'web' });
    const there = { networkRef: { name: 'net', namespace: 'web' } };
    expect(() => standsIn(foreign({}), there)).toThrow(
      'spec.networkRef: SecureVpc web/net lets no object of namespace team refer to it',
    );
    expect(standsIn(foreign({ allowReferencesFrom: ['team'] }), there).zones).toHaveLength(2);
    expect(() => standsIn(network({ accountRef: { name: 'other' } }))).toThrow(
      'spec.networkRef: SecureVpc/team/net is in Account other, region us-east-1, but this object in Account main',
    );
  });
});
