import { expect, test } from 'vitest';
import { createCredentials } from '../../../operator/kube/credentials.ts';

const source = (apply: () => Promise<void>) => ({
  getCurrentCluster: () => ({ server: 'https://x' }),
  applyToHTTPSOptions: apply,
});

test('concurrent requests ask the kubeconfig once; a refusal makes it ask again', async () => {
  let calls = 0;
  const credentials = createCredentials(
    source(async () => {
      calls += 1;
    }),
  );
  await Promise.all([credentials.get(), credentials.get(), credentials.get()]);
  expect(calls).toBe(1);
  credentials.invalidate();
  await credentials.get();
  expect(calls).toBe(2);
});

test('a failing exec plugin is reported without its output, and asked again next time', async () => {
  let calls = 0;
  const credentials = createCredentials(
    source(async () => {
      calls += 1;
      JSON.parse('eyJhbGciOi-secret');
    }),
  );
  const error = await credentials.get().catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ reason: 'CredentialsUnavailable', status: 0 });
  expect((error as Error).message).not.toContain('eyJ');
  await credentials.get().catch(() => {});
  expect(calls).toBe(2);
});

test('a plugin that hangs is given up', async () => {
  const credentials = createCredentials(
    source(() => new Promise(() => {})),
    50,
  );
  await expect(credentials.get()).rejects.toThrow('did not end within 50 ms');
});
