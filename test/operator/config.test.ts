import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ConfigError, findAws, LOCAL_AWS_FILE, readConfig, wantsColor } from '../../operator/config.ts';

describe('readConfig', () => {
  it('has a default for everything', () => {
    const { identity, ...config } = readConfig({});
    expect(config).toMatchObject({
      installation: 'default',
      namespace: 'landfall-system',
      logLevel: 'info',
      httpPort: 8080,
      concurrency: 16,
      fastLaneMs: 60_000,
      slowLaneMs: 1_800_000,
      pollMs: 5_000,
      graceMs: 120_000,
      stalledRetryMs: 600_000,
      leaseMs: 15_000,
      awsRateScale: 0.9,
      awsEndpoint: undefined,
    });
    expect(identity).not.toBe('');
  });

  it('takes what the environment says, durations in seconds', () => {
    const config = readConfig({
      LANDFALL_INSTALLATION: 'laptop',
      LANDFALL_FAST_LANE_SECONDS: '0.5',
      LANDFALL_AWS_RATE_SCALE: '0',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:5000',
      POD_NAME: 'landfall-0',
    });
    expect(config).toMatchObject({
      installation: 'laptop',
      fastLaneMs: 500,
      awsRateScale: 0,
      awsEndpoint: 'http://127.0.0.1:5000',
      identity: 'landfall-0',
    });
  });

  it('takes an empty variable for one that is not set', () => {
    const config = readConfig({ AWS_ENDPOINT_URL: '', LANDFALL_HTTP_PORT: '', LANDFALL_GRACE_SECONDS: '' });
    expect(config).toMatchObject({ awsEndpoint: undefined, httpPort: 8080, graceMs: 120_000 });
  });

  it.each([
    ['LANDFALL_INSTALLATION', 'Not A Label'],
    ['LANDFALL_INSTALLATION', 'x'.repeat(64)],
    ['LANDFALL_LOG_LEVEL', 'loud'],
    ['LANDFALL_HTTP_PORT', '70000'],
    ['LANDFALL_HTTP_PORT', 'http'],
    ['LANDFALL_CONCURRENCY', '0'],
    ['LANDFALL_FAST_LANE_SECONDS', '-1'],
    ['LANDFALL_SLOW_LANE_SECONDS', '0'],
    ['LANDFALL_POLL_SECONDS', 'soon'],
    ['LANDFALL_GRACE_SECONDS', '1m'],
    ['LANDFALL_STALLED_RETRY_SECONDS', '0'],
    ['LANDFALL_LEASE_SECONDS', '0'],
    ['LANDFALL_AWS_RATE_SCALE', '-0.1'],
    ['AWS_ENDPOINT_URL', 'localhost'],
  ])('names %s and its value where it is wrong', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(ConfigError);
    expect(() => readConfig({ [name]: value })).toThrow(`${name} is "${value}": `);
  });

  it('names all that are wrong', () => {
    expect(() => readConfig({ LANDFALL_HTTP_PORT: 'x', LANDFALL_LOG_LEVEL: 'y' })).toThrow(
      /LANDFALL_LOG_LEVEL.*; LANDFALL_HTTP_PORT/,
    );
  });
});

describe('findAws', () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });
  const folderWith = (text?: string): string => {
    const folder = mkdtempSync(join(tmpdir(), 'landfall-config-'));
    folders.push(folder);
    mkdirSync(join(folder, '.landfall'));
    if (text !== undefined) writeFileSync(join(folder, LOCAL_AWS_FILE), text);
    return folder;
  };

  it('the environment goes before a local AWS', () => {
    const environment = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };
    expect(findAws(folderWith('AWS_ENDPOINT_URL=http://127.0.0.1:2'), environment)).toEqual({
      endpoint: 'http://127.0.0.1:1',
      source: 'environment',
    });
  });

  it("a local AWS brings its keys, and nobody's real identity goes to it", () => {
    const environment: NodeJS.ProcessEnv = { AWS_PROFILE: 'prod', AWS_SESSION_TOKEN: 'real' };
    const folder = folderWith('AWS_ENDPOINT_URL=http://127.0.0.1:2\nAWS_ACCESS_KEY_ID=local\n');
    expect(findAws(folder, environment)).toEqual({ endpoint: 'http://127.0.0.1:2', source: 'file' });
    expect(environment['AWS_ACCESS_KEY_ID']).toBe('local');
    expect(environment['AWS_PROFILE']).toBeUndefined();
    expect(environment['AWS_SESSION_TOKEN']).toBeUndefined();
  });

  it.each([undefined, '', 'AWS_ENDPOINT_URL=\n'])('else it is AWS itself (file: %j)', (text) => {
    const environment = { AWS_PROFILE: 'prod' };
    expect(findAws(folderWith(text), environment)).toEqual({ endpoint: undefined, source: 'aws' });
    expect(environment.AWS_PROFILE).toBe('prod');
  });
});

describe('wantsColor', () => {
  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [false, { FORCE_COLOR: '1' }, true],
    [false, { FORCE_COLOR: '0' }, false],
    [true, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
    [true, { TERM: 'dumb' }, false],
  ])('terminal %s, %j: %s', (isTty, environment, expected) => {
    expect(wantsColor(isTty, environment)).toBe(expected);
  });
});
