import { describe, expect, it } from 'vitest';
import { localSecretName } from '../../../../../operator/compile/local/store-connection.ts';
import { refusal } from '../../fixtures.ts';
import { objectsOf, type LocalObject } from '../examples.ts';
import { compileLocal } from '../compiled.ts';
import { localAccount } from '../examples.ts';
import { compileService, containerIn, containerWith, deploymentIn, storeOf } from './fixtures.ts';
import { deploymentOf } from './links.ts';

const SECRET = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/api-AbCdEf';
const valuesIn = (env: readonly { readonly name: string }[] = []) =>
  Object.fromEntries(
    env.map(({ name, ...of }) => [
      name,
      (of as { value?: string }).value ?? (of as { valueFrom?: object }).valueFrom,
    ]),
  );

describe('the variables of a container', () => {
  it('are those of the spec, by name, in which nothing is another variable', () => {
    const environment = [
      { name: 'B', value: '$(A) $x $$(A)' },
      { name: 'A', value: 'a' },
    ];
    expect(containerIn(compileService(containerWith({ environment }))).env).toEqual([
      { name: 'A', value: 'a' },
      { name: 'B', value: '$$(A) $x $$$$(A)' },
    ]);
  });

  it('come from Secrets of the cluster where they are secret: that of the longest pattern', () => {
    const secrets = [
      { name: 'TOKEN', valueFrom: SECRET },
      { name: 'USER', valueFrom: SECRET, key: 'user' },
    ];
    const secretMappings = [
      { arn: 'arn:aws:secretsmanager:*:*:secret:*', secretName: 'any' },
      { arn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/api-*', secretName: 'api' },
    ];
    const envOf = (mappings: readonly object[]) =>
      containerIn(compileService(containerWith({ secrets }), { account: { secretMappings: mappings } })).env;
    expect(envOf(secretMappings)).toEqual([
      { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'api', key: 'TOKEN' } } },
      { name: 'USER', valueFrom: { secretKeyRef: { name: 'api', key: 'user' } } },
    ]);
    expect(envOf([{ arn: SECRET, secretName: 'api', key: 'all' }])).toMatchObject([
      { valueFrom: { secretKeyRef: { key: 'all' } } },
      { valueFrom: { secretKeyRef: { key: 'all' } } },
    ]);
  });

  it('refuses a secret for which no Secret stands, and says what to add', () => {
    const secrets = [{ name: 'TOKEN', valueFrom: SECRET }];
    expect(refusal(() => compileService(containerWith({ secrets })))).toEqual({
      reason: 'InvalidSpec',
      message: `spec.task.containers[app].secrets[TOKEN].valueFrom is ${SECRET}, for which no Secret stands here: add {arn: ${SECRET}, secretName: <name of a Secret of namespace web>} to spec.local.secretMappings of Account main`,
    });
  });

  it('tell of stores what they tell in AWS, by the same names, and that nobody speaks TLS', () => {
    const objects = objectsOf('platform');
    const api = objects.find(
      ({ kind, metadata }) => kind === 'EcsService' && metadata.name === 'api-service',
    );
    const graph = compileLocal(api as LocalObject, objects);
    expect(valuesIn(containerIn(graph).env)).toMatchObject({
      DB_HOST: 'api-service-dev-cluster.api-service.svc',
      DB_PORT: '5432',
      DB_USER: 'postgres',
      DB_NAME: 'api_service',
      DB_READER_HOST: 'api-service-dev-cluster.api-service.svc',
      DB_PASS: { secretKeyRef: { name: 'api-service-dev-rds-secret', key: 'password' } },
      DB_TLS: 'false',
      REDIS_HOST: 'api-service-dev-redis.api-service.svc',
      REDIS_PORT: '6379',
      REDIS_TLS: 'false',
      DYNAMODB_TABLE: 'api-service-dev-data',
      DYNAMODB_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_DYNAMODB: 'http://api-service-dev-data.api-service.svc:8000',
      AWS_ACCESS_KEY_ID: {
        secretKeyRef: { name: 'api-service-dev-data-secret', key: 'AWS_ACCESS_KEY_ID' },
      },
      AWS_SECRET_ACCESS_KEY: {
        secretKeyRef: { name: 'api-service-dev-data-secret', key: 'AWS_SECRET_ACCESS_KEY' },
      },
    });
  });

  const mysql = {
    mysql: { databaseName: 'orders', masterUsername: 'admin', credentials: { mode: 'Generated' } },
  };

  it('tell of a store what the container does not say itself, by another prefix, to the containers that are named', () => {
    const containers = [
      { name: 'a', image: 'a:1', environment: [{ name: 'ORDERS_HOST', value: 'mine' }] },
      { name: 'b', image: 'b:1' },
    ];
    const dataStores = [{ name: 'orders', envPrefix: 'ORDERS', containers: ['a'] }];
    const graph = compileService({ task: { containers }, dataStores }, { others: [storeOf(mysql)] });
    expect(Object.keys(valuesIn(containerIn(graph, 'a').env))).toEqual(
      ['HOST', 'NAME', 'PASS', 'PORT', 'TLS', 'USER'].map((name) => `ORDERS_${name}`),
    );
    expect(valuesIn(containerIn(graph, 'a').env)).toMatchObject({ ORDERS_HOST: 'mine' });
    expect(containerIn(graph, 'b').env).toBeUndefined();
  });

  it('refuses what only reads a store that has nothing of the sort, as in AWS', () => {
    const dataStores = [{ name: 'orders', access: 'ReadOnly' }];
    expect(refusal(() => compileService({ dataStores }, { others: [storeOf(mysql)] })).message).toBe(
      'spec.dataStores[orders].access is ReadOnly, but DataStore/web/orders is a single database, without an address that only reads: take access away',
    );
  });

  it('tell the password of a store of another namespace from a copy of its Secret, which comes first', () => {
    const store = storeOf(mysql, { namespace: 'data' }, { allowReferencesFrom: ['web'] });
    const dataStores = [{ name: 'orders', namespace: 'data' }];
    const graph = compileService({ dataStores }, { others: [store] });
    expect(valuesIn(containerIn(graph).env)).toMatchObject({
      DB_PASS: { secretKeyRef: { name: 'shop-store-orders', key: 'password' } },
    });
    expect(graph.nodes.get('secret/orders')).toMatchObject({
      type: 'SecretCopy',
      inputs: {
        namespace: 'web',
        name: 'shop-store-orders',
        from: { namespace: 'data', name: localSecretName(store) },
        keys: ['password'],
      },
    });
    expect(graph.nodes.get('deployment')?.dependsOn).toContain('secret/orders');
  });

  it('refuses two tables for one container, of which AWS’s libraries would know one address', () => {
    const table = (name: string) =>
      storeOf({ dynamodb: { partitionKey: { name: 'id', type: 'String' } } }, { name });
    const dataStores = [{ name: 'one' }, { name: 'two', envPrefix: 'SECOND' }];
    const others = [table('one'), table('two')];
    expect(refusal(() => compileService({ dataStores }, { others })).message).toBe(
      'spec.dataStores[two]: here DataStore/web/one and DataStore/web/two are reached at two addresses, of which container app can be told one by AWS_ENDPOINT_URL_DYNAMODB: let containers say whose each is',
    );
  });

  it('no pod is started before its stores take connections', () => {
    const store = { ...storeOf(mysql), isComing: true };
    const graph = compileService({ dataStores: [{ name: 'orders' }] }, { others: [store] });
    expect(graph.nodes.get('deployment')?.notYet).toBe(
      'waits for DataStore/web/orders, which is being made and takes no connections yet',
    );
  });
});

