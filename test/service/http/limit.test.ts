import { describe, expect, it } from 'vitest';
import { limiter } from '../../../service/http/limit.ts';

describe('a limit that one process keeps', () => {
  it('is of each key by itself, and says when to come again', async () => {
    const limit = limiter({ keyPrefix: 'test', points: 2, durationSeconds: 60 });
    await limit.consume('a');
    await limit.consume('a');
    await limit.consume('b');
    await expect(limit.consume('a')).rejects.toMatchObject({
      status: 429,
      headers: { 'Retry-After': expect.stringMatching(/^(60|59)$/) },
    });
    await limit.consume('b');
  });

  it('begins anew when its time is over', async () => {
    const limit = limiter({ keyPrefix: 'test', points: 1, durationSeconds: 1 });
    await limit.consume('a');
    await expect(limit.consume('a')).rejects.toMatchObject({ status: 429 });
    await expect.poll(() => limit.consume('a').then(() => 'let in'), { timeout: 3000 }).toBe('let in');
  });
});
