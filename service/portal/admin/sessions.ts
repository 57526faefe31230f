import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { MysqlStore } from '../../stores/mysql.ts';
import type { Session } from './guard.ts';

const IDLE_MS = 15 * 60_000;
const ABSOLUTE_MS = 8 * 3_600_000;
/** Not each request of a session writes that it was seen. */
const TOUCH_MS = 60_000;

/** Sessions of administrators: known by a random token that only its browser has, kept in MySQL for all tasks. */
export interface Sessions {
  /** Begins a session under a new token, and ends the one that the browser had. */
  begin(former: string | undefined, signal: AbortSignal): Promise<{ token: string; session: Session }>;
  find(token: string, signal: AbortSignal): Promise<Session | undefined>;
  end(token: string, signal: AbortSignal): Promise<void>;
}

interface Options {
  readonly mysql: MysqlStore;
  readonly user: string;
  /** A part of what tokens are kept under, so that a new password ends all sessions. */
  readonly passwordHash: string;
  readonly now: () => number;
}

/** Whoever reads the table cannot be anybody with what is in it: it has a keyed hash of each token. */
export function sessionsIn({ mysql, user, passwordHash, now }: Options): Sessions {
  const key = createHash('sha256').update(passwordHash).digest();
  const kept = (token: string) => createHmac('sha256', key).update(token).digest();
  const before = (ms: number) => new Date(now() - ms);
  const end = async (token: string, signal: AbortSignal) => {
    await mysql.change('DELETE FROM admin_sessions WHERE token_hash = ?', [kept(token)], signal);
  };
  return {
    end,
    async begin(former, signal) {
      if (former !== undefined) await end(former, signal);
      await mysql.change(
        'DELETE FROM admin_sessions WHERE created_at <= ? OR last_seen_at <= ?',
        [before(ABSOLUTE_MS), before(IDLE_MS)],
        signal,
      );
      const token = randomToken();
      const csrfToken = randomToken();
      await mysql.change(
        'INSERT INTO admin_sessions (token_hash, csrf_token, username, created_at, last_seen_at) VALUES (?, ?, ?, ?, ?)',
        [kept(token), csrfToken, user, new Date(now()), new Date(now())],
        signal,
      );
      return { token, session: { user, csrfToken } };
    },
    async find(token, signal) {
      const [row] = await mysql.rows(
        `SELECT csrf_token, last_seen_at FROM admin_sessions
         WHERE token_hash = ? AND username = ? AND created_at > ? AND last_seen_at > ?`,
        [kept(token), user, before(ABSOLUTE_MS), before(IDLE_MS)],
        signal,
      );
      if (!row) return undefined;
      if (Number(row['last_seen_at']) <= now() - TOUCH_MS)
        await mysql.change(
          'UPDATE admin_sessions SET last_seen_at = ? WHERE token_hash = ?',
          [new Date(now()), kept(token)],
          signal,
        );
      return { user, csrfToken: String(row['csrf_token']) };
    },
  };
}

/** 256 bits that nobody can guess, in 43 characters. */
function randomToken(): string {
  return randomBytes(32).toString('base64url');
}
