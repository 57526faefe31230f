import { beforeEach, expect, test } from 'vitest';

import { aws, given, refused } from './harness.ts';
import { eventually } from './held-clock.ts';
import { type OwnNetwork, ownNetwork } from './own-network.ts';
import { type Params, call } from './plain-client.ts';
import {
  clusterAvailable,
  createCluster,
  createInstance,
  createSubnetGroup,
  describeCluster,
  describeInstance,
  gone,
  instance,
  modify,
  modifyCluster,
  rds,
  skip,
  status,
  subnetGroup,
} from './rds-calls.ts';

/** RDS: the master password that it keeps in Secrets Manager. */
export function databaseSecrets(): void {
  interface Managed {
    MasterUserSecret: { SecretArn: string; SecretStatus: string; KmsKeyId: string };
  }
  interface Described {
    Name: string;
    OwningService: string;
    RotationEnabled: boolean;
    RotationRules: { AutomaticallyAfterDays: number };
    RotationLambdaARN?: string;
  }

  let network: OwnNetwork;
  let empty: string;
  const managed = { ManageMasterUserPassword: true, MasterUserPassword: '' };
  const secrets = <T>(action: string, params: Params) => call<T>('secretsmanager', action, params);
  const read = async (SecretId: string) => {
    const { SecretString } = await secrets<{ SecretString: string }>('GetSecretValue', { SecretId });
    return JSON.parse(SecretString) as { username: string; password: string };
  };
  const managedBy = async (describe: () => Promise<Managed>, wanted: string) =>
    eventually(async () => {
      const found = (await describe()).MasterUserSecret;
      return found.SecretStatus === wanted ? found : undefined;
    });

  beforeEach(async () => {
    await aws().reset();
    await aws().hold();
    empty = await aws().dump();
    network = await ownNetwork();
    await createSubnetGroup(...network.subnets);
  });

  test('is made with its instance, rotated when asked, and gone with it', async () => {
    await createInstance(network, managed);
    const describe = () => describeInstance<Managed>();
    expect((await describe()).MasterUserSecret.SecretStatus).toBe('creating');
    expect((await describe()).MasterUserSecret.SecretStatus).toBe('creating');
    const { SecretArn, KmsKeyId } = await managedBy(describe, 'active');
    expect(KmsKeyId).toMatch(/^arn:aws:kms:us-east-1:123456789012:key\//);
    const first = await read(SecretArn);
    expect(first.username).toBe('admin');
    expect(first.password).toHaveLength(28);
    const described = await secrets<Described>('DescribeSecret', { SecretId: SecretArn });
    expect(described).toMatchObject({
      OwningService: 'rds',
      RotationEnabled: true,
      RotationRules: { AutomaticallyAfterDays: 7 },
    });
    expect(described.Name).toMatch(/^rds!db-/);
    expect(described).not.toHaveProperty('RotationLambdaARN');

    await status('available');
    await refused(
      rds('ModifyDBInstance', { ...instance, RotateMasterUserPassword: true }),
      'InvalidParameterCombination',
      /apply immediately when rotating/,
    );
    await modify({ RotateMasterUserPassword: true });
    expect((await describe()).MasterUserSecret.SecretStatus).toBe('rotating');
    expect(await read(SecretArn)).toEqual(first);
    await managedBy(describe, 'active');
    const second = await read(SecretArn);
    expect(second.password).not.toBe(first.password);
    const before = { SecretId: SecretArn, VersionStage: 'AWSPREVIOUS' };
    const { SecretString } = await secrets<{ SecretString: string }>('GetSecretValue', before);
    expect(JSON.parse(SecretString)).toEqual(first);

    await status('available');
    await rds('DeleteDBInstance', { ...instance, ...skip });
    await gone(describeInstance);
    await refused(secrets('DescribeSecret', { SecretId: SecretArn }), 'ResourceNotFoundException');
    await rds('DeleteDBSubnetGroup', subnetGroup);
    await network.remove();
    expect((await aws().dump()) === empty).toBe(true);
  });

  test('is RDS’s to write and to delete; its rotation may be scheduled, begun and turned off', async () => {
    await createInstance(network, managed);
    await status('available');
    const describe = () => describeInstance<Managed>();
    const { SecretArn: SecretId } = await managedBy(describe, 'active');
    const words = /^The secret is managed by another service/;
    const code = 'InvalidRequestException';
    await refused(secrets('DeleteSecret', { SecretId, ForceDeleteWithoutRecovery: true }), code, words);
    await refused(secrets('PutSecretValue', { SecretId, SecretString: '{}' }), code, words);
    await refused(secrets('UpdateSecret', { SecretId, SecretString: '{}' }), code, words);
    const first = await read(SecretId);

    const schedule = (days: number) => ({ SecretId, RotationRules: { AutomaticallyAfterDays: days } });
    await refused(secrets('RotateSecret', schedule(1001)), 'InvalidParameterException');
    await secrets('RotateSecret', { ...schedule(30), RotateImmediately: false });
    expect((await describe()).MasterUserSecret.SecretStatus).toBe('active');
    expect(await secrets<Described>('DescribeSecret', { SecretId })).toMatchObject({
      RotationEnabled: true,
      RotationRules: { AutomaticallyAfterDays: 30 },
    });
    await secrets('RotateSecret', { SecretId });
    expect((await describe()).MasterUserSecret.SecretStatus).toBe('rotating');
    await managedBy(describe, 'active');
    expect((await read(SecretId)).password).not.toBe(first.password);
    await secrets('CancelRotateSecret', { SecretId });
    expect((await secrets<Described>('DescribeSecret', { SecretId })).RotationEnabled).toBe(false);
  });

  test('of a cluster comes and goes with what the cluster manages', async () => {
    await createCluster(network);
    await clusterAvailable();
    const describe = () => describeCluster<Managed>();
    expect(await describe()).not.toHaveProperty('MasterUserSecret');
    await modifyCluster({ ManageMasterUserPassword: true });
    expect((await describe()).MasterUserSecret.SecretStatus).toBe('creating');
    const { SecretArn } = await managedBy(describe, 'active');
    expect(given((await read(SecretArn)).username)).toBe('keeper');
    await clusterAvailable();
    await modifyCluster({ ManageMasterUserPassword: false, MasterUserPassword: 'one-of-my-own' });
    await clusterAvailable();
    expect(await describe()).not.toHaveProperty('MasterUserSecret');
    await refused(secrets('DescribeSecret', { SecretId: SecretArn }), 'ResourceNotFoundException');
  });

  test('is seen late where reads lag', async () => {
    await aws().setDifficulty({ lag: { minSeconds: 30 } });
    await createInstance(network, managed);
    await refused(describeInstance(), 'DBInstanceNotFound');
    await aws().setDifficulty({ lag: {} });
    expect((await describeInstance<Managed>()).MasterUserSecret.SecretStatus).toBe('creating');
  });
}
