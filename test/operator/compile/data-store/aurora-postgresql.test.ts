import { describe, expect, it } from 'vitest';
import { DATA_STORE_NODES } from '../../../../operator/compile/data-store/data-store.ts';
import { inputsOf, nodeOf } from '../fixtures.ts';
import { compile, network, store } from './fixtures.ts';

const aurora = (spec: object = {}, around: object = {}) =>
  store({
    networkRef: { name: 'net' },
    baseName: 'api-service',
    environment: 'dev',
    auroraPostgresql: spec,
    ...around,
  });
const cluster = (spec: object = {}, around: object = {}) =>
  inputsOf(compile(aurora(spec, around)), 'db-cluster');
const members = (spec: object = {}, around: object = {}) => {
  const graph = compile(aurora(spec, around));
  const keys = [...graph.nodes.keys()].filter((key) => key.startsWith('db-instance/'));
  return keys.map((key) => inputsOf<{ readonly name: string }>(graph, key));
};

describe('a cluster of Aurora', () => {
  it('is one thing with its members, and with what both are started with', () => {
    const graph = compile(aurora({ databaseName: 'api' }));
    expect([...graph.nodes.keys()].sort()).toEqual([
      'db-cluster',
      'db-cluster-parameter-group',
      'db-cluster-parameters',
      'db-instance/1',
      'db-parameter-group',
      'db-parameters',
      'db-subnet-group',
      'security-group-rules/store',
      'security-group/store',
    ]);
    expect([...graph.nodes.values()].every(({ type }) => DATA_STORE_NODES.includes(type as never))).toBe(
      true,
    );
    expect(inputsOf(graph, 'db-cluster')).toMatchObject({
      name: 'api-service-dev-cluster',
      engineVersion: '15.4',
      databaseName: 'api',
      masterUsername: 'postgres',
      managesPassword: true,
      logExports: ['postgresql'],
    });
    expect(inputsOf(graph, 'db-instance/1')).toMatchObject({
      name: 'api-service-dev-instance',
      parameterGroupFamily: 'aurora-postgresql15',
      insightsDays: 7,
    });
    expect(inputsOf(graph, 'db-instance/1')).not.toHaveProperty('own');
    expect(nodeOf(graph, 'db-instance/1').awaits).toEqual(['db-cluster']);
  });

  it.each([
    ['dev', 1, 'db.t3.medium', 7, false],
    ['staging', 2, 'db.t3.large', 14, false],
    ['prod', 2, 'db.r5.large', 30, true],
  ] as const)(
    'of %s has %i members of %s and %i days of backups',
    (environment, count, size, days, isKept) => {
      expect(cluster({}, { environment })).toMatchObject({ backupDays: days, deletionProtection: isKept });
      const all = members({}, { environment });
      expect(all).toHaveLength(count);
      for (const one of all) expect(one).toMatchObject({ instanceClass: size });
    },
  );

  it('tells members apart by their number, so that of fewer the last ones go', () => {
    const names = (instances: number) => members({ instances }).map(({ name }) => name);
    expect(names(3)).toEqual([
      'api-service-dev-instance',
      'api-service-dev-instance-2',
      'api-service-dev-instance-3',
    ]);
    expect(names(2)).toEqual(names(3).slice(0, 2));
  });

  it('always encrypts connections', () => {
    const parameters = [{ name: 'work_mem', value: '65536' }];
    expect(inputsOf(compile(aurora({ parameters })), 'db-cluster-parameters')).toMatchObject({
      family: 'aurora-postgresql15',
      parameters: { 'rds.force_ssl': '1', work_mem: '65536' },
    });
  });

  it('has serverless members where it is told a range', () => {
    const serverlessV2 = { minCapacityUnits: 0.5, maxCapacityUnits: 8 };
    expect(cluster({ serverlessV2 })).toMatchObject({ capacity: { min: 0.5, max: 8 } });
    expect(members({ serverlessV2 })).toMatchObject([{ instanceClass: 'db.serverless' }]);
  });

  it('keeps what its members spend their time on as long as it is told, or not at all', () => {
    expect(members({ performanceInsights: { retentionDays: 31 } })).toMatchObject([{ insightsDays: 31 }]);
    const [off] = members({ performanceInsights: { mode: 'Disabled' } });
    expect(off).not.toHaveProperty('insightsDays');
  });

  it('stands in two zones at least', () => {
    expect(() => compile(aurora(), network({ zones: { count: 1 } }))).toThrow(/needs them in 2 zones/);
  });
});
