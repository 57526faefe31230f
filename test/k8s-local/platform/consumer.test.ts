import { describe, expect, it } from 'vitest';
import { beginningOf } from '../../../k8s-local/platform/consumer.ts';

const lines = (count: number) => Array.from({ length: count }, (_, i) => `line ${i + 1}\n`).join('');

describe('what is shown of a text', () => {
  it('is all of a short one', () => {
    expect(beginningOf('ok')).toBe('ok');
    expect(beginningOf(lines(5))).toBe('line 1\nline 2\nline 3\nline 4\nline 5');
  });

  it('is the beginning of a long one, and how long it is', () => {
    expect(beginningOf(lines(213))).toBe('line 1\nline 2\nline 3\nline 4\nline 5\n… (213 lines)');
  });
});
