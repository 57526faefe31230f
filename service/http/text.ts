import { z } from 'zod';

/** No store takes NUL in every text, and half of a surrogate pair is no character: both would come back as something else. */
const STORABLE = /^[^\0\ud800-\udfff]*$/u;

const UNSTORABLE = 'must hold neither NUL nor half of a surrogate pair';

/** A text of 1 to `most` characters that is kept as it was sent, and is not blank. */
export function text(most: number): z.ZodString {
  const error = `must be a text of 1 to ${most} characters`;
  return z
    .string(error)
    .min(1, error)
    .max(most, error)
    .regex(STORABLE, UNSTORABLE)
    .regex(/\S|^$/, 'must not be blank');
}

/** An address of mail, of which RFC 5321 allows 254 characters. */
export const email = z
  .email('must be an email address such as ada@example.com')
  .max(254, 'must have at most 254 characters');

/** A UUID of any version, in lower case from here on. */
export const uuid = z.guid('must be a UUID such as 6f1c0d8e-3a55-4f0a-9a3e-0c6b8f1d2e47').toLowerCase();
