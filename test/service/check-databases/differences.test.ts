import { expect, test } from 'vitest';
import { definedBy } from '../../../service/check-databases/definitions.ts';
import { counted, differences } from '../../../service/check-databases/differences.ts';

const tables = (...statements: string[]) =>
  definedBy([{ version: 1, statements }], (table) => `${table}_pkey`);
const needed = tables(
  'create table users (id uuid primary key, email varchar(254) not null, note text)',
  'create unique index users_email on users (lower(email))',
);

test('more than is needed is no fault: a newer version adds', () => {
  const there = tables(
    'create table users (id uuid primary key, email varchar(254) not null, note text, age integer)',
    'create unique index users_email on users (lower(email))',
    'create index users_age on users (age)',
    'create table others (id uuid primary key)',
  );
  expect(differences(needed, there)).toEqual([]);
  expect(counted(needed)).toBe('1 table, 3 columns, 2 indexes');
});

test('what is missing or other is told by its name', () => {
  expect(differences(needed, new Map())).toEqual(['table users is missing']);
  const there = tables(
    'create table users (id uuid primary key, email text, note text not null)',
    'create index users_email on users (email)',
  );
  expect(differences(needed, there)).toEqual([
    'column users.email is text, not varchar(254)',
    'column users.email may be null',
    'column users.note must not be null',
    'index users_email of users is (email), not unique (lower(email))',
  ]);
  expect(differences(needed, tables('create table users (id uuid not null)'))).toEqual([
    'column users.email is missing',
    'column users.note is missing',
    'index users_pkey of users is missing',
    'index users_email of users is missing',
  ]);
});
