import { z } from 'zod';
import { matches, withRules, type Rule, type TransitionRule } from '../rule.ts';

const keyArn = withRules(
  z.string().max(256),
  matches(
    '^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$',
    '{self} is not the ARN of a KMS key, for example arn:aws:kms:us-east-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab: give that of a key, not of an alias',
  ),
);

type Encryption = { readonly key: string; readonly keyArn?: string | undefined };

const isKeyed: Rule<Encryption> = {
  cel: `(self.key == 'Given') == has(self.keyArn)`,
  message: 'keyArn goes with key Given, and key is {self.key}: give both, or take keyArn away',
  path: ['keyArn'],
  check: ({ key, keyArn: arn }) => (key === 'Given') === (arn !== undefined),
};

/** Which key encrypts a store. */
export const encryption = withRules(
  z.strictObject({
    key: z
      .enum(['Aws', 'Dedicated', 'Given'])
      .describe(
        'Aws: the key that AWS has for such stores. Dedicated: a key of KMS that is made for this store alone, renewed each year and kept as long as a copy needs it. Given: the key of `keyArn`.',
      ),
    keyArn: keyArn
      .optional()
      .describe(
        'ARN of a key of KMS in the region of the store, which a grant of the Account covers (`spec.aws.grants`). With key Given.',
      ),
  }),
  isKeyed,
).describe(
  'The key that encrypts the store and its copies on disk; encrypted they are always. Default: key Aws. Only that of `dynamodb` can change later, four times a day.',
);

const FIXED =
  'encryption of a store that is no table cannot change, since AWS changes no key: make a new DataStore with the other key, and move the data over';
const keyIn = (self: string) => `(has(${self}.encryption) ? ${self}.encryption.key : 'Aws')`;
const arnIn = (self: string) =>
  `(has(${self}.encryption) && has(${self}.encryption.keyArn) ? ${self}.encryption.keyArn : '')`;

/** AWS gives another key to tables alone. */
export const encryptionRules: readonly TransitionRule[] = [
  {
    cel: `has(self.dynamodb) || (${keyIn('self')} == ${keyIn('oldSelf')} && ${arnIn('self')} == ${arnIn('oldSelf')})`,
    message: FIXED,
    transition: true,
  },
];
