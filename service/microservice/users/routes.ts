import { Problem } from '../../http/problem.ts';
import { madeAt, ok, route, type Route } from '../../http/route.ts';
import { configured } from '../../stores/schema.ts';
import type { Activity } from '../activity/store.ts';
import { NewUser, User, UserPath } from './schema.ts';
import type { Users } from './store.ts';

/** Makes users and finds them; `users` is undefined where no database is configured, `activity` where no table is. */
export function userRoutes(users: Users | undefined, activity: Activity | undefined): Route[] {
  return [
    route(
      {
        method: 'post',
        path: '/database/users',
        id: 'createUser',
        tag: 'Users',
        summary: 'Makes a user',
        description: 'There is one user of each username, and one of each email address in whatever case.',
        body: NewUser,
        answers: {
          201: {
            description: 'The user, whose address is in Location.',
            schema: User,
            headers: { Location: madeAt },
          },
        },
        problems: [409],
        waits: true,
      },
      async ({ body }) => {
        const made = await configured(users, 'postgresql').create(body);
        if ('taken' in made) throw conflict(made.taken);
        const { user } = made;
        activity?.record(user.id, 'user.created', { username: user.username });
        return { status: 201, body: user, headers: { Location: `/database/users/${user.id}` } };
      },
    ),
    route(
      {
        method: 'get',
        path: '/database/users/{id}',
        id: 'findUser',
        tag: 'Users',
        summary: 'A user',
        params: UserPath,
        answers: { 200: { description: 'The user.', schema: User } },
        problems: [404],
        waits: true,
      },
      async ({ params }) => {
        const user = await configured(users, 'postgresql').find(params.id);
        if (!user) throw new Problem(404, 'There is no user of this id.');
        return ok(user);
      },
    ),
  ];
}

function conflict(taken: readonly string[]): Problem {
  return new Problem(409, `There is a user with the same ${taken.join(' and ')} already.`, {
    errors: taken.map((field) => ({ field, message: 'is taken' })),
  });
}
