import { describe, expect, it } from 'vitest';
import { localOutputsOfPrivateLink } from '../../../../../operator/compile/local/private-link-endpoint/status.ts';
import type { Standing } from '../../../../../operator/graph/plan.ts';
import type { AliasEndpointsInputs } from '../../../../../operator/local/inputs.ts';
import { lets, type End } from '../../../../support/network-policies.ts';
import { refusal } from '../../fixtures.ts';
import { compileAll, inputsAt, policiesOf, specAt } from '../compiled.ts';
import { graphOf, linked } from '../ecs-service/links.ts';
import { localAccount } from '../examples.ts';
import { podsOf, stranger } from '../traffic.ts';

const CONSUMER = 'PrivateLinkEndpoint/shop/api';
const PROVIDER = 'PrivateLinkEndpoint/api/api';

describe('consume', () => {
  it('is a Service without selector, called as the object, and the endpoints of the provider’s', () => {
    const graph = graphOf(CONSUMER, { ports: [9090, 8080] });
    expect(inputsAt(graph, 'service')).toMatchObject({ namespace: 'shop', name: 'api' });
    expect(specAt(graph, 'service')).toEqual({
      type: 'ClusterIP',
      ports: [
        { name: 'tcp-8080', port: 8080, targetPort: 8000, protocol: 'TCP' },
        { name: 'tcp-9090', port: 9090, targetPort: 8000, protocol: 'TCP' },
      ],
    });
    expect(graph.nodes.get('alias-endpoints')).toMatchObject({
      dependsOn: ['service'],
      inputs: {
        namespace: 'shop',
        service: 'api',
        from: { namespace: 'api', name: 'api' },
        ports: [
          { name: 'tcp-8080', port: 8080 },
          { name: 'tcp-9090', port: 9090 },
        ],
      } satisfies AliasEndpointsInputs,
    });
  });

  it('follows what the Account calls the provider, and on which port', () => {
    const account = localAccount({
      services: [{ name: 'api', as: 'provider', ports: [{ port: 8080, servicePort: 9000 }] }],
    });
    const graph = graphOf(CONSUMER, { account });
    expect(graph.nodes.get('alias-endpoints')?.inputs).toMatchObject({
      from: { namespace: 'api', name: 'provider' },
      ports: [{ name: 'tcp-8080', port: 9000 }],
    });
    expect(specAt(graph, 'service')).toMatchObject({ ports: [{ port: 8080 }] });
  });

  it('follows another Account of the cluster, in which the provider is', () => {
    const objects = linked().map((object) =>
      object.metadata.namespace === 'api'
        ? { ...object, spec: { ...object.spec, accountRef: { name: 'other' } } }
        : object,
    ) as ReturnType<typeof linked>;
    const consumer = objects.filter(
      ({ kind, metadata }) => kind === 'PrivateLinkEndpoint' && metadata.namespace === 'shop',
    );
    const other = localAccount({ services: [{ name: 'api', as: 'elsewhere' }] });
    const [graph] = compileAll(
      consumer,
      { accountOf: (name) => (name === 'other' ? other : undefined) },
      objects,
    );
    expect(graph?.nodes.get('alias-endpoints')?.inputs).toMatchObject({ from: { name: 'elsewhere' } });
  });

  it('is nothing where the provider is in the same namespace', () => {
    expect([...graphOf('PrivateLinkEndpoint/shop/api-way', { together: true }).nodes]).toEqual([]);
  });

  it('refuses what its provider does not let in, as in AWS', () => {
    expect(refusal(() => graphOf(CONSUMER, { allowReferencesFrom: [] }))).toEqual({
      reason: 'ReferenceNotAllowed',
      message:
        'spec.consume.from: PrivateLinkEndpoint api/api lets no object of namespace shop refer to it; whoever owns it can add shop to its spec.allowReferencesFrom',
    });
  });

  it('refuses a service of AWS by its name, and says what to do', () => {
    expect(refusal(() => graphOf(CONSUMER, { byName: true })).message).toBe(
      'spec.consume.serviceName is com.amazonaws.vpce.us-east-1.vpce-svc-0a1b2c3d4e5f60718, which is in AWS and leads nowhere from a cluster: name its provider in spec.consume.from, or keep PrivateLinkEndpoint/shop/api in an Account with spec.aws',
    );
  });

  it('refuses a port on which the provider does not listen', () => {
    const objects = linked().map((object) =>
      object.kind === 'PrivateLinkEndpoint' && object.spec.consume
        ? {
            ...object,
            spec: { ...object.spec, consume: { ...object.spec.consume, ports: [{ port: 81 }] } },
          }
        : object,
    );
    const consumer = objects.filter(
      ({ kind, metadata }) => `${kind}/${metadata.namespace}` === 'PrivateLinkEndpoint/shop',
    );
    expect(refusal(() => compileAll(consumer, {}, objects)).message).toBe(
      'spec.consume.ports of PrivateLinkEndpoint/shop/api has 81, on which the load balancer of EcsService/api/api does not listen: name one of 8080',
    );
  });

  it('refuses services that run in another network, as in AWS', () => {
    const objects = linked().map((object) =>
      object.kind === 'EcsService' && object.metadata.name === 'shop'
        ? { ...object, spec: { ...object.spec, networkRef: { name: 'other' } } }
        : object,
    );
    const consumer = objects.filter(
      ({ kind, metadata }) => `${kind}/${metadata.namespace}` === 'PrivateLinkEndpoint/shop',
    );
    expect(refusal(() => compileAll(consumer, {}, objects)).message).toBe(
      'spec.consume.allowFrom[shop]: EcsService/shop/shop runs in network shop/other, but this endpoint stands in shop/net: name services of that network only',
    );
  });

  it('has a name that tells where it is reached, and is available as soon as it leads somewhere', () => {
    const graph = graphOf(CONSUMER);
    const at = (node: string, phase: 'ready' | 'pending'): Standing => ({
      node,
      type: 'Service',
      id: node,
      state: phase === 'ready' ? { phase } : { phase, reason: 'WaitingForAws', message: '' },
      outputs: {},
    });
    expect(
      localOutputsOfPrivateLink([at('service', 'ready'), at('alias-endpoints', 'pending')], graph),
    ).toEqual({ endpointState: 'pending', dnsNames: ['api.shop.svc'] });
    expect(
      localOutputsOfPrivateLink([at('service', 'ready'), at('alias-endpoints', 'ready')], graph),
    ).toEqual({ endpointState: 'available', dnsNames: ['api.shop.svc'] });
    expect(localOutputsOfPrivateLink([], graph)).toEqual({});
  });
});

