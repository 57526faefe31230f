import type { SecretInputs } from '../../../../operator/aws/secretsmanager/secret.ts';
import { versionId } from '../../../../operator/aws/secretsmanager/versions.ts';
import type { Case } from '../case.ts';

export const ARN = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:shop-rds-secret-AbCdEf';
const KEY = 'arn:aws:kms:eu-central-1:111111111111:key/1234abcd';
export const secret: SecretInputs = {
  name: 'shop-rds-secret',
  description: 'Store DataStore/team/shop',
  engine: 'mysql',
  username: 'admin',
  databaseName: 'appdb',
  rotation: '',
};
export const address = { host: 'shop.example.com', port: '3306' };
export const first = versionId('', address, '');
const record = {
  ARN,
  Name: secret.name,
  Description: secret.description,
  versions: { [first]: ['AWSCURRENT'] },
  Tags: [],
};

export const SECRET_CASES: Readonly<Record<string, Case>> = {
  Secret: {
    inputs: secret,
    record,
    needs: [],
    changes: [
      [{ name: 'other' }, 'name: shop-rds-secret -> other (replace)'],
      [{ description: 'of nobody' }, 'description: Store DataStore/team/shop -> of nobody'],
      [{ kmsKeyArn: KEY }, 'kmsKeyArn: that of Secrets Manager -> 1234abcd'],
    ],
  },
  SecretRotation: {
    inputs: { secretArn: ARN },
    record,
    needs: [ARN],
    changes: [[{ rotation: 'now' }, 'rotation: (nothing) -> now']],
  },
  SecretValue: {
    inputs: { secretArn: ARN, applied: '', ...address },
    record,
    needs: [ARN],
    changes: [[{ host: 'other.example.com' }, 'address: (nothing) -> other.example.com:3306']],
  },
};
