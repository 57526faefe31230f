import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, findAws, wantsColor } from '../../operator/config.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-config-'));
  await mkdir(join(folder, '.landfall'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const leave = (text: string) => writeFile(join(folder, '.landfall/aws.env'), text);

describe('where the command line finds AWS', () => {
  it('is what the environment says, whatever the folder says', async () => {
    await leave('AWS_ENDPOINT_URL=http://127.0.0.1:1\nAWS_ACCESS_KEY_ID=local');
    const environment = { AWS_ENDPOINT_URL: 'http://127.0.0.1:2', AWS_PROFILE: 'mine' };
    expect(findAws(folder, environment)).toEqual({ endpoint: 'http://127.0.0.1:2', source: 'environment' });
    expect(environment).toEqual({ AWS_ENDPOINT_URL: 'http://127.0.0.1:2', AWS_PROFILE: 'mine' });
  });

  it('is the local AWS of the folder, with its keys and none of the user', async () => {
    await leave('AWS_ENDPOINT_URL=http://127.0.0.1:1\nAWS_ACCESS_KEY_ID=local\nNODE_OPTIONS=--inspect\n');
    const environment: NodeJS.ProcessEnv = {
      AWS_PROFILE: 'mine',
      AWS_SESSION_TOKEN: 'mine',
      LANDFALL_INSTALLATION: 'mine',
    };
    expect(findAws(folder, environment)).toEqual({ endpoint: 'http://127.0.0.1:1', source: 'file' });
    expect(environment).toEqual({
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_ACCESS_KEY_ID: 'local',
      LANDFALL_INSTALLATION: 'mine',
    });
  });

  it('is never another machine because a folder says so', async () => {
    await leave('AWS_ENDPOINT_URL=https://aws.example.com\n');
    expect(() => findAws(folder, {})).toThrow(ConfigError);
  });

  it('is AWS where nothing says otherwise', () => {
    expect(findAws(folder, {})).toEqual({ endpoint: undefined, source: 'aws' });
  });
});

describe('colours', () => {
  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { TERM: 'dumb' }, false],
    [false, { FORCE_COLOR: '1' }, true],
  ])('on a terminal: %s, with %j: %s', (isTty, environment, wanted) => {
    expect(wantsColor(isTty, environment)).toBe(wanted);
  });
});
