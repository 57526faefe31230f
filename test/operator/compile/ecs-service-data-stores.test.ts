import { describe, expect, it } from 'vitest';
import type { DataStore } from '../../../operator/api/data-store.ts';
import type { EcsService } from '../../../operator/api/ecs-service.ts';
import type { SecureVpc } from '../../../operator/api/secure-vpc.ts';
import type { SecurityGroupRulesInputs } from '../../../operator/aws/ec2/security-group-rules.ts';
import type { EcsServiceInputs } from '../../../operator/aws/ecs/service-settings.ts';
import type { TaskDefinitionInputs } from '../../../operator/aws/ecs/task-definition-inputs.ts';
import type { RolePoliciesInputs } from '../../../operator/aws/iam/role-policies.ts';
import type { StoreAtWork } from '../../../operator/compile/data-store/connection.ts';
import {
  compileEcsService,
  referencesOfEcsService,
} from '../../../operator/compile/ecs-service/ecs-service.ts';
import { ownerOf } from '../../../operator/compile/names.ts';
import { ownerOfKey } from '../../../operator/compile/references.ts';
import type { Graph } from '../../../operator/graph/graph.ts';
import { printable } from '../../../operator/graph/ref.ts';
import { store as storeOf } from './data-store/fixtures.ts';
import { FACTS, inputsOf, nodeOf, refusal } from './fixtures.ts';
import { inputWith, networkWith, serviceWith } from './service-input.ts';

const PORTS = [
  { name: 'mysql', port: 3306 },
  { name: 'postgresql', port: 5432 },
  { name: 'redis', port: 6379 },
];
const networkOf = (ports: readonly object[] = PORTS) =>
  networkWith({
    tiers: [{ name: 'private' }, { name: 'data' }],
    securityGroups: { ecs: {}, data: { ports } },
  });
const store = (name: string, spec: object, namespace = 'web') =>
  storeOf({ ...('dynamodb' in spec ? {} : { networkRef: { name: 'net' } }), ...spec }, { name, namespace });

const STORES = {
  portal: store('portal', { mysql: { databaseName: 'appdb', iamAuthentication: 'Enabled' } }),
  events: store('events', {
    auroraPostgresql: { masterUsername: 'events' },
    encryption: { key: 'Dedicated' },
  }),
  cache: store('cache', { redis: {} }),
  shards: store('shards', { redis: { clusterMode: { shards: 2, replicasPerShard: 1 } } }),
  orders: store('orders', {
    dynamodb: { partitionKey: { name: 'id', type: 'String' } },
    encryption: { key: 'Dedicated' },
  }),
  foreign: store('foreign', { dynamodb: { partitionKey: { name: 'id', type: 'String' } } }, 'other'),
};

function compile(
  dataStores: readonly object[],
  more: {
    spec?: object;
    network?: SecureVpc;
    stores?: readonly DataStore[];
    others?: readonly EcsService[];
  } = {},
): Graph {
  const { spec = {}, network = networkOf(), stores = Object.values(STORES), others = [] } = more;
  const input = inputWith({ dataStores, ...spec });
  return compileEcsService({
    ...input,
    references: {
      advice: 'make it',
      find: (kind, namespace, name) =>
        [network, ...stores, ...others].find(
          (one) => ownerOf(one) === ownerOfKey({ kind, namespace, name }),
        ) as never,
    },
  });
}

const containersOf = (graph: Graph) =>
  printable(inputsOf<TaskDefinitionInputs>(graph, 'task-definition')).containerDefinitions;
const variablesOf = (graph: Graph) =>
  Object.fromEntries((containersOf(graph)[0]?.environment ?? []).map(({ name, value }) => [name, value]));
const policyOf = (graph: Graph, role: string) => {
  const { stores } = inputsOf<RolePoliciesInputs>(graph, `role-policies/${role}`).policies;
  return stores === undefined
    ? undefined
    : (JSON.parse(printable(stores)) as { Statement: object[] }).Statement;
};
const refused = (dataStores: readonly object[], more?: Parameters<typeof compile>[1]) =>
  refusal(() => compile(dataStores, more));

