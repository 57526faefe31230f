import { smallNetwork, smallService } from '../../../support/manifests.ts';
import { storeOf } from './ecs-service/fixtures.ts';
import { localObject, type LocalObject } from './examples.ts';

const SECRET = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/api-AbCdEf';
const at = (name: string, namespace: string) => ({ name, namespace });

const network = (namespace: string, more: object = {}) =>
  localObject<'SecureVpc'>(
    smallNetwork('net', namespace, {
      tiers: [{ name: 'private' }, { name: 'data' }, { name: 'public' }],
      securityGroups: { alb: {}, ecs: {} },
      ...more,
    }),
  );

const rule = (name: string, more: object) => ({ name, direction: 'Ingress', fromPort: 8080, ...more });

/** A network in which every group is, and every sort of rule. */
const fullNetwork = network('shop', {
  securityGroups: {
    alb: {
      ingress: { cidrs: [], ports: [{ name: 'http', port: 80 }] },
      rules: [rule('lb', { fromPort: 80, cidr: '10.11.0.0/16' })],
    },
    ecs: {
      ports: [{ name: 'app', fromPort: 1, toPort: 3000 }],
      rules: [rule('own', { cidr: '10.11.0.0/16' })],
    },
    data: { ports: [{ name: 'mysql', port: 3306 }], rules: [rule('data', { cidr: '10.11.0.0/16' })] },
    endpoints: { rules: [rule('endpoints', { cidr: '10.11.0.0/16' })] },
    bastion: { adminCidrs: ['203.0.113.0/24'], rules: [rule('bastion', { cidr: '10.11.0.0/16' })] },
  },
});

const link = (where: { readonly name: string; readonly namespace: string }, spec: object) =>
  localObject<'PrivateLinkEndpoint'>({
    apiVersion: 'landfall.dev/v1alpha1',
    kind: 'PrivateLinkEndpoint',
    metadata: where,
    spec: { accountRef: { name: 'main' }, region: 'us-east-1', ...spec },
  } as never);

const mysql = { mysql: { databaseName: 'a', masterUsername: 'b', credentials: { mode: 'Generated' } } };

/** Objects of every kind, of which one service has whatever a service may have, and others use it. */
export function fullSet(): LocalObject[] {
  return [
    fullNetwork,
    network('api'),
    localObject<'EcsService'>(
      smallService('api', 'api', 'net', {
        task: { containers: [{ name: 'app', image: 'api:1', ports: [{ port: 8000 }] }] },
        loadBalancer: { type: 'Network', listeners: [{ port: 8080, protocol: 'TCP' }] },
      }),
    ),
    link(at('api', 'api'), { provide: { serviceRef: { name: 'api' } }, allowReferencesFrom: ['shop'] }),
    link(at('api', 'shop'), {
      consume: {
        from: at('api', 'api'),
        networkRef: { name: 'net' },
        ports: [{ port: 8080 }],
        allowFrom: [{ name: 'shop' }],
      },
    }),
    storeOf(mysql, at('orders', 'shop'), { networkRef: at('net', 'shop') }),
    localObject<'EcsService'>(
      smallService('shop', 'shop', 'net', {
        dataStores: [{ name: 'orders' }],
        task: {
          cpu: 4096,
          memoryMiB: 16_384,
          containers: [
            {
              name: 'app',
              image: 'app:1',
              ports: [{ port: 8000 }],
              environment: [{ name: 'A', value: 'a' }],
              secrets: [{ name: 'B', valueFrom: SECRET }],
              environmentFrom: [{ name: 'C', format: 'Url', endpoints: [{ name: 'api' }] }],
              dependsOn: [{ container: 'proxy' }],
              healthCheck: { command: ['CMD', 'true'], intervalSeconds: 10 },
            },
            { name: 'proxy', image: 'proxy:1' },
          ],
        },
        service: { autoscaling: { minCount: 2, maxCount: 8, cpuPercent: 50 } },
        loadBalancer: {
          type: 'Network',
          listeners: [{ port: 80, protocol: 'TCP' }],
          healthCheck: { protocol: 'HTTP' },
        },
      }),
    ),
  ];
}
