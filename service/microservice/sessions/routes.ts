import { Problem } from '../../http/problem.ts';
import { madeAt, ok, route, type Route } from '../../http/route.ts';
import { uuid } from '../../http/text.ts';
import { configured } from '../../stores/schema.ts';
import type { Activity } from '../activity/store.ts';
import { NewSession, Session, SessionPath } from './schema.ts';
import type { Sessions } from './store.ts';

/** Keeps sessions and finds them; without a table both are undefined. */
export function sessionRoutes(sessions: Sessions | undefined, activity: Activity | undefined): Route[] {
  return [
    route(
      {
        method: 'post',
        path: '/database/sessions',
        id: 'createSession',
        tag: 'Sessions',
        summary: 'Keeps a session, in place of a former one of its id',
        description: 'Where `data.user_id` is the id of a user, it is among their activity.',
        body: NewSession,
        answers: {
          201: {
            description: 'The session, whose address is in Location.',
            schema: Session,
            headers: { Location: madeAt },
          },
        },
        waits: true,
      },
      async ({ body, request }) => {
        const session = await configured(sessions, 'dynamodb').keep(body, request.signal);
        const user = uuid.safeParse(body.data['user_id']);
        // Not its id, which may be all that it takes to be taken for the user.
        if (user.success) activity?.record(user.data, 'session.created', { ttl: body.ttl });
        return {
          status: 201,
          body: session,
          headers: { Location: `/database/sessions/${session.session_id}` },
        };
      },
    ),
    route(
      {
        method: 'get',
        path: '/database/sessions/{session_id}',
        id: 'findSession',
        tag: 'Sessions',
        summary: 'A session that has not ended',
        params: SessionPath,
        answers: { 200: { description: 'The session.', schema: Session } },
        problems: [404],
        waits: true,
      },
      async ({ params, request }) => {
        const session = await configured(sessions, 'dynamodb').find(params.session_id, request.signal);
        if (!session) throw new Problem(404, 'There is no session of this id, or it has ended.');
        return ok(session);
      },
    ),
  ];
}