describe('variables of stores', () => {
  it('tell of a database where it is and who may use it, and leave the password to ECS', () => {
    const graph = compile([{ name: 'portal' }]);
    expect(variablesOf(graph)).toEqual({
      DB_HOST: '${DataStore/web/portal: db-instance.address}',
      DB_NAME: 'appdb',
      DB_PORT: '${DataStore/web/portal: db-instance.port}',
      DB_USER: 'admin',
    });
    expect(containersOf(graph)[0]?.secrets).toEqual([
      { name: 'DB_PASS', valueFrom: '${DataStore/web/portal: db-instance.secretArn}:password::' },
    ]);
  });

  it('tell of a cluster its two addresses, of which ReadOnly takes the second', () => {
    const at = (output: string) => `\${DataStore/web/events: db-cluster.${output}}`;
    expect(variablesOf(compile([{ name: 'events', envPrefix: 'EVENTS' }]))).toEqual({
      EVENTS_HOST: at('address'),
      EVENTS_NAME: 'postgres',
      EVENTS_PORT: at('port'),
      EVENTS_READER_HOST: at('readerAddress'),
      EVENTS_USER: 'events',
    });
    const reading = variablesOf(compile([{ name: 'events', access: 'ReadOnly' }]));
    expect(reading['DB_HOST']).toBe(at('readerAddress'));
  });

  it('tell of caches and tables', () => {
    expect(variablesOf(compile([{ name: 'cache' }, { name: 'orders' }]))).toEqual({
      DYNAMODB_REGION: 'us-east-1',
      DYNAMODB_TABLE: '${DataStore/web/orders: table.name}',
      REDIS_HOST: '${DataStore/web/cache: replication-group.address}',
      REDIS_PORT: '${DataStore/web/cache: replication-group.port}',
      REDIS_TLS: 'true',
    });
  });

  it('leave a password that Landfall made to ECS, too, and that of a cache', () => {
    const at = (output: string) => `\${DataStore/web/kept: secret.${output}}`;
    for (const [engine, prefix] of [
      ['mysql', 'DB'],
      ['auroraPostgresql', 'DB'],
      ['redis', 'REDIS'],
    ] as const) {
      const kept = store('kept', { [engine]: { credentials: { mode: 'Generated' } } });
      const graph = compile([{ name: 'kept' }], { stores: [kept] });
      expect(containersOf(graph)[0]?.secrets).toEqual([
        { name: `${prefix}_PASS`, valueFrom: `${at('arn')}:password::` },
      ]);
      expect(printable(inputsOf<EcsServiceInputs>(graph, 'service')).passwords).toEqual([at('currentMark')]);
      expect(policyOf(graph, 'execution')).toMatchObject([{ Resource: [at('arn')] }]);
    }
  });

  it('say of which passwords the tasks have to have been started', () => {
    const graph = compile([{ name: 'portal' }, { name: 'events', envPrefix: 'EVENTS' }, { name: 'cache' }]);
    expect(printable(inputsOf<EcsServiceInputs>(graph, 'service')).passwords).toEqual([
      '${DataStore/web/events: db-cluster.secretVersion}',
      '${DataStore/web/portal: db-instance.secretVersion}',
    ]);
    expect(inputsOf<EcsServiceInputs>(compile([{ name: 'cache' }]), 'service').passwords).toBeUndefined();
  });

  it('say nothing that the container says itself, and nothing to containers that are not named', () => {
    const containers = [
      {
        name: 'app',
        image: 'app:1',
        environment: [
          { name: 'DB_HOST', value: 'proxy' },
          { name: 'DB_PASS', value: 'none' },
        ],
      },
      { name: 'side', image: 'side:1' },
    ];
    const graph = compile([{ name: 'portal', containers: ['app'] }], { spec: { task: { containers } } });
    const [app, side] = containersOf(graph);
    expect(app?.environment?.find(({ name }) => name === 'DB_HOST')?.value).toBe('proxy');
    expect(app?.environment?.map(({ name }) => name)).toContain('DB_PORT');
    expect(app?.secrets).toBeUndefined();
    expect(side?.environment).toEqual([]);
  });
});