describe('endpoints', () => {
  const consumers = (options: Parameters<typeof deploymentOf>[0] = {}) =>
    (valuesIn(deploymentOf(options).template.spec.containers[0]?.env)['SERVICES'] ?? '') as string;

  it('are called by the name of the endpoint where the provider is in another namespace', () => {
    expect(JSON.parse(consumers())).toEqual([{ name: 'api', url: 'http://api.shop.svc:8080' }]);
    expect(consumers({ format: 'Url' })).toBe('http://api.shop.svc:8080');
    expect(consumers({ format: 'Host' })).toBe('api.shop.svc');
  });

  it('are the Service of the provider where that is in the same namespace, by its names there', () => {
    expect(consumers({ format: 'Url', together: true })).toBe('http://api:8080');
    const account = localAccount({
      services: [{ name: 'api', as: 'api-provider', ports: [{ port: 8080, servicePort: 9000 }] }],
    });
    expect(consumers({ format: 'Url', together: true, account })).toBe('http://api-provider:9000');
    // From another namespace the endpoint has the ports that it names.
    expect(consumers({ format: 'Url', account })).toBe('http://api.shop.svc:8080');
  });

  it('are called without TLS where the load balancer of the provider would end it', () => {
    expect(consumers({ format: 'Url', scheme: 'https' })).toBe('https://api.shop.svc:8080');
    expect(consumers({ format: 'Url', scheme: 'https', listens: 'TLS' })).toBe('http://api.shop.svc:8080');
  });

  it('have one of the ports of the endpoint, else its lowest', () => {
    expect(consumers({ format: 'Url', ports: [9090, 8080] })).toBe('http://api.shop.svc:8080');
    expect(consumers({ format: 'Url', ports: [9090, 8080], port: 9090 })).toBe('http://api.shop.svc:9090');
  });

  it('refuses one that does not let the service in, as in AWS', () => {
    expect(refusal(() => deploymentOf({ allowFrom: [] })).message).toBe(
      'spec.task.containers[app].environmentFrom[SERVICES].endpoints[api]: PrivateLinkEndpoint/shop/api does not let the tasks of EcsService/shop/shop in: add it to its spec.consume.allowFrom',
    );
  });

  it('refuses one that leads to AWS', () => {
    expect(refusal(() => deploymentOf({ byName: true })).message).toBe(
      'PrivateLinkEndpoint/shop/api, which is referred to, leads nowhere: spec.consume.serviceName is com.amazonaws.vpce.us-east-1.vpce-svc-0a1b2c3d4e5f60718, which is in AWS and leads nowhere from a cluster: name its provider in spec.consume.from, or keep PrivateLinkEndpoint/shop/api in an Account with spec.aws',
    );
  });
});

it('a container without variables has none', () => {
  expect(deploymentIn(compileService()).template.spec.containers[0]).not.toHaveProperty('env');
});
