import { expect, it } from 'vitest';
import { errorFromStatus } from '../../../operator/kube/errors.ts';

it('an error says what was asked, what came of it, and the words of the API server as they are', () => {
  const message = 'AWS takes letters, digits and _ . : / = + - @';
  const invalid = errorFromStatus('POST /x', 422, { reason: 'Invalid', message });
  expect(invalid.message).toBe(`POST /x: 422 Invalid: ${message}`);
  expect(errorFromStatus('GET /x', 502, undefined).message).toBe('GET /x: 502: no message');
});
