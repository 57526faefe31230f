import { describe, expect, it } from 'vitest';
import { FILES } from '../../../service/portal/pages.ts';
import { startService } from '../../support/service.ts';

const HASH = `scrypt$32768$8$3$${'a'.repeat(43)}$${'a'.repeat(43)}`;

async function portalWith(environment: Record<string, string>) {
  const service = await startService({ SERVICE_MODE: 'portal', ...environment });
  return { ...service, [Symbol.asyncDispose]: () => service.stop() };
}

const login = (url: string) =>
  fetch(`${url}/admin/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username: 'admin', password: 'any' }),
  });

describe('a portal', () => {
  it('without a password lets nobody in, and says how to make one', async () => {
    await using service = await portalWith({});
    for (const answer of [await login(service.url), await fetch(`${service.url}/api/session`)]) {
      expect(answer.status).toBe(503);
      expect(await answer.json()).toMatchObject({ detail: expect.stringContaining('npm run hash-password') });
    }
    expect((await fetch(`${service.url}/api/companies`)).status).toBe(503);
  });

  it('without a database starts, and says that it has none', async () => {
    await using service = await portalWith({ ADMIN_PASSWORD_HASH: HASH });
    for (const answer of [await login(service.url), await fetch(`${service.url}/api/companies/a`)]) {
      expect(answer.status).toBe(503);
      expect(await answer.json()).toMatchObject({
        detail: expect.stringContaining('mysql is not configured'),
      });
    }
    expect((await fetch(`${service.url}/ready`)).status).toBe(200);
  });

  it('serves each page and file with its type, a policy, and a copy that is asked after', async () => {
    await using service = await portalWith({});
    const types: Record<string, string> = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' };
    for (const path of [...Object.keys(FILES), '/admin/login']) {
      const answer = await fetch(`${service.url}${path}`);
      expect(answer.status, path).toBe(200);
      const type = types[path.split('.')[1] ?? ''] ?? 'text/html';
      expect(answer.headers.get('content-type')?.toLowerCase(), path).toBe(
        type === 'image/svg+xml' ? type : `${type}; charset=utf-8`,
      );
      expect(answer.headers.get('cache-control'), path).toBe('no-cache');
      expect(answer.headers.get('content-security-policy'), path).toContain("default-src 'self'");
      const text = await answer.text();
      expect(text, 'nothing that the policy forbids').not.toMatch(
        /<script(?![^>]* src=)|<style|\sstyle=|\son\w+=/,
      );
    }
    const { headers } = await fetch(`${service.url}/assets/site.css`);
    const again = await fetch(`${service.url}/assets/site.css`, {
      // As browsers ask; fetch of Node would say no-cache, to which no server answers 304.
      headers: { 'If-None-Match': headers.get('etag') ?? '', 'Cache-Control': 'max-age=0' },
    });
    expect(again.status).toBe(304);
  });

  it.each([
    '/assets/',
    '/assets/../config.ts',
    '/assets/%2e%2e/%2e%2e/config.ts',
    '/index.html',
    '/website/index.html',
  ])('serves nothing else: %s', async (path) => {
    await using service = await portalWith({});
    expect((await fetch(`${service.url}${path}`)).status).toBe(404);
  });
});
