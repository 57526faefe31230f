import { describe, expect, it } from 'vitest';
import { DATA_STORE_NODES } from '../../../../operator/compile/data-store/data-store.ts';
import { inputsOf, nodeOf } from '../fixtures.ts';
import { compile, store } from './fixtures.ts';

const generated = { credentials: { mode: 'Generated' } };
const around = { networkRef: { name: 'net' }, environment: 'dev', baseName: 'api-service' };
const annotated = { annotations: { 'landfall.dev/rotated-at': 'now' } };

describe('generated credentials', () => {
  it.each([
    [
      'mysql',
      { databaseName: 'appdb' },
      'db-instance',
      { engine: 'mysql', username: 'admin', databaseName: 'appdb' },
    ],
    [
      'auroraPostgresql',
      { masterUsername: 'portal' },
      'db-cluster',
      { engine: 'postgres', username: 'portal' },
    ],
    ['redis', {}, 'replication-group', { engine: 'redis', username: 'default', databaseName: '' }],
    ['redis', { engine: 'Valkey' }, 'replication-group', { engine: 'valkey' }],
  ])('of %s are kept before it is made', (engine, spec, key, content) => {
    const graph = compile(store({ ...around, [engine]: { ...spec, ...generated } }));
    expect(inputsOf(graph, 'secret')).toMatchObject({ name: 'api-service-dev-rds-secret', ...content });
    expect(nodeOf(graph, key).dependsOn).toContain('secret-rotation');
    expect([...graph.nodes.values()].every(({ type }) => DATA_STORE_NODES.includes(type as never))).toBe(
      true,
    );
    const inputs: object = inputsOf(graph, 'secret-value');
    expect(Object.keys(inputs).sort()).toEqual(['applied', 'host', 'port', 'secretArn']);
    expect(graph.nodes.has('auth-token')).toBe(engine === 'redis');
  });

  it('are asked for anew by an annotation', () => {
    const spec = { ...around, mysql: generated };
    expect(inputsOf(compile(store(spec)), 'secret-rotation')).not.toHaveProperty('rotation');
    const graph = compile(store(spec, annotated));
    expect(inputsOf(graph, 'secret-rotation')).toMatchObject({ rotation: 'now' });
    expect(inputsOf(graph, 'secret')).toMatchObject({ rotation: 'now' });
  });

  it('are encrypted with the key of the store', () => {
    const graph = compile(store({ ...around, encryption: { key: 'Dedicated' }, mysql: generated }));
    expect(inputsOf(graph, 'secret')).toHaveProperty('kmsKeyArn');
    expect(inputsOf(graph, 'db-instance')).toMatchObject({ own: { managesPassword: false } });
  });

  it('are none where AWS makes the password, or nobody asks for one', () => {
    const managed = compile(store({ ...around, mysql: {} }, annotated));
    expect(managed.nodes.has('secret')).toBe(false);
    expect(inputsOf(managed, 'db-instance')).toMatchObject({ own: { managesPassword: true } });
    expect(compile(store({ ...around, redis: {} })).nodes.has('secret')).toBe(false);
  });
});