describe('what tasks may do', () => {
  it('is to open one port of each group, until those that may use it are gone', () => {
    const rules = printable(
      inputsOf<SecurityGroupRulesInputs>(
        compile([{ name: 'portal' }, { name: 'cache' }, { name: 'orders' }]),
        'security-group-rules/tasks',
      ),
    );
    expect(rules.egress).toEqual([
      {
        protocol: 'tcp',
        fromPort: 6379,
        toPort: 6379,
        peer: '${DataStore/web/cache: security-group/store.id}',
        description: 'Data store web/cache',
      },
      {
        protocol: 'tcp',
        fromPort: 3306,
        toPort: 3306,
        peer: '${DataStore/web/portal: security-group/store.id}',
        description: 'Data store web/portal',
      },
    ]);
    expect(rules.outlasting).toContain('Data store ');
  });

  it('is to read just the passwords, with the key that a store has of its own', () => {
    const graph = compile([{ name: 'portal' }, { name: 'events', envPrefix: 'EVENTS' }]);
    expect(policyOf(graph, 'execution')).toEqual([
      {
        Effect: 'Allow',
        Action: 'secretsmanager:GetSecretValue',
        Resource: [
          '${DataStore/web/events: db-cluster.secretArn}',
          '${DataStore/web/portal: db-instance.secretArn}',
        ],
      },
      {
        Effect: 'Allow',
        Action: 'kms:Decrypt',
        Resource: ['${DataStore/web/events: key.arn}'],
        Condition: { StringLike: { 'kms:ViaService': 'secretsmanager.*.amazonaws.com*' } },
      },
    ]);
    expect(policyOf(graph, 'task')).toEqual([
      {
        Effect: 'Allow',
        Action: 'rds-db:connect',
        Resource: [
          `arn:aws:rds-db:us-east-1:${FACTS.accountId}:dbuser:\${DataStore/web/portal: db-instance.resourceId}/*`,
        ],
      },
    ]);
  });

  it('is to use just the tables, and of those that are only read nothing more', () => {
    const table = '${DataStore/web/orders: table.arn}';
    const [use, key] = policyOf(compile([{ name: 'orders' }]), 'task') as {
      Action: string[];
      Resource: string[];
    }[];
    expect(use?.Resource).toEqual([table, `${table}/index/*`]);
    expect(use?.Action).toEqual(expect.arrayContaining(['dynamodb:GetItem', 'dynamodb:PutItem']));
    expect(key).toEqual({
      Effect: 'Allow',
      Action: 'kms:Decrypt',
      Resource: ['${DataStore/web/orders: key.arn}'],
      Condition: { StringLike: { 'kms:ViaService': 'dynamodb.*.amazonaws.com*' } },
    });
    const [read] = policyOf(compile([{ name: 'orders', access: 'ReadOnly' }]), 'task') as {
      Action: string[];
    }[];
    expect(read?.Action).toContain('dynamodb:Query');
    expect(read?.Action.filter((action) => /Put|Write|Update|Delete|Insert/.test(action))).toEqual([]);
  });

  it('is nothing of the sort without stores', () => {
    const graph = compile([]);
    expect(policyOf(graph, 'execution')).toBeUndefined();
    expect(policyOf(graph, 'task')).toBeUndefined();
  });
});

