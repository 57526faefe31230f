import { z } from 'zod';

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
