import { describe, expect, it } from 'vitest';
import { localOutputsOfEcsService } from '../../../../../operator/compile/local/ecs-service/status.ts';
import type { State } from '../../../../../operator/graph/kind.ts';
import type { Standing } from '../../../../../operator/graph/plan.ts';
import { networkWith } from '../../service-input.ts';
import { compileService, containerWith, storeOf } from './fixtures.ts';

const at = (
  node: string,
  outputs: Readonly<Record<string, string>> = {},
  state: State = { phase: 'ready' },
): Standing => ({ node, type: '', id: node, state, outputs });
const phase = (of: 'pending' | 'failed' | 'deleting'): State => ({ phase: of, reason: '', message: '' });

const mysql = { mysql: { databaseName: 'a', masterUsername: 'b', credentials: { mode: 'Generated' } } };
const balanced = compileService(
  {
    ...containerWith({ ports: [{ port: 8080 }] }),
    loadBalancer: { type: 'Application', listeners: [{ port: 80, protocol: 'HTTP' }] },
    dataStores: [{ name: 'orders' }],
  },
  {
    network: networkWith({ securityGroups: { alb: {}, ecs: {} } }),
    others: [storeOf(mysql)],
  },
);

describe('the status of a service in a cluster', () => {
  it('says how many pods run of how many, how far the rollout is, and how they are reached', () => {
    const standing = [
      at('deployment', { availableReplicas: '1', desiredReplicas: '3' }, phase('pending')),
      at('service', { address: 'shop.web.svc', loadBalancerIp: '192.0.2.7' }),
      at('network-policy/own'),
    ];
    expect(localOutputsOfEcsService(standing, balanced)).toEqual({
      dataStores: ['web/orders'],
      loadBalancerDnsName: '192.0.2.7',
      healthyTargets: 1,
      unhealthyTargets: 2,
      desiredCount: 3,
      runningCount: 1,
      rollout: 'IN_PROGRESS',
    });
  });

  it('has the name in the cluster where nothing gives the Service an address', () => {
    const named = (outputs: Readonly<Record<string, string>>) =>
      localOutputsOfEcsService([at('service', { address: 'shop.web.svc', ...outputs })], balanced)
        .loadBalancerDnsName;
    expect(named({})).toBe('shop.web.svc');
    expect(named({ loadBalancerHost: 'localhost', loadBalancerIp: '192.0.2.7' })).toBe('localhost');
  });

  it('has the count that an autoscaler wants', () => {
    const standing = [
      at('deployment', { availableReplicas: '2', desiredReplicas: '2' }),
      at('autoscaler', { desiredReplicas: '4' }),
    ];
    expect(localOutputsOfEcsService(standing, balanced)).toMatchObject({
      desiredCount: 4,
      runningCount: 2,
      rollout: 'COMPLETED',
    });
  });

  it('says that a rollout has failed, and nothing of what goes', () => {
    const rollout = (state: State) =>
      localOutputsOfEcsService([at('deployment', {}, state)], balanced).rollout;
    expect(rollout(phase('failed'))).toBe('FAILED');
    expect(rollout(phase('deleting'))).toBeUndefined();
  });

  it('has nothing of a load balancer where there is none', () => {
    const graph = compileService(containerWith({ ports: [{ port: 80 }] }));
    const standing = [
      at('deployment', { availableReplicas: '1', desiredReplicas: '1' }),
      at('service', { address: 'shop.web.svc' }),
    ];
    expect(localOutputsOfEcsService(standing, graph)).toEqual({
      desiredCount: 1,
      runningCount: 1,
      rollout: 'COMPLETED',
    });
  });
});
