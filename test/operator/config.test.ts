import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  ConfigError,
  findAws,
  LOCAL_AWS_FILE,
  readConfig,
  VARIABLES,
  wantsColor,
} from '../../operator/config.ts';

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
      watchSilenceMs: 150_000,
      unhealthyMs: 450_000,
      awsRateScale: 1,
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
    ['LANDFALL_CLUSTER_NAME', 'two words'],
    ['LANDFALL_LOG_LEVEL', 'loud'],
    ['LANDFALL_HTTP_PORT', '70000'],
    ['LANDFALL_HTTP_PORT', 'http'],
    ['LANDFALL_CONCURRENCY', '0'],
    ['LANDFALL_FAST_LANE_SECONDS', '-1'],
    ['LANDFALL_SLOW_LANE_SECONDS', '0'],
    ['LANDFALL_POLL_SECONDS', 'soon'],
    ['LANDFALL_GRACE_SECONDS', '1m'],
    ['LANDFALL_STALLED_RETRY_SECONDS', '0'],
    ['LANDFALL_ACCOUNT_CHECK_SECONDS', '0'],
    ['LANDFALL_LEASE_SECONDS', '0'],
    ['LANDFALL_AWS_RATE_SCALE', '-0.1'],
    ['AWS_ENDPOINT_URL', 'localhost'],
  ])('names %s and its value where it is wrong', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(ConfigError);
    expect(() => readConfig({ [name]: value })).toThrow(`${name} is "${value}": `);
  });

  it.each([
    ['LANDFALL_FAST_LANE_SECONDS', 'abc', 'must be a number of seconds'],
    ['LANDFALL_POLL_SECONDS', '0', 'must be more than 0 seconds'],
    ['LANDFALL_HTTP_PORT', 'http', 'must be a whole number from 0 to 65535'],
    ['LANDFALL_CONCURRENCY', '1.5', 'must be a whole number from 1 to 1000'],
    ['LANDFALL_AWS_RATE_SCALE', 'half', 'must be a number'],
    ['LANDFALL_LOG_LEVEL', 'loud', 'must be trace, debug, info, warn or error'],
    ['AWS_ENDPOINT_URL', 'localhost:4566', 'must be a URL such as http://127.0.0.1:4566'],
  ])('says of %s=%s: %s', (name, value, message) => {
    expect(() => readConfig({ [name]: value })).toThrow(new ConfigError(`${name} is "${value}": ${message}`));
  });

  it('calls no operator unhealthy whose watch may be quiet for as long as is set', () => {
    const { watchSilenceMs, unhealthyMs } = readConfig({ LANDFALL_WATCH_SILENCE_SECONDS: '300' });
    expect(unhealthyMs).toBe(3 * watchSilenceMs);
  });

  it('names all that are wrong', () => {
    expect(() => readConfig({ LANDFALL_HTTP_PORT: 'x', LANDFALL_LOG_LEVEL: 'y' })).toThrow(
      /LANDFALL_LOG_LEVEL.*; LANDFALL_HTTP_PORT/,
    );
  });
});

describe('docs/', () => {
  const docs = join(import.meta.dirname, '../../docs');
  const install = readFileSync(join(docs, 'install.md'), 'utf8');
  const rows = [...install.matchAll(/^\| `([A-Z_]+)` +\| (?:`([^`]+)`)? +\|/gm)].map(
    ([, name = '', value]) => ({
      name,
      value,
    }),
  );

  it('has every setting that the operator reads, and no other', () => {
    expect(rows.map(({ name }) => name).toSorted()).toEqual([...VARIABLES].toSorted());
  });

  it('names the defaults', () => {
    const { identity: _, ...defaults } = readConfig({});
    for (const { name, value } of rows) {
      expect(readConfig({ [name]: value }), name).toMatchObject(defaults);
      if (value === undefined)
        expect(['AWS_ENDPOINT_URL', 'KUBECONFIG', 'LANDFALL_CLUSTER_NAME', 'POD_NAME']).toContain(name);
    }
  });

  it('speaks of one installation throughout', () => {
    const id = /name: LANDFALL_INSTALLATION\n +value: (\S+)/.exec(install)?.[1];
    expect(id).toBeDefined();
    const texts = readdirSync(docs, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => readFileSync(join(docs, name), 'utf8'));
    const named = texts.flatMap((text) =>
      [...text.matchAll(/landfall:([a-z-]+):portal|\bInstallation=(\S+)/g)].map(
        ([, first, second]) => first ?? second,
      ),
    );
    expect(named).toHaveLength(3);
    expect(new Set(named)).toEqual(new Set([id]));
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
