import { describe, expect, it } from 'vitest';
import type { EcsService } from '../../../operator/api/ecs-service.ts';
import { parseManifest, formatIssue } from '../../../operator/api/parse.ts';
import type { PrivateLinkEndpoint } from '../../../operator/api/private-link-endpoint.ts';
import type { TaskDefinitionInputs } from '../../../operator/aws/ecs/task-definition-inputs.ts';
import {
  compileEcsService,
  referencesOfEcsService,
} from '../../../operator/compile/ecs-service/ecs-service.ts';
import { ownerOf } from '../../../operator/compile/names.ts';
import { ownerOfKey } from '../../../operator/compile/references.ts';
import type { Graph } from '../../../operator/graph/graph.ts';
import { printable } from '../../../operator/graph/ref.ts';
import { smallService } from '../../support/manifests.ts';
import { account, FACTS, inputsOf, refusal, secureVpc } from './fixtures.ts';

function parsed<T>(kind: 'EcsService' | 'PrivateLinkEndpoint', manifest: object): T {
  const result = parseManifest(kind, manifest);
  if (!result.ok) throw new Error(result.issues.map(formatIssue).join('; '));
  return result.value as T;
}

const network = secureVpc(
  { tiers: [{ name: 'private' }], securityGroups: { ecs: {} } },
  { metadata: { name: 'net', namespace: 'shop' } },
);
const link = (name: string, spec: object) =>
  parsed<PrivateLinkEndpoint>('PrivateLinkEndpoint', {
    apiVersion: 'landfall.dev/v1alpha1',
    kind: 'PrivateLinkEndpoint',
    metadata: { name, namespace: 'shop' },
    spec: { accountRef: { name: 'main' }, region: 'us-east-1', ...spec },
  });
const endpoint = (name: string, consume: object = {}) =>
  link(name, {
    consume: {
      from: { name },
      networkRef: { name: 'net' },
      ports: [{ port: 9090 }, { port: 8080 }],
      allowFrom: [{ name: 'shop' }],
      ...consume,
    },
  });
const LINKS = [
  endpoint('api'),
  endpoint('stock'),
  endpoint('closed', { allowFrom: [] }),
  link('offer', { provide: { serviceRef: { name: 'shop' } } }),
];

const service = (...environmentFrom: object[]) =>
  parsed<EcsService>(
    'EcsService',
    smallService('shop', 'shop', 'net', {
      task: { containers: [{ name: 'app', image: 'app:1', environmentFrom }] },
    }),
  );
const compile = (object: EcsService): Graph =>
  compileEcsService({
    object,
    installation: 'test',
    account: account(),
    facts: FACTS,
    references: {
      advice: 'make it',
      find: (kind, namespace, name) =>
        [network, ...LINKS].find(
          (other) => ownerOf(other) === ownerOfKey({ kind, namespace, name }),
        ) as never,
    },
  });
const environmentOf = (object: EcsService) =>
  printable(inputsOf<TaskDefinitionInputs>(compile(object), 'task-definition')).containerDefinitions[0]
    ?.environment;

describe('variables of consumed endpoints', () => {
  const two = { name: 'CONSUMER_SERVICES', endpoints: [{ name: 'stock', port: 9090 }, { name: 'api' }] };

  it('are a list of names and URLs, the URL of one, or its host', () => {
    const object = service(
      two,
      { name: 'API_URL', format: 'Url', endpoints: [{ name: 'api' }] },
      { name: 'SAFE_URL', format: 'Url', endpoints: [{ name: 'stock', port: 9090, scheme: 'https' }] },
      { name: 'API_HOST', format: 'Host', endpoints: [{ name: 'api' }] },
    );
    const host = (name: string) => `\${PrivateLinkEndpoint/shop/${name}: endpoint.dnsName}`;
    expect(environmentOf(object)).toEqual([
      { name: 'API_HOST', value: host('api') },
      { name: 'API_URL', value: `http://${host('api')}:8080` },
      {
        name: 'CONSUMER_SERVICES',
        value: `[{"name":"api","url":"http://${host('api')}:8080"},{"name":"stock","url":"http://${host('stock')}:9090"}]`,
      },
      { name: 'SAFE_URL', value: `https://${host('stock')}:9090` },
    ]);
  });

  it('let the tasks open the ports of these endpoints, each once, and nothing else', () => {
    const rules = inputsOf(compile(service(two, { ...two, name: 'AGAIN' })), 'security-group-rules/tasks');
    const to = (name: string, port: number) => ({
      protocol: 'tcp',
      fromPort: port,
      toPort: port,
      peer: `\${PrivateLinkEndpoint/shop/${name}: security-group/endpoint.id}`,
      description: `Endpoint ${name}`,
    });
    expect(printable(rules)).toMatchObject({ egress: [to('api', 8080), to('stock', 9090)] });
    expect(inputsOf(compile(service()), 'security-group-rules/tasks')).toMatchObject({ egress: [] });
  });

  it('keep the endpoints that they speak of', () => {
    expect(referencesOfEcsService(service(two)).map((key) => [ownerOfKey(key), key.mayGo])).toEqual([
      ['SecureVpc/shop/net', undefined],
      ['PrivateLinkEndpoint/shop/stock', undefined],
      ['PrivateLinkEndpoint/shop/api', undefined],
    ]);
  });

  it.each<[string, object, string]>([
    [
      'a side that has no endpoint',
      { name: 'offer' },
      '.endpoints[offer]: PrivateLinkEndpoint/shop/offer provides a service and has no endpoint: name the object that consumes it in the network of this service',
    ],
    [
      'an endpoint that does not let the service in',
      { name: 'closed' },
      '.endpoints[closed]: PrivateLinkEndpoint/shop/closed does not let the tasks of EcsService/shop/shop in: add it to its spec.consume.allowFrom',
    ],
    [
      'a port that the endpoint lacks',
      { name: 'api', port: 22 },
      '.endpoints[api].port is 22, but PrivateLinkEndpoint/shop/api has 8080, 9090: take one of these, or add the port to its spec.consume.ports',
    ],
  ])('are refused of %s', (_, wanted, message) => {
    const found = refusal(() => compile(service({ name: 'API', endpoints: [wanted] })));
    expect(found.reason).toBe('InvalidSpec');
    expect(found.message).toContain(message);
  });
});
