import { z } from 'zod';
import { ok, route, type Route } from '../../http/route.ts';
import { cookieOf, NO_COOKIE, tokenOf } from './cookie.ts';
import type { Admin } from './guard.ts';
import type { Attempt } from './login.ts';
import { requireSameOrigin } from './origin.ts';
import { TO_CHANGE, TO_SEE } from './security.ts';
import type { Sessions } from './sessions.ts';

const Session = z
  .object({
    user: z.string(),
    csrfToken: z.string().meta({ description: 'To be sent as X-CSRF-Token with what changes something.' }),
  })
  .meta({ id: 'Session' });

const Credentials = z
  .object(
    {
      username: z
        .string('Enter the user name.')
        .min(1, 'Enter the user name.')
        .max(200, 'Use at most 200 characters.'),
      password: z
        .string('Enter the password.')
        .min(1, 'Enter the password.')
        .max(1024, 'Use at most 1024 characters.'),
    },
    'must be an object with username and password',
  )
  .meta({ id: 'Credentials' });

const shared = { tag: 'Administration', waits: true } as const;

const setsCookie = { 'Set-Cookie': z.string().meta({ description: 'The session of the browser.' }) };

interface Options {
  readonly admin: Admin;
  /** Throws a 503 where there can be no session. */
  readonly sessions: () => Sessions;
  readonly logIn: (attempt: Attempt) => Promise<void>;
}

/** How administrators log in and out. */
export function adminRoutes({ admin, sessions, logIn }: Options): Route[] {
  return [
    route(
      {
        ...shared,
        method: 'post',
        path: '/admin/login',
        id: 'logIn',
        summary: 'Logs an administrator in',
        description: 'Sets the cookie `__Host-session`: a new one, whatever was sent.',
        body: Credentials,
        answers: { 200: { description: 'Logged in.', schema: Session, headers: setsCookie } },
        problems: [401, 403],
      },
      async ({ body, request }) => {
        requireSameOrigin(request);
        const kept = sessions();
        await logIn({ ...body, ip: request.ip, requestId: request.id });
        const { token, session } = await kept.begin(tokenOf(request.header('cookie')), request.signal);
        return { ...ok(session), headers: { 'Set-Cookie': cookieOf(token) } };
      },
    ),
    route(
      {
        ...shared,
        method: 'post',
        path: '/admin/logout',
        id: 'logOut',
        summary: 'Logs the administrator out',
        security: TO_CHANGE,
        answers: { 204: { description: 'Logged out; the session is no more.', headers: setsCookie } },
        problems: [401, 403],
      },
      async ({ request }) => {
        await admin.requireChange(request);
        const token = tokenOf(request.header('cookie'));
        if (token !== undefined) await sessions().end(token, request.signal);
        return { status: 204, headers: { 'Set-Cookie': NO_COOKIE } };
      },
    ),
    route(
      {
        ...shared,
        method: 'get',
        path: '/api/session',
        id: 'session',
        summary: 'Who is logged in',
        security: TO_SEE,
        answers: { 200: { description: 'An administrator.', schema: Session } },
        problems: [401],
      },
      async ({ request }) => ok(await admin.require(request)),
    ),
  ];
}
