import { Problem } from '../../http/problem.ts';
import type { RequestContext } from '../../http/route.ts';

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

/** Nobody may ever be logged in. */
export const NOBODY: Admin = {
  session: () => Promise.resolve(undefined),
  require: () => Promise.reject(notLoggedIn()),
  requireChange: () => Promise.reject(notLoggedIn()),
};

/** The answer to who is not logged in. */
export function notLoggedIn(): Problem {
  return new Problem(401, 'Log in first, at /admin/login.', {
    headers: { 'WWW-Authenticate': 'Session realm="admin"' },
  });
}
