import { DatabaseError } from 'pg';
import { describe, expect, it } from 'vitest';
import { Problem } from '../../../service/http/problem.ts';
import { loggable, RefusedByDatabase, told } from '../../../service/stores/postgres-errors.ts';

function refusal(code: string): DatabaseError {
  const error = new DatabaseError('duplicate key: secret@example.com', 1, 'error');
  return Object.assign(error, {
    code,
    constraint: 'users_email',
    detail: 'Key (email)=(secret@example.com)',
  });
}

describe('an error of PostgreSQL', () => {
  it.each(['08006', '28P01', '28000', '53300', '53100', '57P01', '57P03', '57014', '3D000', '25006'])(
    '%s is a 503, since it passes',
    (code) => {
      const problem = told(refusal(code));
      expect(problem).toBeInstanceOf(Problem);
      expect(problem).toMatchObject({ status: 503, headers: { 'Retry-After': '1' }, cause: { code } });
    },
  );

  it.each(['23505', '22021', '42P01', '42703', '25P02', '40001', '3F000'])(
    '%s is what it is, since the same again is refused again',
    (code) => {
      expect(told(refusal(code))).toBeInstanceOf(RefusedByDatabase);
      expect(told(refusal(code))).toMatchObject({ code, constraint: 'users_email' });
    },
  );

  it('holds no value where it is logged', () => {
    const { message, stack, code, constraint } = loggable(refusal('23505')) as RefusedByDatabase;
    expect(message).toBe('PostgreSQL answered 23505 (users_email)');
    expect(JSON.stringify({ message, stack, code, constraint })).not.toContain('secret');
    expect(loggable(refusal('23505'))).not.toHaveProperty('detail');
  });
});

describe('an error of the driver', () => {
  it.each([
    Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
    new Error('Connection terminated unexpectedly'),
    new Error('timeout exceeded when trying to connect'),
    new Error('Query read timeout'),
  ])('is a 503: %s', (error) => {
    expect(told(error)).toMatchObject({ status: 503, cause: error });
  });

  it('is what it is where nothing was sent', () => {
    const error = new TypeError('values is not a list');
    expect(told(error)).toBe(error);
  });
});
