import type { LocalAccount } from '../../../../../operator/api/local-account.ts';
import { smallNetwork, smallService } from '../../../../support/manifests.ts';
import { compileAll } from '../compiled.ts';
import { localObject, type LocalObject } from '../examples.ts';
import type { Graph } from '../../../../../operator/graph/graph.ts';
import { deploymentIn, type TestedDeployment } from './fixtures.ts';

interface Options {
  readonly format?: string;
  readonly scheme?: string;
  /** What the endpoint offers, and what the provider listens on. */
  readonly ports?: readonly number[];
  /** What the consumer asks for. */
  readonly port?: number;
  /** Both sides are in one namespace. */
  readonly together?: boolean;
  readonly listens?: 'TCP' | 'TLS';
  readonly allowFrom?: readonly object[];
  readonly byName?: boolean;
  readonly account?: LocalAccount;
  /** More of the side that provides. */
  readonly provide?: object;
  readonly allowReferencesFrom?: readonly string[];
}

/** A service `api` that is offered, and a service `shop` that uses it by an endpoint `api`, or `api-way` where both are in one namespace. */
export function linked(options: Options = {}): LocalObject[] {
  const { format = 'ServiceList', scheme = 'http', ports = [8080], port, together = false } = options;
  const { listens = 'TCP', allowFrom = [{ name: 'shop' }], byName = false, provide = {} } = options;
  const { allowReferencesFrom = ['shop'] } = options;
  const [providing, consuming] = together ? ['shop', 'shop'] : ['api', 'shop'];
  const way = together ? 'api-way' : 'api';
  const link = (name: string, namespace: string, spec: object) => ({
    apiVersion: 'landfall.dev/v1alpha1',
    kind: 'PrivateLinkEndpoint',
    metadata: { name, namespace },
    spec: { accountRef: { name: 'main' }, region: 'us-east-1', ...spec },
  });
  const network = (namespace: string) =>
    smallNetwork('net', namespace, { tiers: [{ name: 'private' }], securityGroups: { alb: {}, ecs: {} } });
  const app = { name: 'app', image: 'app:1' };
  const certificateArn =
    'arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012';
  return [
    network(providing),
    ...(together ? [] : [network(consuming)]),
    smallService('api', providing, 'net', {
      task: { containers: [{ ...app, ports: [{ port: 8000 }] }] },
      loadBalancer: {
        type: 'Network',
        listeners: ports.map((one) => ({
          port: one,
          protocol: listens,
          ...(listens === 'TLS' && { certificateArn }),
        })),
      },
    }),
    link('api', providing, { provide: { serviceRef: { name: 'api' }, ...provide }, allowReferencesFrom }),
    smallService('shop', consuming, 'net', {
      task: {
        containers: [
          {
            ...app,
            environmentFrom: [
              {
                name: 'SERVICES',
                format,
                endpoints: [{ name: way, scheme, ...(port !== undefined && { port }) }],
              },
            ],
          },
        ],
      },
    }),
    link(way, consuming, {
      consume: {
        ...(byName
          ? { serviceName: 'com.amazonaws.vpce.us-east-1.vpce-svc-0a1b2c3d4e5f60718' }
          : { from: { name: 'api', namespace: providing } }),
        networkRef: { name: 'net' },
        ports: ports.map((one) => ({ port: one })),
        allowFrom,
      },
    }),
  ].map((manifest) => localObject(manifest));
}

/** What the one of these is compiled to whose owner is named. */
export function graphOf(owner: string, options: Options = {}): Graph {
  const objects = linked(options);
  const wanted = objects.filter(
    ({ kind, metadata }) => `${kind}/${metadata.namespace}/${metadata.name}` === owner,
  );
  const { account } = options;
  const [graph] = compileAll(wanted, account ? { account } : {}, objects);
  if (!graph) throw new Error(`no ${owner}`);
  return graph;
}

/** The Deployment of the consumer. */
export function deploymentOf(options: Options = {}): TestedDeployment {
  return deploymentIn(graphOf('EcsService/shop/shop', options));
}
