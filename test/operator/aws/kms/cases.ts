import type { KeySettingsInputs } from '../../../../operator/aws/kms/key-settings.ts';
import type { KmsKeyInputs } from '../../../../operator/aws/kms/key.ts';
import { canonicalPolicy } from '../../../../operator/aws/policy-document.ts';
import type { Case } from '../case.ts';

const Arn = 'arn:aws:kms:eu-central-1:111111111111:key/1234abcd';
const policyFor = (Action: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111111111111:root' }, Action, Resource: '*' },
    ],
  });
const policy = policyFor('kms:*');
const key: KmsKeyInputs = { description: 'Store DataStore/team/shop (shop-data)', policy };
const settings: KeySettingsInputs = { keyArn: Arn, policy };

export const KMS_CASES: Readonly<Record<string, Case>> = {
  KmsKey: {
    inputs: key,
    record: { Arn, KeyId: '1234abcd', KeyState: 'Enabled', Description: key.description, Tags: [] },
    needs: [],
    changes: [
      [
        { description: 'Store of nobody' },
        'description: Store DataStore/team/shop (shop-data) -> Store of nobody',
      ],
    ],
  },
  KeySettings: {
    inputs: settings,
    record: { arn: Arn, policy: canonicalPolicy(policy), isRotated: true },
    needs: [Arn],
    changes: [
      [
        { policy: policyFor('kms:Describe*') },
        `policy: ${canonicalPolicy(policy)} -> ${canonicalPolicy(policyFor('kms:Describe*'))}`,
      ],
    ],
  },
};
