import { z } from 'zod';
import { matches, orDefault, withRules, type Rule } from '../rule.ts';

const GENERATED =
  'Generated: Landfall makes it, keeps it in the secret `<baseName>-<environment>-rds-secret` (`status.secretArn`), in the fields of RDS’s own, and makes another whenever the annotation `landfall.dev/rotated-at` becomes another.';

/** Whose the password of a database is. */
export const credentials = z
  .strictObject({
    mode: z
      .enum(['Managed', 'Generated'])
      .default('Managed')
      .describe(
        `Managed: RDS makes it, keeps it in a secret of its own (\`status.secretArn\`), and rotates it every seven days. ${GENERATED}`,
      ),
  })
  .prefault({})
  .describe(
    'Whose the password of the user is who may do everything. It stands in Secrets Manager and nowhere else. It may change later: the store is then given another password.',
  );

/** Whether a cache asks for a token. */
export const tokenCredentials = z
  .strictObject({
    mode: z
      .enum(['None', 'Generated'])
      .default('None')
      .describe(
        `None: whoever reaches the cache may use it. ${GENERATED} Of two tokens the cache takes either until the secret has the new one.`,
      ),
  })
  .prefault({})
  .describe('Whether the cache asks for a token (AUTH), and whose it is. A cache that has one keeps it.');

/** The Secret in Kubernetes that clients of a store read. */
export const connectionSecret = z
  .strictObject({
    name: withRules(
      z.string().max(253),
      matches(
        '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$',
        '{self} is not a name for a Secret: use small letters, digits, inner hyphens and dots',
      ),
    ).describe('Its name, in the namespace of this object. One of somebody else is never overwritten.'),
  })
  .describe(
    'A Secret with the keys `host`, `port`, `username`, `password`, `dbname` and `uri`, kept in step with the secret in AWS, and deleted with this object. Only with `credentials.mode: Generated`. Default: none.',
  );

type Keeping = { readonly credentials: { readonly mode: string } } | undefined;

/** As much of a spec as tells whether its credentials are Landfall's. */
type Spec = {
  readonly mysql?: Keeping;
  readonly auroraPostgresql?: Keeping;
  readonly redis?: Keeping;
  readonly connectionSecret?: object | undefined;
};

const KEEPING = ['mysql', 'auroraPostgresql', 'redis'] as const;
const isKept = KEEPING.map(
  (engine) => `${orDefault(`self.${engine}.credentials.mode`, '')} == 'Generated'`,
).join(' || ');

/** What RDS keeps it renews without asking, and of a table there is nothing to know. */
export const connectionSecretRule: Rule<Spec> = {
  cel: `!has(self.connectionSecret) || ${isKept}`,
  message:
    'connectionSecret needs credentials.mode Generated of the engine, and dynamodb has no credentials: set that, or take connectionSecret away',
  path: ['connectionSecret'],
  check: (self) =>
    self.connectionSecret === undefined ||
    KEEPING.some((engine) => self[engine]?.credentials.mode === 'Generated'),
};
