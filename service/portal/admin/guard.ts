import { timingSafeEqual } from 'node:crypto';
import { Problem } from '../../http/problem.ts';
import type { RequestContext } from '../../http/route.ts';
import { tokenOf } from './cookie.ts';
import { requireSameOrigin } from './origin.ts';
import type { Sessions } from './sessions.ts';

/** Somebody who is logged in. */
export interface Session {
  readonly user: string;
  readonly csrfToken: string;
}

/** Lets by only who is logged in. */
export interface Admin {
  /** The session of a request; `undefined` where nobody is logged in, or not any more. */
  session(request: RequestContext): Promise<Session | undefined>;
  /** Throws a 401 where nobody is logged in. */
  require(request: RequestContext): Promise<Session>;
  /** For what changes something: throws a 403, too, where the request is not of a page of this site. */
  requireChange(request: RequestContext): Promise<Session>;
}

/** Administrators, by their sessions. `sessions` throws where there can be none. */
export function adminOf(sessions: () => Sessions): Admin {
  const session = async (request: RequestContext) => {
    const token = tokenOf(request.header('cookie'));
    return token === undefined ? undefined : sessions().find(token, request.signal);
  };
  const required = async (request: RequestContext) => {
    const found = await session(request);
    if (!found) throw notLoggedIn();
    return found;
  };
  return {
    session,
    require: required,
    async requireChange(request) {
      requireSameOrigin(request);
      const found = await required(request);
      if (!equal(request.header('x-csrf-token') ?? '', found.csrfToken))
        throw new Problem(403, 'X-CSRF-Token must be the csrfToken of /api/session.');
      return found;
    },
  };
}

/** Whether two texts are equal, in a time that says nothing of where they differ. */
function equal(given: string, known: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(known)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The answer to who is not logged in. */
export function notLoggedIn(): Problem {
  return new Problem(401, 'Log in first, at /admin/login.', {
    headers: { 'WWW-Authenticate': 'Session realm="admin"' },
  });
}
