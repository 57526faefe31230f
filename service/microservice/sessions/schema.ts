import { z } from 'zod';
import { DEEPEST, isTooDeep } from '../../http/depth.ts';

/** Of an item of DynamoDB, which may have 400 KiB with its keys. */
const MOST_BYTES = 100 * 1024;

const LONGEST_SECONDS = 31_536_000;

const TTL = `must be a whole number of seconds from 1 to ${LONGEST_SECONDS}`;

const SessionId = z
  .string('must be a text')
  .regex(/^[A-Za-z0-9._-]{1,128}$/, 'must have 1 to 128 letters, digits, dots, hyphens and underscores');

/** JSON is written out larger than it was sent where a number was short: 1e20 has 21 digits. */
function fits(data: object): boolean {
  return !isTooDeep(data) && Buffer.byteLength(JSON.stringify(data)) <= MOST_BYTES;
}

const Data = z.record(z.string(), z.unknown(), 'must be a JSON object');

/** A session to keep. */
export const NewSession = z
  .strictObject({
    session_id: SessionId,
    data: Data.refine(fits, `must have at most ${MOST_BYTES / 1024} KiB of JSON, not nested too deep`).meta({
      description: `At most ${MOST_BYTES / 1024} KiB of JSON, nested at most ${DEEPEST} levels deep.`,
    }),
    ttl: z
      .int(TTL)
      .min(1, TTL)
      .max(LONGEST_SECONDS, TTL)
      .default(3600)
      .meta({ description: 'Seconds until it ends.' }),
  })
  .meta({ id: 'NewSession' });

export type NewSession = z.infer<typeof NewSession>;

/** A session that has not ended. */
export const Session = z
  .object({
    session_id: SessionId,
    data: Data,
    ttl: z.int().meta({ description: 'Seconds that are left.' }),
    expires_at: z.iso.datetime(),
  })
  .meta({ id: 'Session' });

export type Session = z.infer<typeof Session>;

/** The parameter of paths that name a session. */
export const SessionPath = z.object({ session_id: SessionId });
