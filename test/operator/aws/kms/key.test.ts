import type { DescribeKeyCommand } from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import { keySettingsKind } from '../../../../operator/aws/kms/key-settings.ts';
import { kmsKeyKind } from '../../../../operator/aws/kms/key.ts';
import type { Key } from '../../../../operator/aws/kms/keys.ts';
import { Batches } from '../../../../operator/aws/batch.ts';
import type { AwsSession } from '../../../../operator/aws/session.ts';
import { TAG } from '../../../../operator/graph/ownership.ts';

const Arn = 'arn:aws:kms:us-east-1:111111111111:key/1';
const OWNER = 'DataStore/team/shop';
const tags = { [TAG.installation]: 'local', [TAG.owner]: OWNER, [TAG.node]: 'key' };
const inputs = { description: `Store ${OWNER} (shop-data)`, policy: '{}' };
const key = (KeyState: string): Key => ({
  Arn,
  KeyId: '1',
  KeyState,
  Description: inputs.description,
  Tags: [],
});

/** An AWS with one key in a state, which notes what it is asked. */
function awsWith(KeyState: string | undefined, tagged: Readonly<Record<string, string>> = tags) {
  const said: string[] = [];
  const answers: Readonly<Record<string, object>> = {
    GetResourcesCommand: {
      ResourceTagMappingList:
        KeyState === undefined
          ? []
          : [{ ResourceARN: Arn, Tags: Object.entries(tagged).map(([Key, Value]) => ({ Key, Value })) }],
    },
    DescribeKeyCommand: { KeyMetadata: { Arn, KeyId: '1', KeyState } },
    CreateKeyCommand: { KeyMetadata: { Arn: `${Arn}2`, KeyId: '2', KeyState: 'Enabled' } },
  };
  const send = (command: Pick<DescribeKeyCommand, 'input'>) => {
    said.push(command.constructor.name.replace('Command', ''));
    return Promise.resolve(answers[command.constructor.name] ?? {});
  };
  const client = { send };
  const session = new Proxy({} as AwsSession, {
    get: (_, name) => (name === 'batches' ? batches : client),
  });
  const batches = new Batches();
  return { session, said };
}

function contextOf(session: AwsSession) {
  return {
    session,
    owner: OWNER,
    node: 'key',
    tags,
    token: 't',
    keepsCopy: true,
    wrote: () => {},
  };
}

describe('the key of a store', () => {
  it('is made where there is none', async () => {
    const { session, said } = awsWith(undefined);
    const made = await kmsKeyKind.create?.(contextOf(session), inputs);
    expect(made).toMatchObject({ Arn: `${Arn}2`, KeyState: 'Enabled' });
    expect(said).toEqual(['GetResources', 'CreateKey']);
  });

  it('is had back, and enabled, where it is about to be deleted', async () => {
    const { session, said } = awsWith('PendingDeletion');
    expect(await kmsKeyKind.create?.(contextOf(session), inputs)).toMatchObject({ Arn, KeyState: 'Enabled' });
    expect(said).toEqual(['GetResources', 'DescribeKey', 'CancelKeyDeletion', 'EnableKey']);
  });

  it.each(['Enabled', 'Disabled'])(
    'is the one that is there, %s, where no listing has shown it yet',
    async (KeyState) => {
      const { session, said } = awsWith(KeyState);
      expect(await kmsKeyKind.create?.(contextOf(session), inputs)).toMatchObject({ Arn, KeyState });
      expect(said).toEqual(['GetResources', 'DescribeKey']);
    },
  );

  it('is never another node’s', async () => {
    const { session, said } = awsWith('PendingDeletion', { ...tags, [TAG.owner]: 'DataStore/team/other' });
    await kmsKeyKind.create?.(contextOf(session), inputs);
    expect(said).toEqual(['GetResources', 'DescribeKey', 'CreateKey']);
  });

  it('counts as gone once it is to be deleted, and is enabled where somebody disabled it', () => {
    expect(kmsKeyKind.gone(key('PendingDeletion'))).toBe(true);
    expect(kmsKeyKind.gone(key('Disabled'))).toBe(false);
    expect(kmsKeyKind.diff(inputs, key('Disabled'))).toEqual([{ path: 'enabled', from: false, to: true }]);
    expect(kmsKeyKind.state(key('Disabled'))).toMatchObject({ phase: 'pending' });
    expect(kmsKeyKind.diff(inputs, key('Enabled'))).toEqual([]);
  });

  it('is renewed each year', () => {
    const settings = { keyArn: Arn, policy: '{}' };
    const rotation = { path: 'rotation', from: false, to: true };
    expect(keySettingsKind.diff(settings, undefined)).toEqual([rotation]);
    expect(keySettingsKind.diff(settings, { arn: Arn, policy: '{}', isRotated: false })).toEqual([rotation]);
  });
});
