import { describe, expect, it } from 'vitest';
import { compileDataStore } from '../../../../operator/compile/data-store/data-store.ts';
import { printable } from '../../../../operator/graph/ref.ts';
import { account } from '../fixtures.ts';
import { compile, inputFor, store, table } from './fixtures.ts';

const COPIES = 'arn:aws:backup:eu-west-1:111111111111:backup-vault:copies';
const inputsOf = (object: ReturnType<typeof store>, key: string) =>
  printable(compile(object).nodes.get(key)?.inputs);

describe('backups of a store', () => {
  it('are none unless the spec has some', () => {
    expect([...compile(table()).nodes.keys()].filter((key) => key.includes('backup'))).toEqual([]);
  });

  it('are made every day, kept as long as the environment has it, and copied nowhere unless told otherwise', () => {
    const object = table({}, { environment: 'dev', backup: {} });
    expect(inputsOf(object, 'backup-vault')).toEqual({ name: 'orders-dev-data-backup' });
    expect(inputsOf(object, 'backup-plan')).toEqual({
      name: 'orders-dev-data-backup',
      vaultName: '${backup-vault.name}',
      schedule: 'cron(0 5 * * ? *)',
      retentionDays: 7,
    });
    expect(inputsOf(object, 'backup-selection')).toMatchObject({
      planArn: '${backup-plan.id}',
      roleArn: '${role/backup.arn}',
      resourceArn: '${table.id}',
    });
  });

  it.each([
    ['staging', 14],
    ['prod', 30],
  ])('are kept in %s for %i days', (environment, retentionDays) => {
    const object = table({}, { environment, backup: {} });
    expect(inputsOf(object, 'backup-plan')).toMatchObject({ retentionDays });
  });

  it('are of a table and of a database of one base name in vaults of their own', () => {
    const database = store({ baseName: 'orders', networkRef: { name: 'net' }, backup: {}, mysql: {} });
    expect(inputsOf(database, 'backup-vault')).toEqual({ name: 'orders-instance-backup' });
    expect(inputsOf(table({}, { backup: {} }), 'backup-vault')).toEqual({ name: 'orders-data-backup' });
  });

  it.each([
    ['db-instance', 'db:orders-instance', { mysql: {} }],
    ['db-cluster', 'cluster:orders-cluster', { auroraPostgresql: {} }],
  ])('of %s are of what holds the data, by a role for it alone', (node, name, engine) => {
    const object = store({ networkRef: { name: 'net' }, backup: {}, ...engine });
    expect(inputsOf(object, 'backup-selection')).toMatchObject({ resourceArn: `\${${node}.id}` });
    const { inputs } = compile(object).nodes.get('role-policies/backup') ?? expect.fail();
    const { policies } = inputs as { readonly policies: { readonly backup: string } };
    expect(policies.backup).toContain(`:${name}"`);
    expect(policies.backup).toContain('"rds:CreateDBSnapshot"');
    expect(policies.backup).not.toContain('dynamodb:');
  });

  it('are encrypted with the key of the store, where it has one', () => {
    const policyOf = (encryption: object) =>
      JSON.stringify(inputsOf(table({}, { backup: {}, ...encryption }), 'role-policies/backup'));
    expect(policyOf({})).not.toContain('kms:CreateGrant');
    const dedicated = policyOf({ encryption: { key: 'Dedicated' } });
    expect(dedicated).toMatch(/kms:GenerateDataKey.*\$\{key\.id\}.*ViaService/);
    expect(dedicated).toMatch(/kms:CreateGrant.*\$\{key\.id\}.*GrantIsForAWSResource/);
  });

  it('are copied to a vault that a grant covers, as long as they are kept themselves', () => {
    const input = inputFor(table({}, { backup: { retentionDays: 7, copyTo: { vaultArn: COPIES } } }));
    expect(() => compileDataStore(input)).toThrow(/spec.backup.copyTo.vaultArn names .*copies/);
    const grants = [{ name: 'copies', namespaces: ['team'], arns: [COPIES] }];
    const graph = compileDataStore({ ...input, account: account({ grants }) });
    expect(graph.nodes.get('backup-plan')?.inputs).toMatchObject({
      copyTo: { vaultArn: COPIES, retentionDays: 7 },
    });
    const policies = JSON.stringify(printable(graph.nodes.get('role-policies/backup')?.inputs));
    expect(policies).toContain(COPIES);
    expect(policies).toContain('arn:aws:kms:eu-west-1:111111111111:key/*');
  });
});
