import { z } from 'zod';
import { email, text, uuid } from '../../http/text.ts';
import type { Migration } from '../../stores/schema.ts';

/** What whoever makes a user says of them. */
export const NewUser = z
  .strictObject({
    username: text(50),
    email,
    full_name: text(200),
  })
  .meta({ id: 'NewUser' });

export type NewUser = z.infer<typeof NewUser>;

/** A user as the service knows them. */
export const User = z
  .object({
    id: z.guid(),
    username: z.string(),
    email: z.string(),
    full_name: z.string(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'User' });

export type User = z.infer<typeof User>;

/** The parameter of paths that name a user. */
export const UserPath = z.object({ id: uuid });

/** What the database has of users. Steps are only added. */
export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    statements: [
      `create table users (
        id uuid primary key,
        username varchar(50) not null,
        email varchar(254) not null,
        full_name varchar(200) not null,
        created_at timestamptz not null
      )`,
      'create unique index users_username on users (username)',
      'create unique index users_email on users (lower(email))',
    ],
  },
];
