import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { credentialsFor, defaultExternalId, reread } from '../../../operator/aws/credentials.ts';

const ROLE = 'arn:aws:iam::222222222222:role/landfall';

const opened: { close(): void }[] = [];
beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIABASE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
});
afterEach(() => {
  vi.unstubAllEnvs();
  for (const open of opened.splice(0)) open.close();
});

/** An STS that gives sessions of this many minutes and keeps what it was asked. */
async function sts(minutes: number) {
  const asked: URLSearchParams[] = [];
  const state = { refuse: false, silent: false };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      asked.push(new URLSearchParams(body));
      if (state.silent) return void response.writeHead(200).write('<AssumeRole');
      const end = new Date(Date.now() + minutes * 60_000).toISOString();
      return void response
        .writeHead(state.refuse ? 403 : 200, { 'content-type': 'text/xml' })
        .end(
          state.refuse
            ? '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>'
            : `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA${asked.length}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>${end}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
        );
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  opened.push({
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  });
  const provider = credentialsFor({
    region: 'eu-central-1',
    profile: undefined,
    roleArn: ROLE,
    externalId: 'landfall:here:team',
    installation: 'here',
    account: 'team',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    responseTimeoutMs: 200,
  });
  return { provider, asked, state };
}

describe('credentialsFor', () => {
  it('assumes the role with external id and session name, once for everybody', async () => {
    const { provider, asked } = await sts(60);
    const all = await Promise.all(Array.from({ length: 5 }, () => provider()));
    await provider();
    expect(new Set(all.map(({ accessKeyId }) => accessKeyId))).toEqual(new Set(['ASIA1']));
    expect(asked).toHaveLength(1);
    expect(Object.fromEntries(asked[0] ?? [])).toMatchObject({
      Action: 'AssumeRole',
      RoleArn: ROLE,
      ExternalId: 'landfall:here:team',
      RoleSessionName: 'landfall-here',
      DurationSeconds: '3600',
      'Tags.member.1.Key': 'landfall.dev/installation',
      'Tags.member.1.Value': 'here',
      'Tags.member.2.Key': 'landfall.dev/account',
      'Tags.member.2.Value': 'team',
    });
  });

  it('assumes it again before the session ends', async () => {
    const { provider, asked } = await sts(5);
    await provider();
    await provider();
    expect(asked).toHaveLength(2);
  });

  it('an answer that breaks off is not waited for without end, nor kept', async () => {
    const { provider, state } = await sts(60);
    state.silent = true;
    await expect(provider()).rejects.toMatchObject({ name: 'TimeoutError' });
    state.silent = false;
    expect(await provider()).toMatchObject({ accessKeyId: expect.stringMatching(/^ASIA/) });
  });

  it('a refusal is not kept', async () => {
    const { provider, state } = await sts(60);
    state.refuse = true;
    await expect(provider()).rejects.toMatchObject({ name: 'AccessDenied' });
    state.refuse = false;
    await expect(provider()).resolves.toMatchObject({
      accessKeyId: expect.stringMatching(/^ASIA/) as string,
    });
  });
});

describe('credentials of a file', () => {
  const open = (profile: string | undefined) =>
    credentialsFor({
      region: 'eu-central-1',
      profile,
      roleArn: undefined,
      externalId: 'none',
      installation: 'here',
      account: 'team',
      endpoint: undefined,
    });

  it.each([
    ['a profile', 'guest'],
    ['the default chain', undefined],
  ])('%s: a new session token is taken as soon as it is asked for again', async (_, profile) => {
    const folder = mkdtempSync(join(tmpdir(), 'landfall-credentials-'));
    opened.push({ close: () => rmSync(folder, { recursive: true }) });
    const file = join(folder, 'credentials');
    const write = (token: string) =>
      writeFileSync(
        file,
        `[${profile ?? 'default'}]\naws_access_key_id = ASIA\naws_secret_access_key = s\naws_session_token = ${token}\n`,
      );
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', file);
    vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
    write('old');
    const provider = open(profile);
    expect(await provider()).toMatchObject({ sessionToken: 'old' });
    write('new');
    expect(await provider()).toMatchObject({ sessionToken: 'new' });
  });
});

describe('reread', () => {
  it('gives credentials without an end one, soon enough for the SDK to ask again', async () => {
    const { expiration } = await reread(() => Promise.resolve({ accessKeyId: 'a', secretAccessKey: 's' }))();
    const ms = (expiration?.getTime() ?? 0) - Date.now();
    expect(ms).toBeGreaterThan(300_000);
    expect(ms).toBeLessThanOrEqual(310_000);
  });

  it('leaves an end that is known', async () => {
    const known = { accessKeyId: 'a', secretAccessKey: 's', expiration: new Date(7) };
    expect(await reread(() => Promise.resolve(known))()).toBe(known);
  });
});

describe('defaultExternalId', () => {
  it('names installation and Account', () => {
    expect(defaultExternalId('here', 'team')).toBe('landfall:here:team');
  });
});
