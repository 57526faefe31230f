import { describe, expect, it } from 'vitest';
import type { DataStore } from '../../../../operator/api/data-store.ts';
import type { EcsService } from '../../../../operator/api/ecs-service.ts';
import type { SecurityGroupRulesInputs } from '../../../../operator/aws/ec2/security-group-rules.ts';
import type { AuthTokenInputs } from '../../../../operator/aws/elasticache/auth-token.ts';
import { compileDataStore } from '../../../../operator/compile/data-store/data-store.ts';
import { ownerOf } from '../../../../operator/compile/names.ts';
import type { Graph } from '../../../../operator/graph/graph.ts';
import { printable } from '../../../../operator/graph/ref.ts';
import { inputsOf } from '../fixtures.ts';
import { inputFor, service, store } from './fixtures.ts';

function graphOf(object: DataStore, services: readonly EcsService[]): Graph {
  return compileDataStore({
    ...inputFor(object),
    surroundings: {
      accountId: () => undefined,
      consumers: (owner) =>
        owner === ownerOf(object) ? services.map((one) => ({ object: one, accountId: '123456789012' })) : [],
    },
  });
}

function rulesOf(object: DataStore, services: readonly EcsService[]): SecurityGroupRulesInputs {
  return printable(
    inputsOf<SecurityGroupRulesInputs>(graphOf(object, services), 'security-group-rules/store'),
  );
}

const database = (spec: object = {}) => store({ networkRef: { name: 'net' }, mysql: {}, ...spec });
const letIn = (object: DataStore, services: readonly EcsService[]) =>
  rulesOf(object, services).ingress.map(({ description }) => description);

describe('the group of a store', () => {
  it('lets in nobody without services, and keeps nobody waiting', () => {
    expect(rulesOf(database(), [])).toMatchObject({ ingress: [], egress: [], patient: true });
  });

  it('lets in the tasks of each service that uses it on its port, by name', () => {
    const rules = rulesOf(database({ allowReferencesFrom: ['shop'] }), [
      service('web'),
      service('api', 'shop'),
    ]);
    expect(rules.ingress).toEqual(
      ['shop/api', 'team/web'].map((name) => ({
        protocol: 'tcp',
        fromPort: 3306,
        toPort: 3306,
        peer: `\${EcsService/${name}: security-group/tasks.id}`,
        description: `Tasks of ${name}`,
      })),
    );
  });

  it('has the port of its engine', () => {
    const portOf = (engine: object) => {
      const object = store({ networkRef: { name: 'net' }, ...engine });
      return rulesOf(object, [service('web')]).ingress.map(({ fromPort }) => fromPort);
    };
    expect(portOf({ auroraPostgresql: {} })).toEqual([5432]);
    expect(portOf({ redis: {} })).toEqual([6379]);
  });

  it('lets in none that may not refer to it, that is elsewhere, or that is to go', () => {
    expect(letIn(database(), [service('api', 'shop')])).toEqual([]);
    expect(letIn(database(), [service('web', 'team', { networkRef: { name: 'far' } })])).toEqual([]);
    expect(letIn(database(), [service('web', 'team', { region: 'eu-west-1' })])).toEqual([]);
    expect(letIn(database(), [service('web', 'team', { accountRef: { name: 'far' } })])).toEqual([]);
    const going = service('web', 'team', {}, { deletionTimestamp: '2026-01-01T00:00:00Z' });
    expect(letIn(database(), [going])).toEqual([]);
  });

  it('knows nothing of tasks on the instances of another service, which have no group of their own', () => {
    const guest = service('web', 'team', { capacity: { type: 'EC2' }, cluster: { ref: { name: 'host' } } });
    expect(letIn(database(), [guest])).toEqual([]);
  });
});

describe('the former token of a cache', () => {
  const cache = store({ networkRef: { name: 'net' }, redis: { credentials: { mode: 'Generated' } } });
  const { name } = cache.metadata;
  const using = (of: string, spec: object, status: object): EcsService => {
    const made = service(of, 'team', spec);
    return { ...made, status: { ...made.status, ...status } };
  };
  const readersOf = (services: readonly EcsService[]) =>
    printable(inputsOf<AuthTokenInputs>(graphOf(cache, services), 'auth-token')).readers;

  it('is kept for the services that are there and use it, and for no others', () => {
    const there = { serviceArn: 'arn:aws:ecs:us-east-1:123456789012:service/web/web' };
    const readers = readersOf([
      using('web', { dataStores: [{ name }] }, there),
      using('soon', { dataStores: [{ name }] }, {}),
      using('no-more', {}, { ...there, dataStores: [`team/${name}`] }),
    ]);
    expect(readers).toEqual([
      { owner: 'EcsService/team/web', passwordsRead: '${EcsService/team/web: service.passwordsRead}' },
    ]);
  });
});
