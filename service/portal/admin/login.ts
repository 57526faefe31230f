import { createHash, timingSafeEqual } from 'node:crypto';
import { BulkheadRejectedError } from 'cockatiel';
import type { Limiter } from '../../http/limit.ts';
import { Problem } from '../../http/problem.ts';
import type { Logger } from '../../log.ts';
import { verifyPassword } from './password.ts';

/** Who says to be whom, from where. */
export interface Attempt {
  readonly username: string;
  readonly password: string;
  readonly ip: string;
  readonly requestId: string;
}

interface Options {
  readonly user: string;
  readonly passwordHash: string;
  /** Of attempts by address and by user, one for both. */
  readonly limit: Limiter;
  readonly log: Logger;
}

/**
 * Checks who logs in; throws a 401 or, after too many attempts, a 429. An attempt counts before the password is looked at, so that
 * many at once are no way around the limit, and is forgotten where it was right.
 */
export function loginOf({ user, passwordHash, limit, log }: Options): (attempt: Attempt) => Promise<void> {
  const known = digest(user);
  return async ({ username, password, ip, requestId }) => {
    const given = digest(username);
    // Of the digest: what somebody takes for the field of the password is kept nowhere.
    const keys = [`address:${ip}`, `user:${given.toString('base64url')}`];
    for (const key of keys) await limit.consume(key);
    // The password is looked at whoever it is, so that the time does not tell who exists.
    const right = await verified(password, passwordHash);
    if (!timingSafeEqual(given, known) || !right) {
      log.warn({ requestId, ip }, 'a login was refused');
      throw new Problem(401, 'User name or password is not right.', {
        headers: { 'WWW-Authenticate': 'Session realm="admin"' },
      });
    }
    await Promise.all(keys.map((key) => limit.forget(key)));
    log.info({ requestId, ip }, 'an administrator has logged in');
  };
}

async function verified(password: string, passwordHash: string): Promise<boolean> {
  try {
    return await verifyPassword(password, passwordHash);
  } catch (cause) {
    if (!(cause instanceof BulkheadRejectedError)) throw cause;
    throw new Problem(503, 'Too many log in at the moment; try again soon.', {
      headers: { 'Retry-After': '2' },
      cause,
    });
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
