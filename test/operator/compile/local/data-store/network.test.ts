import { describe, expect, it } from 'vitest';
import type { EcsService } from '../../../../../operator/api/ecs-service.ts';
import { compileLocalDataStore } from '../../../../../operator/compile/local/data-store/data-store.ts';
import { NO_REFERENCES, NO_SURROUNDINGS } from '../../../../../operator/compile/references.ts';
import { Waiting } from '../../../../../operator/errors.ts';
import { network, service, store, table } from '../../data-store/fixtures.ts';
import { compileLocal, inputsAt, localInput, podOf } from './fixtures.ts';

const placed = (spec: object = {}) => store({ mysql: {}, networkRef: { name: 'net' }, ...spec });

const policyWith = (...clients: EcsService[]) => {
  const surroundings = {
    ...NO_SURROUNDINGS,
    consumers: () => clients.map((object) => ({ object, accountId: '' })),
  };
  const graph = compileLocalDataStore({
    ...localInput(placed({ allowReferencesFrom: ['web'] })),
    surroundings,
  });
  return inputsAt(graph, 'network-policy').body['spec'];
};

describe('the place of a store in the cluster', () => {
  it('is told by the labels of its pod', () => {
    expect(podOf(compileLocal(placed())).metadata.labels).toMatchObject({
      'landfall.dev/network': 'team.net',
      'landfall.dev/tier': 'data',
      'landfall.dev/store': 'team.orders',
    });
    expect(podOf(compileLocal(placed({ tier: 'private' }))).metadata.labels).toMatchObject({
      'landfall.dev/tier': 'private',
    });
  });

  it('is none of a table', () => {
    const graph = compileLocal(table());
    expect(graph.nodes.has('network-policy')).toBe(false);
    expect(Object.keys(podOf(graph).metadata.labels)).not.toContain('landfall.dev/network');
  });

  it('has to be there', () => {
    expect(() => compileLocal(placed(), {}, network({ tiers: [{ name: 'private' }] }))).toThrow(
      'spec.tier is data, which SecureVpc/team/net does not have: choose one of its spec.tiers, or add the tier there',
    );
    expect(() => compileLocalDataStore({ ...localInput(placed()), references: NO_REFERENCES })).toThrow(
      Waiting,
    );
  });
});

describe('who reaches a store in the cluster', () => {
  it('is nobody whom no service made known', () => {
    expect(policyWith()).toEqual({
      podSelector: { matchLabels: { 'landfall.dev/store': 'team.orders' } },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [],
      egress: [],
    });
  });

  it('are the pods of the services that name it, by its port, from whatever namespace it lets them', () => {
    const from = (namespace: string, name: string) => ({
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
      podSelector: { matchLabels: { 'landfall.dev/service': `${namespace}.${name}` } },
    });
    expect(policyWith(service('api'), service('shop', 'web'), service('api', 'else'))).toMatchObject({
      ingress: [
        { from: [from('team', 'api'), from('web', 'shop')], ports: [{ protocol: 'TCP', port: 'mysql' }] },
      ],
    });
  });
});