describe('provide', () => {
  /** Which of some pods reach those of the provider on its port. */
  const reaching = (options: Parameters<typeof linked>[0] = {}): string[] => {
    const objects = linked(options);
    const graphs = compileAll(objects);
    const policies = policiesOf(graphs);
    const pods = podsOf(graphs);
    const api = pods.find(({ name }) => name === 'api') as End;
    return [...pods, stranger('shop'), stranger('api')]
      .filter((from) => from !== api && lets(policies, from, api, { port: 8000 }))
      .map(({ name }) => name);
  };

  it('lets in the services that consumers let use it, and nobody else', () => {
    expect(reaching()).toEqual(['shop']);
    expect(reaching({ together: true })).toEqual(['shop']);
  });

  it('is a policy beside the pods that are offered', () => {
    expect(inputsAt(graphOf(PROVIDER), 'network-policy')).toMatchObject({
      namespace: 'api',
      name: 'api-endpoint',
    });
  });

  it('lets in nobody whose namespace it does not list', () => {
    const [policy] = policiesOf([graphOf(PROVIDER, { allowReferencesFrom: [] })]);
    expect(policy?.spec.ingress).toEqual([]);
  });

  it('connects whoever it lets in, however endpoints are accepted in AWS', () => {
    for (const acceptance of ['AllowList', 'Manual', 'Auto'])
      expect(reaching({ provide: { acceptance } })).toEqual(['shop']);
  });

  it('refuses a service without a Network load balancer, as in AWS', () => {
    const objects = linked().map((object) =>
      object.kind === 'EcsService' && object.metadata.name === 'api'
        ? { ...object, spec: { ...object.spec, loadBalancer: undefined } }
        : object,
    );
    const sides = (namespace: string) =>
      objects.filter(
        ({ kind, metadata }) => kind === 'PrivateLinkEndpoint' && metadata.namespace === namespace,
      );
    expect(refusal(() => compileAll(sides('api'), {}, objects)).message).toBe(
      'spec.provide.serviceRef: EcsService/api/api needs a load balancer of type Network to be offered to others, but has none: change its spec.loadBalancer, or name another service',
    );
    expect(() => compileAll(sides('shop'), {}, objects)).toThrow(
      'PrivateLinkEndpoint/api/api offers nothing yet: spec.provide.serviceRef: EcsService/api/api needs',
    );
  });
});
