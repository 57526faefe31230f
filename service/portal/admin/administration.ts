import type { Config } from '../../config.ts';
import { limiter } from '../../http/limit.ts';
import { Problem } from '../../http/problem.ts';
import type { Route } from '../../http/route.ts';
import type { Logger } from '../../log.ts';
import type { MysqlStore } from '../../stores/mysql.ts';
import type { RedisStore } from '../../stores/redis.ts';
import { disabled } from '../../stores/schema.ts';
import { type Admin, adminOf } from './guard.ts';
import { loginOf } from './login.ts';
import { adminRoutes } from './routes.ts';
import { sessionsIn } from './sessions.ts';

const ATTEMPTS = 5;
const ATTEMPTS_SECONDS = 15 * 60;

interface Options {
  readonly config: Config;
  readonly log: Logger;
  readonly mysql: MysqlStore | undefined;
  readonly redis: RedisStore | undefined;
  readonly now: () => number;
}

/** Who may administer, and how they log in: nobody where no password is configured or no database is there to keep sessions. */
export function administration({ config, log, mysql, redis, now }: Options): {
  admin: Admin;
  routes: Route[];
} {
  const { user, passwordHash } = config.admin;
  if (passwordHash === undefined) return without(unconfigured);
  if (!mysql) return without(() => disabled('mysql'));
  const kept = sessionsIn({ mysql, user, passwordHash, now });
  const limit = limiter(
    { keyPrefix: `${config.name}:logins`, points: ATTEMPTS, durationSeconds: ATTEMPTS_SECONDS },
    redis,
  );
  const logIn = loginOf({ user, passwordHash, limit, log });
  const sessions = () => kept;
  const admin = adminOf(sessions);
  return { admin, routes: adminRoutes({ admin, sessions, logIn }) };
}

/** Nobody can be logged in, and who tries learns why. */
function without(problem: () => Problem): { admin: Admin; routes: Route[] } {
  const refuse = (): never => {
    throw problem();
  };
  const admin: Admin = {
    session: () => Promise.resolve(undefined),
    require: async () => refuse(),
    requireChange: async () => refuse(),
  };
  return { admin, routes: adminRoutes({ admin, sessions: refuse, logIn: refuse }) };
}

function unconfigured(): Problem {
  return new Problem(
    503,
    'Nobody can log in: ADMIN_PASSWORD_HASH is not set. `npm run hash-password -w service` makes one.',
  );
}
