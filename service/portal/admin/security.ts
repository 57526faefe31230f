import type { SecuritySchemes } from '../../http/openapi.ts';
import type { Security } from '../../http/route.ts';
import { COOKIE } from './cookie.ts';

/** By what the document says that administrators are let in. */
export const SECURITY_SCHEMES: SecuritySchemes = {
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: COOKIE,
    description: 'Set by POST /admin/login; browsers send it by themselves.',
  },
  csrfToken: {
    type: 'apiKey',
    in: 'header',
    name: 'X-CSRF-Token',
    description: 'The `csrfToken` of the login, or of /api/session.',
  },
};

const session = { session: [] } as const satisfies Security;

/** Of what an administrator may see. */
export const TO_SEE: readonly Security[] = [session];

/** Of what an administrator may change. */
export const TO_CHANGE: readonly Security[] = [{ ...session, csrfToken: [] }];

/** Of what anybody may see, and an administrator more of. */
export const TO_SEE_MORE: readonly Security[] = [{}, session];
