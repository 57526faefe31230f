import { describe, expect, test } from 'vitest';
import { definedBy } from '../../../service/check-databases/definitions.ts';
import { MIGRATIONS as USERS } from '../../../service/microservice/users/schema.ts';
import { MIGRATIONS as COMPANIES } from '../../../service/portal/schema.ts';

describe('the tables of the migrations', () => {
  test('of PostgreSQL', () => {
    const tables = definedBy(USERS, (table) => `${table}_pkey`);
    expect([...tables.keys()]).toEqual(['users']);
    const { columns, indexes } = tables.get('users') ?? {};
    expect(columns?.get('username')).toMatchObject({ type: 'varchar(50)', required: true });
    expect(columns?.get('id')).toMatchObject({ type: 'uuid', required: true });
    expect(columns?.size).toBe(5);
    expect(Object.fromEntries(indexes ?? [])).toEqual({
      users_pkey: { unique: true, columns: ['id'] },
      users_username: { unique: true, columns: ['username'] },
      users_email: { unique: true, columns: ['lower(email)'] },
    });
  });

  test('of MySQL', () => {
    const tables = definedBy(COMPANIES, () => 'PRIMARY');
    expect([...tables.keys()]).toEqual(['companies', 'admin_sessions']);
    const { columns, indexes } = tables.get('companies') ?? {};
    expect(columns?.size).toBe(10);
    expect(columns?.get('id')).toEqual({ type: 'char(36)', required: true, collation: 'ascii_bin' });
    expect(columns?.get('status')?.type).toBe("enum('pending','approved','rejected')");
    expect(Object.fromEntries(indexes ?? [])).toEqual({
      PRIMARY: { unique: true, columns: ['id'] },
      companies_registration_number: { unique: true, columns: ['registrationNumber'] },
      companies_newest: { unique: false, columns: ['submittedDate', 'id'] },
      companies_newest_of_status: { unique: false, columns: ['status', 'submittedDate', 'id'] },
    });
  });

  test.each([
    'alter table users add column age integer',
    'create index users_age on nobody (age)',
    'create table users (primary key (id))',
  ])('a statement that is not understood is not passed over: %s', (statement) => {
    expect(() => definedBy([{ version: 1, statements: [statement] }], () => 'PRIMARY')).toThrow(statement);
  });
});
