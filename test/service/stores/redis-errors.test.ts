import { ReplyError } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { loggable, RefusedByRedis } from '../../../service/stores/redis-errors.ts';

const command = { name: 'set', args: ['key', 'something private'] };

const refusal = (answer: string): Error => Object.assign(new ReplyError(answer) as Error, { command });

describe('an error of Redis', () => {
  it.each([
    ['WRONGPASS invalid username-password pair or user is disabled.', 'WRONGPASS'],
    ["OOM command not allowed when used memory > 'maxmemory'.", 'OOM'],
    ['MOVED 3999 10.0.0.1:6381', 'MOVED'],
    ['ERR This instance has cluster support disabled', 'ERR This instance has cluster support disabled'],
    ["ERR unknown command 'HELLO', with args beginning with: '3' 'AUTH' 'secret'", 'ERR unknown command'],
    ['ERR unknown command `HELLO`, with args beginning with: `3`, `AUTH`, `secret`', 'ERR unknown command'],
  ])('%s is told without what was sent', (answer, code) => {
    const told = loggable(refusal(answer));
    expect(told).toBeInstanceOf(RefusedByRedis);
    expect(told).toMatchObject({ code, message: `Redis answered ${code}` });
    expect(told).not.toHaveProperty('command');
  });

  it('is that of a node where all nodes failed', () => {
    const lastNodeError = refusal('NOAUTH Authentication required.');
    const all = Object.assign(new Error('Failed to refresh slots cache.'), { lastNodeError });
    expect(loggable(all)).toMatchObject({ code: 'NOAUTH' });
  });

  it('of the driver is what it is, without a command', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    expect(loggable(refused)).toBe(refused);
    const aborted = Object.assign(new Error('Command aborted due to connection close'), { command });
    expect(loggable(aborted)).toEqual(new Error('Command aborted due to connection close'));
  });
});