describe('stores that a service cannot use', () => {
  it('are those that are not there, named', () => {
    expect(() => compile([{ name: 'none' }])).toThrow(
      'spec.dataStores[none] names DataStore web/none, but there is none; make it',
    );
  });

  it('are those of a namespace that lets nobody in', () => {
    expect(refused([{ name: 'foreign', namespace: 'other' }])).toMatchObject({
      reason: 'ReferenceNotAllowed',
    });
  });

  it('are two that a container would be told of by the same variables', () => {
    expect(refused([{ name: 'portal' }, { name: 'events' }])).toEqual({
      reason: 'InvalidSpec',
      message:
        'spec.dataStores[portal]: DataStore/web/events and DataStore/web/portal would both be told to container app by variables that begin with DB: give one of them another envPrefix, or let containers say whose each is',
    });
    const nearly = [{ name: 'portal', envPrefix: 'DB_READER' }, { name: 'events' }];
    expect(refused(nearly).message).toContain('give one of them another envPrefix');
    const containers = [
      { name: 'app', image: 'app:1' },
      { name: 'side', image: 'side:1' },
    ];
    const apart = [
      { name: 'portal', containers: ['app'] },
      { name: 'events', containers: ['side'] },
    ];
    expect(() => compile(apart, { spec: { task: { containers } } })).not.toThrow();
  });

  it('are those of another network, and those that an ACL keeps its tasks from', () => {
    const elsewhere = store('far', { networkRef: { name: 'far' }, mysql: {} });
    expect(refused([{ name: 'far' }], { stores: [elsewhere] }).message).toBe(
      'spec.dataStores[far]: DataStore/web/far stands in network web/far, but this service runs in web/net: use stores of that network only',
    );
    const closed = refused([{ name: 'portal' }], { network: networkOf(PORTS.slice(1)) });
    expect(closed).toMatchObject({ reason: 'InvalidSpec' });
    expect(closed.message).toContain('add {name: mysql, port: 3306} to its spec.securityGroups.data.ports');
    const open = networkWith({
      tiers: [
        { name: 'private', networkAcl: 'None' },
        { name: 'data', networkAcl: 'None' },
      ],
      securityGroups: { ecs: {} },
    });
    expect(() => compile([{ name: 'portal' }], { network: open })).not.toThrow();
  });

  it('are those whose readers have no address of their own, where only reading is asked for', () => {
    for (const name of ['portal', 'shards'])
      expect(refused([{ name, access: 'ReadOnly' }]).message).toContain('without an address that only reads');
    expect(variablesOf(compile([{ name: 'cache', access: 'ReadOnly' }]))['REDIS_HOST']).toContain(
      'readerAddress',
    );
  });

  it('are, on the instances of another service, all but tables', () => {
    const host = serviceWith({ capacity: { type: 'EC2' } }, { name: 'host' });
    const spec = { capacity: { type: 'EC2' }, cluster: { ref: { name: 'host' } } };
    const guest = (name: string) => () => compile([{ name }], { spec, others: [host] });
    expect(refusal(guest('portal')).message).toContain('on the instances of another service');
    expect(guest('orders')).not.toThrow();
  });
});

describe('a store that is still being made', () => {
  it('keeps the tasks from starting where its address is known already', () => {
    const coming: StoreAtWork = { ...STORES.events, isComing: true };
    expect(nodeOf(compile([{ name: 'events' }], { stores: [coming] }), 'task-definition').notYet).toBe(
      'waits for DataStore/web/events, which is being made and takes no connections yet',
    );
    expect(nodeOf(compile([{ name: 'events' }]), 'task-definition').notYet).toBeUndefined();
  });
});

describe('references to stores', () => {
  it('are those of the spec, and those that tasks may still use', () => {
    const service = serviceWith({
      dataStores: [{ name: 'portal' }, { name: 'foreign', namespace: 'other' }],
    });
    const storesOf = (object: EcsService) =>
      referencesOfEcsService(object).flatMap((one) => (one.kind === 'DataStore' ? [ownerOfKey(one)] : []));
    expect(storesOf(service)).toEqual(['DataStore/web/portal', 'DataStore/other/foreign']);
    const before = { ...service, status: { ...service.status, dataStores: ['web/cache', 'web/portal'] } };
    expect(storesOf(before)).toEqual([
      'DataStore/web/portal',
      'DataStore/other/foreign',
      'DataStore/web/cache',
    ]);
  });
});
