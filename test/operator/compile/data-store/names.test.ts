import { describe, expect, it } from 'vitest';
import { namesOfStore } from '../../../../operator/compile/data-store/names.ts';
import { table } from './fixtures.ts';

const namesOf = (name: string, spec: object = {}) => {
  const object = table({}, spec);
  return namesOfStore({ ...object, metadata: { ...object.metadata, name } });
};

describe('names of a store', () => {
  it('follow the pattern of the platform', () => {
    const names = namesOf('orders', { baseName: 'api-service', environment: 'dev' });
    expect({ ...names, first: names.instance(), second: names.instance(2) }).toMatchObject({
      table: 'api-service-dev-data',
      cluster: 'api-service-dev-cluster',
      first: 'api-service-dev-instance',
      second: 'api-service-dev-instance-2',
      replicationGroup: 'api-service-dev-redis',
      secret: 'api-service-dev-rds-secret',
      securityGroup: 'team-orders-store',
    });
  });

  it('have no stage without an environment, and the name of the object without a baseName', () => {
    expect(namesOf('orders').table).toBe('orders-data');
    expect(namesOf('orders').cluster).toBe('orders-cluster');
  });

  it.each(['7up', 'a.b.c', 'a--b', 'x'.repeat(63), `${'x'.repeat(30)}-${'y'.repeat(30)}`])(
    '%s becomes names that RDS and ElastiCache take',
    (name) => {
      const names = namesOf(name, { environment: 'staging' });
      const taken = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
      for (const one of [names.cluster, names.instance(), names.instance(12), names.group])
        expect(one).toMatch(taken);
      expect(names.cluster.length).toBeLessThanOrEqual(63);
      expect(names.instance(12).length).toBeLessThanOrEqual(63);
      expect(names.replicationGroup).toMatch(taken);
      expect(names.replicationGroup.length).toBeLessThanOrEqual(40);
    },
  );

  it('that are too long stay apart', () => {
    const long = (end: string) => namesOf(`${'x'.repeat(60)}-${end}`).replicationGroup;
    expect(long('a')).not.toBe(long('b'));
  });

  it('of a group do not begin like the id of one', () => {
    const object = table();
    const names = namesOfStore({ ...object, metadata: { ...object.metadata, namespace: 'sg-team' } });
    expect(names.securityGroup).toBe('landfall-sg-team-orders-store');
  });
});
