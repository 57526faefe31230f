import { randomUUID } from 'node:crypto';
import type { Postgres } from '../../stores/postgres.ts';
import type { NewUser, User } from './schema.ts';

type Row = Omit<User, 'created_at'> & { readonly created_at: Date };

/** What of a user there is only one of. */
type Unique = 'username' | 'email';

/** The users of a database. */
export interface Users {
  /** Makes a user; or says what of it another one has already. */
  create(user: NewUser): Promise<{ readonly user: User } | { readonly taken: readonly Unique[] }>;
  find(id: string): Promise<User | undefined>;
}

const COLUMNS = 'id, username, email, full_name, created_at';

/** The users in `postgres`, whose schema is that of `MIGRATIONS`. */
export function usersOf(postgres: Postgres): Users {
  return {
    async create({ username, email, full_name }) {
      // A conflict that is no error leaves no line in the log of the database, with what was sent in it.
      const [row] = await postgres.query<Row>({
        name: 'create-user',
        text: `insert into users (${COLUMNS}) values ($1, $2, $3, $4, $5) on conflict do nothing returning ${COLUMNS}`,
        values: [randomUUID(), username, email, full_name, new Date()],
      });
      return row ? { user: userOf(row) } : { taken: await taken(postgres, username, email) };
    },
    async find(id) {
      const [row] = await postgres.query<Row>({
        name: 'find-user',
        text: `select ${COLUMNS} from users where id = $1`,
        values: [id],
      });
      return row && userOf(row);
    },
  };
}

async function taken(postgres: Postgres, username: string, email: string): Promise<Unique[]> {
  const rows = await postgres.query<Record<Unique, boolean>>({
    name: 'taken-of-user',
    text: `select username = $1 as username, lower(email) = lower($2) as email
           from users where username = $1 or lower(email) = lower($2)`,
    values: [username, email],
  });
  return (['username', 'email'] as const).filter((field) => rows.some((row) => row[field]));
}

function userOf(row: Row): User {
  return { ...row, created_at: row.created_at.toISOString() };
}
